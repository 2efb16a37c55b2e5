"""The coach's requests to a treadmill, and the reasons against a faster or steeper one."""

from __future__ import annotations

from typing import Any

import pytest

from cued.coach.known import Known
from cued.coach.workout.belt_requests import against_more, asks_more, request_of_phase
from cued.coach.workout.phases import PHASES
from cued.model import Belt, BeltRequest


def known(phase: str = "backward_walk", speed: float | None = 0.8, **more: Any) -> Known:
    belt = None if speed is None else Belt(t=0.0, speed_m_s=speed, incline_percent=2.0)
    terms = {"due_m_s": 0.6, "due_percent": 5.0, "by_hand": False, "program": True}
    return Known(phase=phase, spec=PHASES[phase], belt=belt, **terms | more)


def test_a_turn_slows_and_levels_the_belt_but_never_makes_it_faster():
    turning = next(name for name, spec in PHASES.items() if spec.pace == "turn")
    for speed, asked in ((1.5, 0.3), (0.2, 0.2)):
        request = request_of_phase(known(turning, speed))
        assert request
        assert (request.speed_m_s, request.incline_percent) == (asked, 0.0)


def test_each_part_has_its_speed_and_incline():
    phase = next(name for name, spec in PHASES.items() if spec.pace == "due")
    request = request_of_phase(known(phase))
    assert request
    assert (request.speed_m_s, request.incline_percent, request.why) == (0.6, 5.0, phase)


@pytest.mark.parametrize("changed", [
    {"by_hand": True}, {"program": False}, {"speed": None}, {"speed": 0.0},
])  # fmt: skip
def test_no_request_by_hand_in_free_run_or_to_a_standing_belt(changed: dict[str, Any]):
    phase = next(name for name, spec in PHASES.items() if spec.pace == "due")
    assert request_of_phase(known(phase, **changed)) is None


def test_faster_or_steeper_is_an_increase_and_slower_is_not():
    def more(speed: float | None, incline: float | None = None) -> bool:
        return asks_more(BeltRequest(t=0.0, speed_m_s=speed, incline_percent=incline), known())

    assert [more(0.9), more(0.7), more(None, 3.0), more(None, 1.0)] == [True, False, True, False]
    assert asks_more(BeltRequest(t=0.0, speed_m_s=0.1), known(speed=None))


@pytest.mark.parametrize(("changed", "why"), [
    ({}, ""),
    ({"blind": True}, "while a sensor is lost"),
    ({"hold": "fall"}, "after a fall"),
    ({"hold": "after_stumble"}, "while unsteady"),
    ({"stability": "unsteady"}, "while unsteady"),
    ({"wrong": True}, "while something is wrong"),
    ({"now": 5.0, "stride_at": 4.0}, "while the direction is in doubt"),
])  # fmt: skip
def test_reasons_against_an_increase(changed: dict[str, Any], why: str):
    assert against_more(known(**changed), lost=False) == why


def test_a_lost_sensor_is_a_reason_against_an_increase():
    assert against_more(known(), lost=True) == "while a sensor is lost"
