"""A belt faster than the stage allows: a remark, a danger, an alarm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.coach.known import Known
from cued.coach.workout.phases import PHASES
from cued.model import Belt, BeltState, Input, Tick
from tests.coach.rules.asked import heard, proposed


def backward(now: float, speed: float | None, limit: float | None = 1.0) -> tuple[Input, Known]:
    belt = None if speed is None else Belt(t=now, speed_m_s=speed)
    spec = PHASES["backward_walk"]
    return Tick(t=now), Known(now=now, spec=spec, limit_m_s=limit, belt=belt)


@given(speed=st.floats(0.0, 3.0))
def test_too_fast_is_five_percent_above_the_limit_for_three_seconds(speed: float) -> None:
    cues = heard("too_fast", [backward(0.5 * i, speed) for i in range(20)])
    assert bool(cues) == (speed > 1.05)
    if 1.05 < speed <= 1.5:
        assert set(cues) == {(0.5 * i, "too_fast") for i in range(6, 20)}


@given(speed=st.floats(1.501, 3.0))
def test_50_percent_too_fast_is_danger_at_once_and_an_alarm_if_it_lasts(speed: float) -> None:
    found = proposed("too_fast", [backward(0.5 * i, speed) for i in range(1, 24)])
    cues = [(t, p.key, p.tone, p.theme) for t, p in found]
    assert cues[0] == (1.0, "far_too_fast", "unsteady", "safety")
    assert cues[-1] == (11.5, "far_too_fast", "alarm", "safety")


def test_too_fast_on_a_belt_slow_enough_to_turn_is_a_remark_and_no_danger() -> None:
    assert {key for _, key in heard("too_fast", [backward(i, 0.5, 0.3) for i in range(9)])} == {
        "too_fast"
    }
    assert heard("too_fast", [backward(i, 0.6, 0.3) for i in range(9)])[-1] == (8, "far_too_fast")


def test_the_present_belt_speed_counts_and_not_the_first_strides() -> None:
    known = Known(limit_m_s=0.3)
    for t, speed in ((1.0, 0.3156), (9.0, 0.3001)):
        known.see(BeltState(t=t, speed_m_s=speed, since=1.0, source="feet"), t)
    assert known.times_limit == pytest.approx(1.0, abs=0.001)


def test_a_moment_at_a_good_speed_restarts_the_three_seconds() -> None:
    speeds = [1.4] * 5 + [1.0] + [1.4] * 6
    assert heard("too_fast", [backward(0.5 * i, v) for i, v in enumerate(speeds)]) == []


@pytest.mark.parametrize(("speed", "limit"), [(None, 1.0), (2.5, None)])
def test_without_a_belt_speed_or_a_limit_nothing_is_too_fast(
    speed: float | None, limit: float | None
) -> None:
    assert heard("too_fast", [backward(0.5 * i, speed, limit) for i in range(20)]) == []


def test_the_remark_is_felt_and_has_its_own_tone() -> None:
    ((_, said),) = proposed("too_fast", [backward(float(t), 1.4) for t in range(1, 5)])
    assert (said.pattern, said.tone) == ("notice", "limit")
