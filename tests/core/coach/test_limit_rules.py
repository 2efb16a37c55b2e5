"""The rules that warn: too fast, time that is up, the wrong direction, unsteadiness that lasts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.coach.rule import Cap, Place, Proposal, Situation
from cued.model import Belt, Level, Stumble, Tick
from cued.parts import load


def heard(name: str, situations: list[Situation]) -> list[tuple[float, str]]:
    """When a rule with its defaults proposes which key."""
    part = load("rules", name)
    rule = part.build(part.config())
    told: list[tuple[float, Proposal | None]] = [(s.now, rule.consider(s)) for s in situations]
    return [(now, p.key) for now, p in told if p]


def backward(now: float, speed: float | None, limit: float | None = 1.0) -> Situation:
    belt = None if speed is None else Belt(t=now, speed_m_s=speed)
    place = Place(phase="backward_walk", backward=True, limit_m_s=limit)
    return Situation(now=now, news=Tick(t=now), place=place, belt=belt)


@given(speed=st.floats(0.0, 3.0))
def test_too_fast_is_five_percent_above_the_limit_for_three_seconds(speed: float) -> None:
    told = heard("too_fast", [backward(0.5 * i, speed) for i in range(20)])
    assert bool(told) == (speed > 1.05)
    assert not told or told[0] == (3.0, "too_fast")


def test_a_moment_that_was_not_too_fast_begins_the_three_seconds_anew() -> None:
    speeds = [1.5] * 5 + [1.0] + [1.5] * 6
    assert heard("too_fast", [backward(0.5 * i, v) for i, v in enumerate(speeds)]) == []


@pytest.mark.parametrize(("speed", "limit"), [(None, 1.0), (2.5, None)])
def test_without_a_belt_speed_or_a_limit_nothing_is_too_fast(
    speed: float | None, limit: float | None
) -> None:
    assert heard("too_fast", [backward(0.5 * i, speed, limit) for i in range(20)]) == []


def going(now: float, left: float | None, cap: Cap = "session", phase: str = "") -> Situation:
    name = phase or "backward_walk"
    place = Place(phase=name, backward=name.startswith("backward"), left_s=left, cap=cap)
    return Situation(now=now, news=Tick(t=now), place=place)


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
    assert heard("time_cap", [going(0.0, 20.0), going(1.0, 60.1)]) == []
    assert heard("time_cap", [going(0.0, 50.0, phase="carry")]) == []
    assert heard("time_cap", [going(0.0, None)]) == []
    assert heard("time_cap", [going(0.0, 0.0, phase="check_in")]) == []


@pytest.mark.parametrize("facing", ["forward", "backward"])
def test_a_contradiction_is_asked_about_after_four_seconds_by_the_way_that_is_faced(
    facing: str,
) -> None:
    situations = [
        Situation(
            now=10.0 + lasting,
            news=Tick(t=10.0 + lasting),
            place=Place(),
            direction=facing,  # type: ignore[arg-type]
            contradicted_s=lasting,
        )
        for lasting in (0.0, 3.9, 4.0, 5.0)
    ]
    key = f"wrong_direction_{facing}"
    assert heard("wrong_direction", situations) == [(14.0, key), (15.0, key)]


def swaying(now: float, level: Level, stumble: bool = False) -> Situation:
    news = Stumble(t=now, score=2.0) if stumble else Tick(t=now)
    return Situation(now=now, news=news, place=Place(), stability=level)


def test_unsteadiness_that_lasts_nine_seconds_is_a_reason_to_stop_the_belt() -> None:
    told = heard("unsteady", [swaying(float(t), "unsteady") for t in range(12)])
    assert [key for _, key in told] == ["unsteady"] * 9 + ["unsteady_stop"] * 3


def test_unsteadiness_that_was_over_for_a_moment_begins_anew() -> None:
    levels: list[Level] = ["unsteady"] * 8 + ["unknown"] + ["unsteady"] * 8
    told = heard("unsteady", [swaying(float(t), level) for t, level in enumerate(levels)])
    assert {key for _, key in told} == {"unsteady"}
    assert heard("unsteady", [swaying(0.0, "unknown"), swaying(1.0, "steady")]) == []


def test_after_a_stumble_unsteadiness_is_told_after_three_and_stop_the_belt_after_twelve() -> None:
    situations = [swaying(0.0, "steady", stumble=True)]
    situations += [swaying(0.1 + t, "unsteady") for t in range(16)]
    told = heard("unsteady", situations)
    assert told[0] == (3.1, "unsteady")
    assert next(t for t, key in told if key == "unsteady_stop") == 12.1


def test_a_warning_is_felt_and_has_a_tone_of_its_own_and_an_announcement_has_none() -> None:
    def kinds(name: str, situations: list[Situation]) -> list[tuple[str, str, str]]:
        part = load("rules", name)
        rule = part.build(part.config())
        found = [rule.consider(s) for s in situations]
        return [(p.key, p.pattern, p.tone) for p in found if p]

    fast = kinds("too_fast", [backward(float(t), 2.0) for t in range(4)])
    assert fast == [("too_fast", "notice", "limit")]
    time = kinds("time_cap", [going(0.0, 50.0), going(1.0, 0.0)])
    assert time == [("minute_left", "none", ""), ("time_up", "none", "limit")]
    assert kinds("unsteady", [swaying(0.0, "unsteady")]) == [("unsteady", "unsteady", "unsteady")]
