"""A session's facts, closing words and spread."""

from __future__ import annotations

from cued.coach.strides.baseline import OPENING_STRIDES, Baselines
from cued.coach.workout.ladder import Standing
from cued.coach.workout.memory import Memory, Past
from cued.coach.workout.totals import SessionTally, closing_words, facts, no_higher, spread_ratios
from cued.gait.ordinary import Terms
from cued.model import Imprint

DAY_S = 86_400.0


def tally(backward_s: float = 0.0, held_s: float | None = None) -> SessionTally:
    made = SessionTally(kind="program")
    made.backward_s, made.held_s = backward_s, held_s
    return made


def memory(*past: Past, **more: object) -> Memory:
    return Memory(runner="anna", past=past, **more)


def before(age_s: float, held_s: float | None = None) -> Past:
    return Past(age_s=age_s, backward_s=300.0, peak_m_s=0.5, stage=1, held_s=held_s)


def test_too_short_a_hold_is_not_announced():
    assert facts(tally(19.0, 9.0), memory(before(DAY_S, held_s=50.0))) == []


def test_the_hold_is_compared_with_the_last_one_and_the_week_so_far():
    lines = facts(tally(120.0, 45.0), memory(before(9 * DAY_S), before(DAY_S, held_s=30.0)))
    assert lines == [
        ("fact_held", {"seconds": 45.0}),
        ("fact_last", {"seconds": 30.0}),
        ("fact_backward", {"minutes": 7.0}),
    ]


def test_one_minute_has_its_own_words():
    assert facts(tally(70.0), memory()) == [("fact_backward_one", {})]
    assert facts(tally(30.0), memory()) == [], "half a minute is not one"


def test_a_new_stage_and_a_thing_to_remember_are_said_unless_something_was_wrong():
    at = memory(stage=2)
    for stage, key in ((3, "stage_up"), (1, "stage_down")):
        lines = [
            k for k, _ in closing_words(tally(5.0), at, Standing(stage, 0, clean=True), wrong=False)
        ]
        assert lines == [key, "take_away"]
    lines = closing_words(tally(5.0), at, Standing(2, 1, clean=False), wrong=True)
    assert lines == []


def test_a_doubtful_runners_session_leads_no_higher():
    at = memory(stage=1, clean_sessions=1)
    assert no_higher(Standing(2, 0, clean=True), at) == Standing(1, 0, clean=False)
    assert no_higher(Standing(0, 3, clean=True), at) == Standing(0, 1, clean=False)


def test_spread_is_compared_only_backward_at_the_same_speed():
    own = Baselines()
    for direction, speed in (("backward", 6), ("backward", 9), ("forward", 6)):
        for i in range(OPENING_STRIDES):
            own.learn(Terms("left", direction, "walking", speed, 0), 1.0 + 0.02 * (i % 3))
    usual = tuple(
        Imprint(t=0.0, direction=d, mode="walking", speed_m_s=0.6, incline_percent=0.0, strides=50,
                stride_s=1.0, cv=0.01)
        for d in ("backward", "forward")
    )  # fmt: skip
    (ratio,) = spread_ratios(own, memory(imprint=usual))
    assert ratio > 1.5
