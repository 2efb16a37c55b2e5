"""The script of a phase, line by line."""

from __future__ import annotations

from typing import Any

import pytest

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.workout.phase import Line, PhaseSpec
from cued.coach.workout.prompts import Script, lasted
from cued.model import Belt


def known(now: float = 0.0, **more: Any) -> Known:
    terms: dict[str, Any] = {"stride_at": now, "elapsed_s": now, "sessions": 0}
    return Known(now=now, **terms | more)


def begin(*says: Line, lasts_s: float | None = None, **more: Any) -> tuple[Script, dict[str, Any]]:
    spec = {"spec": PhaseSpec(says=says, direction="backward"), **more}
    script = Script(CoachConfig())
    script.begin(known(**spec), lasts_s, resumed=False)
    return script, spec


def test_lines_come_in_order_and_each_stays_until_it_was_said():
    script, spec = begin(Line("settle"), Line("half_way", part=0.5), lasts_s=60.0)
    assert script.line(known(1.0, **spec)) == script.line(known(2.0, **spec)) == ("settle", {})
    script.said("settle", known(2.0, **spec))
    assert script.line(known(29.9, **spec)) is None
    assert script.line(known(30.0, **spec)) == ("half_way", {})


def test_a_timed_line_delayed_by_six_seconds_is_left_out():
    script, spec = begin(Line("half_way", at_s=30.0))
    assert script.line(known(36.1, **spec)) is None
    script, spec = begin(Line("half_way", at_s=-20.0), lasts_s=60.0)
    assert script.line(known(40.0, **spec)) == ("half_way", {})


def test_a_line_waits_for_its_condition_and_is_dropped_if_it_fails():
    on = Line("turn_front", when=lambda k: k.wrong)
    off = Line("rails", only=lambda k: k.muted)
    script, spec = begin(off, on)
    assert script.line(known(**spec)) is None
    assert script.line(known(**spec, wrong=True)) == ("turn_front", {})


def test_explanations_are_left_out_for_an_experienced_runner():
    says = (Line("settle", first=3), Line("free_run"))
    for sessions, first in ((2, "settle"), (3, "free_run")):
        script = Script(CoachConfig())
        there = known(spec=PhaseSpec(says=says), sessions=sessions)
        script.begin(there, None, resumed=False)
        assert script.line(there) == (first, {})


def test_the_belt_setting_is_said_in_the_runners_unit_and_only_if_it_differs():
    for unit, key, speed in (("km/h", "belt_at", 3.6), ("mph", "belt_at_mph", 2.2369)):
        script = Script(CoachConfig(speed_unit=unit))
        due = {"due_m_s": 1.0, "by_hand": True}
        assert script.settings(known(**due)) == [(key, {"speed": speed})]
        there = Belt(t=0.0, speed_m_s=1.01)
        assert script.settings(known(**due, belt=there)) == []
        steep = script.settings(known(**due, belt=there, due_percent=4.0))
        assert steep == [("incline_at", {"percent": 4.0})]
    assert Script(CoachConfig()).settings(known(due_m_s=1.0, by_hand=False)) == []


def test_a_connected_belt_gets_one_request_instead_of_the_runner():
    belt = Belt(t=0.0, speed_m_s=0.3)
    script, spec = begin(Line("belt"), due_m_s=0.6, by_hand=False, belt=belt)
    assert script.line(known(**spec)) is None
    request = script.pop_request(known(**spec))
    assert request
    assert request.speed_m_s == 0.6
    assert script.pop_request(known(**spec)) is None


@pytest.mark.parametrize(("after", "stride_s", "steps", "slowed"), [
    (2.0, 1.2, True, False),  # nothing has changed yet
    (2.0, 1.4, True, True),  # the steps are slower
    (6.0, 1.2, False, True),  # they have stopped
    (15.0, 1.2, True, True),  # there was time to reach the console
])  # fmt: skip
def test_a_silent_belt_counts_as_slowed(after: float, stride_s: float, steps: bool, slowed: bool):
    script, spec = begin(Line("turn_slow"))
    script.said("turn_slow", known(10.0, **spec, stride_s=1.2))
    now = 10.0 + after
    there = known(now, **spec, stride_s=stride_s)
    there.stride_at = now if steps else 10.0
    assert script.slowed(there) == slowed


def test_a_press_says_that_the_belt_is_slow_and_earlier_requests_lapse():
    script, spec = begin(Line("turn_slow"))
    script.confirm()
    assert script.slowed(known(1.0, **spec))
    script.begin(known(**spec), None, resumed=False)
    assert not script.slowed(known(1.0, **spec))


def test_a_runner_in_the_wrong_direction_is_asked_every_twenty_seconds():
    spec = {"spec": PhaseSpec(turn="backward", says=(Line("turn_back"),))}
    script = Script(CoachConfig())
    script.begin(known(**spec), None, resumed=False)
    script.said("turn_back", known(1.0, **spec))
    said = []
    for t in range(2, 60):
        there = known(float(t), **spec, direction="forward")
        script.remind(there)
        if line := script.line(there):
            said.append((t, line[0]))
            script.said(line[0], there)
    assert said == [(21, "turn_back"), (41, "turn_back")]


def test_after_a_pause_a_phase_needs_no_introduction():
    script, spec = begin(Line("settle"))
    script.begin(known(**spec), None, resumed=True)
    assert script.line(known(**spec)) == ("resumed", {})
    script.said("resumed", known(**spec))
    assert script.line(known(**spec)) is None


@pytest.mark.parametrize(("seconds", "said"), [
    (54.0, ("x_seconds", {"seconds": 54.0})),
    (60.0, ("x_one", {})),
    (96.0, ("x_seconds", {"seconds": 96.0})),
    (120.0, ("x", {"minutes": 2.0})),
])  # fmt: skip
def test_a_time_is_worded_as_a_listener_would_say_it(
    seconds: float, said: tuple[str, dict[str, float]]
):
    assert lasted("x", seconds) == said
