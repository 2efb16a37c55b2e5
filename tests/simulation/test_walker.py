"""One simulated person, from the script to truth and samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cued.frames import GRAVITY_M_S2
from cued.simulation.scenario import Person, PlannedAction
from cued.simulation.stepping import KnownTruth
from cued.simulation.walker import Walker

T = np.arange(0.0, 10.0, 0.01)


def walker(*does: tuple[float, str], speed_m_s: float = 1.0, **person: Any) -> Walker:
    actions = tuple(PlannedAction(at_s=t, what=what) for t, what in does)  # type: ignore[arg-type]
    rng = np.random.default_rng(1)
    return Walker(Person(**person), actions, lambda _t: (speed_m_s, 0.0), rng)


def told(rows: list[KnownTruth], *kinds: str) -> list[tuple[float, str, float | str]]:
    return [(row.t_s, row.kind, row.value) for row in rows if row.kind in kinds]


def test_the_truth_names_turns_long_strides_and_what_is_done_meanwhile():
    who = walker((0.0, "walk"), (5.0, "turn"), (9.0, "cough"), (10.0, "overlong"))
    rows = who.advance(12.0)
    assert told(rows, "turn_start", "turn_end", "incident", "overlong") == [
        (5.0, "turn_start", ""),
        (8.0, "turn_end", ""),
        (9.0, "incident", "cough"),
        (10.0, "overlong", 8.0),
        (40.0, "overlong", 0.0),
    ]
    assert [value for _, _, value in told(rows, "direction")] == ["forward", "backward"]
    assert told(who.advance(14.0), "incident", "overlong") == []  # each is told once


def test_a_person_who_stands_measures_gravity_everywhere():
    who = walker((0.0, "stand"))
    assert told(who.advance(10.0), "contact") == []
    for force, rate in (who.trunk(T), who.foot(T, 0), who.foot(T, 1)):
        assert force == pytest.approx(np.tile((0.0, 0.0, GRAVITY_M_S2), (T.size, 1)), abs=0.3)
        assert np.abs(rate).max() < 0.05


def test_the_feet_swing_in_turn_at_the_times_of_the_truth():
    who = walker((0.0, "walk"))
    rows = who.advance(10.0)
    for number, side in enumerate(("left", "right")):
        lifts = [r.t_s for r in rows if (r.kind, r.side) == ("lift", side) and 2.0 < r.t_s < 8.0]
        contacts = [r.t_s for r in rows if (r.kind, r.side) == ("contact", side)]
        _, rate = who.foot(T, number)
        for lift in lifts:
            contact = min(t for t in contacts if t > lift)
            swing, stance = (lift < T) & (contact > T), (contact + 0.2 < T) & (contact + 0.3 > T)
            assert np.abs(rate[swing, 1]).max() > 3.0
            assert np.abs(rate[stance, 1]).max() < 0.1


def test_a_fall_jolts_the_trunk_turns_the_feet_and_is_told_with_the_hit_on_the_ground():
    who = walker((0.0, "walk"), (4.0, "fall"))
    rows = who.advance(10.0)
    assert who.down
    ((hit_t, _, _),) = told(rows, "fall_peak")
    ((fell_t, _, _),) = told(rows, "incident")
    assert 4.0 < fell_t < hit_t < 6.0
    force, _ = who.trunk(T)
    assert np.linalg.norm(force[(hit_t < T) & (hit_t + 0.1 > T)], axis=1).max() > 20.0
    lying = hit_t + 2.0 < T
    assert abs(force[lying, 2]).mean() < 0.5 * GRAVITY_M_S2
    assert abs(who.foot(T, 0)[0][lying, 2]).mean() < 0.5 * GRAVITY_M_S2


def test_the_person_does_what_is_added_and_turns_only_if_facing_the_other_way():
    who = walker((0.0, "walk"))
    who.face("forward", 3.0)
    who.face("backward", 4.0)
    who.do("stand", 9.0)
    rows = who.advance(12.0)
    assert told(rows, "turn_start") == [(4.0, "turn_start", "")]
    assert [value for _, _, value in told(rows, "gait")] == ["walk", "stand"]


def test_only_a_responsive_person_heeds_a_cue():
    assert walker((0.0, "walk"), responsive=1.0).hear("overlong_stride", 5.0)
    assert not walker((0.0, "walk"), responsive=0.0).hear("overlong_stride", 5.0)


def test_two_people_drawn_alike_walk_alike_however_far_ahead_they_are_asked():
    one, other = walker((0.0, "walk")), walker((0.0, "walk"))
    rows = [row for t in np.arange(0.5, 10.1, 0.5) for row in other.advance(float(t))]
    assert one.advance(10.0) == rows
    late = T[T > 8.0]
    assert np.array_equal(one.trunk(late)[0], other.trunk(late)[0])


def test_a_bow_is_felt_as_a_lean_and_turned_through():
    """By 20 degrees, two seconds down and two up."""
    who = walker((0.0, "stand"), (2.0, "bow"))
    who.advance(10.0)
    force, rate = who.trunk(T)
    lean = np.degrees(np.arctan2(-force[:, 0], force[:, 2]))
    assert lean[400] == pytest.approx(20.0, abs=1.5)
    assert lean[(T < 2.0) | (T > 6.0)] == pytest.approx(0.0, abs=1.5)
    assert np.degrees(rate[200:400, 1].sum() * 0.01) == pytest.approx(20.0, abs=1.5)
