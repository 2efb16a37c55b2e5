"""A session's totals."""

from __future__ import annotations

from cued.coach.workout.ladder import Standing
from cued.coach.workout.memory import Past
from cued.coach.workout.totals import SessionTally
from cued.model import Belt, Measurement, Stability


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
