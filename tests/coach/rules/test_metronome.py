"""Ticks while strides are too long."""

from __future__ import annotations

from cued.coach.known import Known
from cued.model import Tick
from tests.coach.rules.asked import heard, judged, proposed, step


def test_it_ticks_at_the_runners_own_rate_for_half_a_minute_and_rests_for_one():
    ((_, said),) = proposed("metronome", [step(9.0, judged=judged(since=8.0))])
    assert said.because == {"spm": 100.0, "for_s": 30.0}
    assert (said.since, said.refractory_s) == (8.0, 90.0)


def test_it_is_silent_on_target_between_strides_and_when_unjudged():
    asked = [step(9.0, judged=judged()), step(9.0), (Tick(t=9.0), Known(judged=judged(since=8.0)))]
    assert heard("metronome", asked) == []
