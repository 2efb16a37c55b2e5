"""A session's totals."""

from __future__ import annotations

from cued.coach.strides.baseline import OPENING_STRIDES, Baselines
from cued.coach.workout.ladder import Standing
from cued.coach.workout.memory import Memory, Past
from cued.coach.workout.totals import SessionTally, closing_words, facts, no_higher, spread_ratios
from cued.gait.ordinary import Terms
from cued.model import Belt, Imprint, Measurement, Stability

DAY_S = 86_400.0


def tallied(backward_s: float = 0.0, held_s: float | None = None) -> SessionTally:
    made = SessionTally(kind="program")
    made.backward_s, made.held_s = backward_s, held_s
    return made


def memory(*past: Past, **more: object) -> Memory:
    return Memory(runner="anna", past=past, **more)


def before(age_s: float, held_s: float | None = None) -> Past:
    return Past(age_s=age_s, backward_s=300.0, peak_m_s=0.5, stage=1, held_s=held_s)


def test_the_longest_carry_counts_and_one_without_drift_by_its_whole_length():
    tally = SessionTally()
    tally.held(40.0, 200.0)
    tally.held(None, 120.0)
    tally.held(10.0, 300.0)
    assert tally.held_s == 120.0


def test_a_flicker_of_unsteadiness_does_not_count():
    tally = SessionTally()
    for t, level in ((1.0, "unsteady"), (1.4, "steady"), (5.0, "unsteady"), (8.0, "unknown")):
        tally.feed(Stability(t=t, level=level, score=None))
    assert tally.unsteady_s == 3.0


def test_the_peak_is_the_highest_allowed_speed_of_a_moving_belt():
    tally = SessionTally()
    tally.moved_backward(1.0, False, Belt(t=0.0, speed_m_s=0.0), 0.6)
    assert tally.peak_m_s is None
    for speed in (0.5, 0.9, 0.4):
        tally.moved_backward(1.0, True, Belt(t=0.0, speed_m_s=speed), 0.6)
    assert (tally.peak_m_s, tally.backward_s, tally.jogged_s) == (0.6, 4.0, 3.0)


def test_the_summary_has_the_last_measurements_their_errors_and_the_session_before():
    tally = SessionTally(started=10.0, kind="program")
    tally.before = Past(age_s=90_000.0, backward_s=200.0, peak_m_s=0.5, stage=1, held_s=30.0)
    shares = ((40.0, None), (55.0, 8.0))
    tally.note(
        [
            Measurement(t=1.0, name="carried_percent", value=v, unit="%", strides=9, error=e)
            for v, e in shares
        ]
    )
    summary = tally.summary(70.0, "anna", "usual", 1, Standing(2, 0, clean=True), wrong=False)
    assert (summary.duration_s, summary.details["kind"]) == (60.0, "program")
    assert summary.details["carried_percent"] == 55.0
    assert summary.details["carried_percent_error"] == 8.0
    assert (summary.details["trained_stage"], summary.details["stage"]) == (1.0, 2.0)
    assert summary.details["before_held_s"] == 30.0


def test_spread_is_compared_by_its_median():
    tally = SessionTally()
    tally.compare_spread([0.9, 4.0, 1.1])
    assert tally.cv_ratio == 1.1
    tally.compare_spread([])
    assert tally.cv_ratio is None


def test_too_short_a_hold_is_not_announced():
    assert facts(tallied(19.0, 9.0), memory(before(DAY_S, held_s=50.0))) == []


def test_the_hold_is_compared_with_the_last_one_and_the_week_so_far():
    lines = facts(tallied(120.0, 45.0), memory(before(9 * DAY_S), before(DAY_S, held_s=30.0)))
    assert lines == [
        ("fact_held", {"seconds": 45.0}),
        ("fact_last", {"seconds": 30.0}),
        ("fact_backward", {"minutes": 7.0}),
    ]


def test_one_minute_has_its_own_words():
    assert facts(tallied(70.0), memory()) == [("fact_backward_one", {})]
    assert facts(tallied(30.0), memory()) == [], "half a minute is not one"


def test_a_new_stage_and_a_thing_to_remember_are_said_unless_something_was_wrong():
    at = memory(stage=2)
    for stage, key in ((3, "stage_up"), (1, "stage_down")):
        now = Standing(stage, 0, clean=True)
        lines = closing_words(tallied(5.0), at, now, wrong=False)
        assert [k for k, _ in lines] == [key, "take_away"]
    lines = closing_words(tallied(5.0), at, Standing(2, 1, clean=False), wrong=True)
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
