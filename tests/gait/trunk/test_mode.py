"""Standing, walking or running from a trunk's candidates."""

from __future__ import annotations

from cued.gait.trunk.contacts import Candidate
from cued.gait.trunk.mode import TrunkMode

SLOT = 50  # samples


def steps(mode: TrunkMode, kind: str, step_s: float, n: int, begin: float):
    """Feed candidates with slots of movement between; return the contacts."""
    given, swing = [], 6.0 if kind == "run" else 1.5
    for i in range(n):
        t = begin + i * step_s
        k = round(t * 100)
        mode.rest(k // SLOT * SLOT, swing, swing)
        given += mode.judge(Candidate(kind=kind, k=k, at=k + 5, t=t, size=0.0))
    return given


def test_the_first_step_is_held_until_a_second_proves_it():
    mode = TrunkMode()
    assert steps(mode, "walk", 0.55, 1, 1.0) == []
    given = steps(mode, "walk", 0.55, 1, 1.55)
    assert [c.t for c in given] == [1.0, 1.55]
    assert mode.mode == "walking"


def test_landings_at_a_runners_rate_from_flight_are_running_and_its_end_is_seen():
    mode = TrunkMode()
    steps(mode, "walk", 0.55, 8, 1.0)
    steps(mode, "run", 0.36, 8, 5.5)
    assert mode.mode == "running"
    steps(mode, "walk", 0.55, 6, 9.0)
    assert mode.mode == "walking"


def test_one_landing_in_a_walk_is_no_run():
    mode = TrunkMode()
    steps(mode, "walk", 0.55, 8, 1.0)
    steps(mode, "run", 0.55, 1, 5.4)
    assert mode.mode == "walking"


def test_lasting_quiet_is_standing_and_movement_without_steps_is_unknown():
    mode = TrunkMode()
    steps(mode, "walk", 0.55, 8, 1.0)
    assert not mode.rest(520, 0.05, 0.05)
    assert mode.rest(650, 0.05, 0.05)
    assert mode.mode == "standing"
    reported = [mode.rest(650 + SLOT * i, 1.0, 1.0) for i in range(1, 5)]
    assert reported.count(True) == 1  # the change is reported once
    assert mode.mode == "unknown"


def test_two_candidates_of_one_step_are_one_contact():
    mode = TrunkMode()
    steps(mode, "walk", 0.55, 8, 1.0)
    assert steps(mode, "walk", 0.1, 1, 4.95) == []


def test_only_an_easy_walk_is_certainly_walking():
    mode = TrunkMode()
    assert not mode.surely_walking
    steps(mode, "walk", 0.55, 8, 1.0)
    assert mode.surely_walking
    mode.rest(560, 9.0, 9.0)
    assert not mode.surely_walking
    mode.lose()
    assert mode.mode == "unknown"


def test_movement_without_steps_is_unknown_only_after_a_pause_longer_than_any_step():
    """Two and a half seconds after the last step, at 4.85 s."""
    mode = TrunkMode()
    steps(mode, "walk", 0.55, 8, 1.0)
    for k in (550, 600, 650, 700, 730):
        assert not mode.rest(k, 1.0, 1.0)
    assert mode.rest(740, 1.0, 1.0)
    assert mode.mode == "unknown"


def test_a_second_landing_within_a_fifth_of_a_second_is_no_step():
    mode = TrunkMode()
    steps(mode, "walk", 0.55, 8, 1.0)
    steps(mode, "run", 0.36, 8, 5.5)
    last = 5.5 + 7 * 0.36
    assert steps(mode, "run", 0.36, 1, last + 0.2) == []
    assert len(steps(mode, "run", 0.36, 1, last + 0.36)) == 1
