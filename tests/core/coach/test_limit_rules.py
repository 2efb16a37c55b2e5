"""The rules that warn: too fast, time that is up, the wrong direction, unsteadiness that lasts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.coach.known import Cap, Known
from cued.coach.rule import Proposal
from cued.coach.workout.phases import PHASES
from cued.model import Belt, Input, Level, Stumble, Tick
from cued.parts import load


def heard(name: str, asked: list[tuple[Input, Known]]) -> list[tuple[float, str]]:
    """When a rule with its defaults proposes which key."""
    part = load("rules", name)
    rule = part.build(part.config())
    told: list[tuple[float, Proposal | None]] = [
        (known.now, rule.consider(news, known)) for news, known in asked
    ]
    return [(now, p.key) for now, p in told if p]


def backward(now: float, speed: float | None, limit: float | None = 1.0) -> tuple[Input, Known]:
    belt = None if speed is None else Belt(t=now, speed_m_s=speed)
    spec = PHASES["backward_walk"]
    return Tick(t=now), Known(now=now, spec=spec, limit_m_s=limit, belt=belt)


@given(speed=st.floats(0.0, 3.0))
def test_too_fast_is_five_percent_above_the_limit_for_three_seconds(speed: float) -> None:
    told = heard("too_fast", [backward(0.5 * i, speed) for i in range(20)])
    assert bool(told) == (speed > 1.05)
    if 1.05 < speed <= 1.5:
        assert set(told) == {(0.5 * i, "too_fast") for i in range(6, 20)}


@given(speed=st.floats(1.501, 3.0))
def test_half_as_fast_again_is_a_danger_at_once_and_an_alarm_when_it_lasts(speed: float) -> None:
    part = load("rules", "too_fast")
    rule = part.build(part.config())
    asked = [backward(0.5 * i, speed) for i in range(1, 24)]
    found = [(known.now, rule.consider(news, known)) for news, known in asked]
    told = [(t, p.key, p.tone, p.theme) for t, p in found if p]
    assert told[0] == (1.0, "far_too_fast", "unsteady", "safety")
    assert told[-1] == (11.5, "far_too_fast", "alarm", "safety")


def test_a_moment_that_was_not_too_fast_begins_the_three_seconds_anew() -> None:
    speeds = [1.4] * 5 + [1.0] + [1.4] * 6
    assert heard("too_fast", [backward(0.5 * i, v) for i, v in enumerate(speeds)]) == []


@pytest.mark.parametrize(("speed", "limit"), [(None, 1.0), (2.5, None)])
def test_without_a_belt_speed_or_a_limit_nothing_is_too_fast(
    speed: float | None, limit: float | None
) -> None:
    assert heard("too_fast", [backward(0.5 * i, speed, limit) for i in range(20)]) == []


def going(
    now: float, left: float | None, cap: Cap = "session", phase: str = ""
) -> tuple[Input, Known]:
    spec = PHASES[phase or "backward_walk"]
    return Tick(t=now), Known(now=now, spec=spec, left_s=left, cap=cap)


@pytest.mark.parametrize(
    ("cap", "key"), [("session", "time_up"), ("day", "dose_day"), ("week", "dose_week")]
)
def test_a_minute_before_the_cap_and_at_it_are_told_once_each(cap: Cap, key: str) -> None:
    lefts = [max(100.0 - t, 0.0) for t in range(130)]
    told = heard("time_cap", [going(float(t), left, cap) for t, left in enumerate(lefts)])
    assert told == [(40.0, "minute_left"), (100.0, key)]


def test_a_cap_that_is_far_again_can_be_told_again() -> None:
    lefts = [0.0, 0.0, 66.0, 0.0]
    told = heard("time_cap", [going(float(t), left) for t, left in enumerate(lefts)])
    assert told == [(0.0, "time_up"), (3.0, "time_up")]


def test_no_minute_is_announced_that_is_not_left_or_not_gone_backward() -> None:
    assert heard("time_cap", [going(0.0, 14.0), going(1.0, 60.1)]) == []
    assert heard("time_cap", [going(0.0, 50.0, phase="carry")]) == []
    assert heard("time_cap", [going(0.0, None)]) == []
    assert heard("time_cap", [going(0.0, 0.0, phase="check_in")]) == []


@pytest.mark.parametrize(
    ("left", "key"), [(57.0, "minute_left"), (50.0, "seconds_left"), (30.0, "seconds_left")]
)
def test_what_is_left_is_told_as_it_is(left: float, key: str) -> None:
    assert heard("time_cap", [going(0.0, left)]) == [(0.0, key)]


@pytest.mark.parametrize("facing", ["forward", "backward"])
def test_a_contradiction_is_asked_about_after_four_seconds_by_the_way_that_is_faced(
    facing: str,
) -> None:
    situations = [
        (Tick(t=0.0), Known(now=10.0 + lasting, direction=facing, against_s=lasting))  # type: ignore[arg-type]
        for lasting in (0.0, 3.9, 4.0, 5.0)
    ]
    key = f"wrong_direction_{facing}"
    assert heard("wrong_direction", situations) == [(14.0, key), (15.0, key)]


def swaying(now: float, level: Level, stumble: bool = False) -> tuple[Input, Known]:
    news = Stumble(t=now, score=2.0) if stumble else Tick(t=now)
    return news, Known(now=now, stability=level)


def test_unsteadiness_that_lasts_nine_seconds_is_a_reason_to_stop_the_belt() -> None:
    told = heard("unsteady", [swaying(float(t), "unsteady") for t in range(12)])
    assert [key for _, key in told] == ["unsteady"] * 9 + ["unsteady_stop"] * 3


def test_unsteadiness_that_was_over_for_a_moment_begins_anew() -> None:
    levels: list[Level] = ["unsteady"] * 8 + ["unknown"] + ["unsteady"] * 8
    told = heard("unsteady", [swaying(float(t), level) for t, level in enumerate(levels)])
    assert {key for _, key in told} == {"unsteady"}
    assert heard("unsteady", [swaying(0.0, "unknown"), swaying(1.0, "steady")]) == []


def test_the_end_of_unsteadiness_is_told_once_it_is_known() -> None:
    levels: list[Level] = ["unsteady"] * 4 + ["unknown"] * 3 + ["steady"] * 9
    told = heard("unsteady", [swaying(float(t), level) for t, level in enumerate(levels)])
    assert [t for t, key in told if key == "steady_again"] == [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]


def test_stop_the_belt_is_said_ever_less_often() -> None:
    part = load("rules", "unsteady")
    rule = part.build(part.config())
    every = {}
    for t in range(80):
        proposal = rule.consider(*swaying(float(t), "unsteady"))
        assert proposal
        every[t] = proposal.refractory_s
    assert [every[t] for t in (0, 10, 20, 40, 70)] == [3.0, 3.0, 6.0, 12.0, 30.0]


def test_after_a_stumble_unsteadiness_is_told_after_three_and_stop_the_belt_after_twelve() -> None:
    situations = [swaying(0.0, "steady", stumble=True)]
    situations += [swaying(0.1 + t, "unsteady") for t in range(16)]
    told = heard("unsteady", situations)
    assert told[0] == (3.1, "unsteady")
    assert next(t for t, key in told if key == "unsteady_stop") == 12.1


def test_a_warning_is_felt_and_has_a_tone_of_its_own_and_an_announcement_has_none() -> None:
    def kinds(name: str, asked: list[tuple[Input, Known]]) -> list[tuple[str, str, str]]:
        part = load("rules", name)
        rule = part.build(part.config())
        found = [rule.consider(news, known) for news, known in asked]
        return [(p.key, p.pattern, p.tone) for p in found if p]

    fast = kinds("too_fast", [backward(float(t), 1.4) for t in range(1, 5)])
    assert fast == [("too_fast", "notice", "limit")]
    time = kinds("time_cap", [going(0.0, 59.0), going(1.0, 0.0)])
    assert time == [("minute_left", "none", ""), ("time_up", "none", "limit")]
    assert kinds("unsteady", [swaying(0.0, "unsteady")]) == [("unsteady", "unsteady", "unsteady")]
