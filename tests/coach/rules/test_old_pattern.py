"""Return of the old stride in the carry: a reminder, then an offer."""

from __future__ import annotations

from typing import Any

from cued.coach.known import Carried
from cued.coach.workout.phases import PHASES
from tests.coach.rules.asked import heard, judged, step


def carrying(seconds: int, **known: Any) -> list[tuple[float, str]]:
    terms: dict[str, Any] = {
        "carry": Carried(),
        "judged": judged(since=10.0),
        "left_s": 300.0,
        "spec": PHASES["carry"],
        "remaining_s": 200.0,
    }
    return heard("old_pattern", [step(float(t), **terms | known) for t in range(10, 10 + seconds)])


def test_a_reminder_comes_first_and_after_half_a_minute_a_backward_step_is_offered():
    cues = carrying(33)
    assert [key for _, key in cues] == ["old_pattern"] * 30 + ["backward_offer"] * 3


def test_a_step_that_was_never_carried_over_counts_from_when_that_was_known():
    cues = carrying(42, judged=judged(), carry=Carried(reverted=20.0))
    assert next(t for t, key in cues if key == "backward_offer") == 50.0


def test_no_offer_without_time_backward_and_no_word_outside_the_carry():
    assert {key for _, key in carrying(60, left_s=5.0)} == {"old_pattern"}
    assert {key for _, key in carrying(60, left_s=None)} == {"old_pattern"}
    assert carrying(60, carry=None) == []
    assert carrying(60, judged=judged()) == []
