"""Warnings of unsteadiness: at once, repeated, and at its end."""

from __future__ import annotations

from cued.coach.known import Known
from cued.model import Belt, Input, Level, Stumble, Tick
from tests.coach.rules.asked import heard, proposed
from tests.helpers.built import built


def swaying(now: float, level: Level, stumble: bool = False) -> tuple[Input, Known]:
    news = Stumble(t=now, score=2.0) if stumble else Tick(t=now)
    return news, Known(now=now, stability=level)


def test_unsteadiness_that_lasts_nine_seconds_is_a_reason_to_stop_the_belt() -> None:
    cues = heard("unsteady", [swaying(float(t), "unsteady") for t in range(12)])
    assert [key for _, key in cues] == ["unsteady"] * 9 + ["unsteady_stop"] * 3


def test_unsteadiness_that_stopped_for_a_moment_starts_over() -> None:
    levels: list[Level] = ["unsteady"] * 8 + ["unknown"] + ["unsteady"] * 8
    cues = heard("unsteady", [swaying(float(t), level) for t, level in enumerate(levels)])
    assert {key for _, key in cues} == {"unsteady"}
    assert heard("unsteady", [swaying(0.0, "unknown"), swaying(1.0, "steady")]) == []


def test_the_end_of_unsteadiness_is_announced_once_known() -> None:
    levels: list[Level] = ["unsteady"] * 4 + ["unknown"] * 3 + ["steady"] * 9
    cues = heard("unsteady", [swaying(float(t), level) for t, level in enumerate(levels)])
    assert [t for t, key in cues if key == "steady_again"] == [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]


def test_stop_the_belt_is_said_less_and_less_often() -> None:
    cues = proposed("unsteady", [swaying(float(t), "unsteady") for t in range(80)])
    assert len(cues) == 80
    assert [cues[t][1].refractory_s for t in (0, 10, 20, 40, 70)] == [3.0, 3.0, 6.0, 12.0, 30.0]


def test_after_a_stumble_unsteady_comes_after_3_s_and_stop_the_belt_after_12_s() -> None:
    situations = [swaying(0.0, "steady", stumble=True)]
    situations += [swaying(0.1 + t, "unsteady") for t in range(16)]
    cues = heard("unsteady", situations)
    assert cues[0] == (3.1, "unsteady")
    assert next(t for t, key in cues if key == "unsteady_stop") == 12.1


def test_it_is_felt_and_has_its_own_tone() -> None:
    ((_, said),) = proposed("unsteady", [swaying(0.0, "unsteady")])
    assert (said.pattern, said.tone) == ("unsteady", "unsteady")


def test_a_runner_standing_on_a_still_belt_hears_nothing() -> None:
    rule = built("rules", "unsteady")
    known = Known(now=9.0, stability="unsteady", belt=Belt(t=9.0, speed_m_s=0.0), stride_at=2.0)
    assert rule.consider(Tick(t=9.0), known) is None
