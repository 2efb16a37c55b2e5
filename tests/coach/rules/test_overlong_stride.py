"""Cues for overlong strides, and for strides too uneven to judge."""

from __future__ import annotations

from cued.coach.known import Carried, Known
from cued.model import Tick
from tests.coach.rules.asked import heard, judged, proposed, step


def test_the_verdict_is_worded_with_its_size_and_direction():
    asked = [step(5.0, judged=judged(since=4.0, size=0.8), direction="backward")]
    ((_, said),) = proposed("overlong_stride", asked)
    assert (said.key, said.since, said.size) == ("overlong_stride", 4.0, 0.8)
    assert said.because["direction"] == "backward"


def test_strides_too_uneven_to_judge_are_announced_once_in_a_quarter_of_an_hour():
    ((_, said),) = proposed("overlong_stride", [step(5.0, judged=judged(since=4.0, even=False))])
    assert (said.key, said.refractory_s) == ("no_telling", 900.0)
    assert said.because == {"own_cv_percent": 2.0}


def test_the_carry_has_its_own_words_and_a_tick_is_no_stride():
    news = Tick(t=5.0)
    asked = [
        step(5.0, judged=judged(since=4.0), carry=Carried()),
        step(5.0, judged=judged()),
        (news, Known(judged=judged(since=4.0))),
    ]
    assert heard("overlong_stride", asked) == []
