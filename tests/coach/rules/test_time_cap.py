"""Announcements of the backward time left, and of its end."""

from __future__ import annotations

import pytest

from cued.coach.known import Cap, Known
from cued.coach.workout.phases import PHASES
from cued.model import Input, Tick
from tests.coach.rules.asked import heard, proposed


def going(
    now: float, left: float | None, cap: Cap = "session", phase: str = ""
) -> tuple[Input, Known]:
    spec = PHASES[phase or "backward_walk"]
    return Tick(t=now), Known(now=now, spec=spec, left_s=left, cap=cap)


@pytest.mark.parametrize(
    ("cap", "key"), [("session", "time_up"), ("day", "dose_day"), ("week", "dose_week")]
)
def test_the_cap_is_announced_once_a_minute_before_and_once_when_reached(
    cap: Cap, key: str
) -> None:
    lefts = [max(100.0 - t, 0.0) for t in range(130)]
    cues = heard("time_cap", [going(float(t), left, cap) for t, left in enumerate(lefts)])
    assert cues == [(40.0, "minute_left"), (100.0, key)]


def test_a_cap_that_moved_away_can_be_announced_again() -> None:
    lefts = [0.0, 0.0, 66.0, 0.0]
    cues = heard("time_cap", [going(float(t), left) for t, left in enumerate(lefts)])
    assert cues == [(0.0, "time_up"), (3.0, "time_up")]


def test_one_minute_is_announced_only_if_it_is_left_and_walked_backward() -> None:
    assert heard("time_cap", [going(0.0, 14.0), going(1.0, 60.1)]) == []
    assert heard("time_cap", [going(0.0, 50.0, phase="carry")]) == []
    assert heard("time_cap", [going(0.0, None)]) == []
    assert heard("time_cap", [going(0.0, 0.0, phase="check_in")]) == []


@pytest.mark.parametrize(
    ("left", "key"), [(57.0, "minute_left"), (50.0, "seconds_left"), (30.0, "seconds_left")]
)
def test_the_announced_time_is_the_time_left(left: float, key: str) -> None:
    assert heard("time_cap", [going(0.0, left)]) == [(0.0, key)]


def test_the_end_has_a_tone_and_the_time_left_has_none() -> None:
    cues = proposed("time_cap", [going(0.0, 59.0), going(1.0, 0.0)])
    assert [(p.pattern, p.tone) for _, p in cues] == [("none", ""), ("none", "limit")]
