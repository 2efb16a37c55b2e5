"""The time walked, even if some steps are missed."""

from __future__ import annotations

from typing import Any

import pytest

from cued.coach.known import Known
from cued.coach.workout.phases import PHASES
from cued.coach.workout.totals import SessionTally
from cued.coach.workout.walked import Walked
from cued.model import Belt

STEP_OFF_S = 8.0


def walk(
    steps_until: float, until: float, restless: float = 0.0, **known: Any
) -> tuple[Known, SessionTally, Walked]:
    """Step each second up to a time and then move without steps up to another, then stand."""
    terms: dict[str, Any] = {
        "mode": "walking",
        "spec": PHASES["backward_walk"],
        "direction": "backward",
        "belt": Belt(t=0.0, speed_m_s=1.0),
        "limit_m_s": 0.8,
    }
    now = Known(**terms | known)
    tally, walked = SessionTally(), Walked(STEP_OFF_S, now)
    for i in range(round(until * 10) + 1):
        now.now = 0.1 * i
        if restless and now.now > steps_until:
            now.mode = "unknown" if now.now < restless else "standing"
        if now.now <= steps_until:
            now.stride_at = now.footfall_at = now.walked_at = float(int(now.now))
        walked.count(walked.passed(), tally)
    return now, tally, walked


def test_time_backward_is_counted_and_the_peak_is_no_faster_than_allowed():
    known, tally, _ = walk(30.0, 30.0)
    assert known.elapsed_s == pytest.approx(30.0)
    assert tally.backward_s == pytest.approx(30.0)
    assert tally.peak_m_s == 0.8


def test_unseen_time_is_not_counted_if_the_runner_had_stopped():
    known, tally, walked = walk(20.0, 40.0)
    assert known.elapsed_s == pytest.approx(23.0, abs=0.2)  # a stride is fresh for three seconds
    assert tally.backward_s == pytest.approx(23.0, abs=0.2)
    assert not known.stepping
    assert walked.stepped_off


def test_a_gap_in_the_steps_counts_when_they_return():
    known, tally, _ = walk(20.0, 26.0)
    assert known.stepping
    assert tally.backward_s == pytest.approx(26.0)


@pytest.mark.parametrize(("speed", "off"), [(1.0, True), (0.3, False), (None, False)])
def test_on_a_slow_or_silent_belt_the_wait_is_twice_as_long(speed: float | None, off: bool):
    belt = None if speed is None else Belt(t=0.0, speed_m_s=speed)
    _, _, walked = walk(20.0, 32.0, belt=belt)
    assert walked.stepped_off == off


@pytest.mark.parametrize(
    ("speed", "restless", "until", "off"),
    [
        (None, 60.0, 60.0, False),  # steps that a trunk sensor does not see
        (0.3, 60.0, 60.0, False),
        (1.0, 60.0, 30.0, True),  # no step is missed there
        (None, 30.0, 45.0, False),
        (None, 30.0, 47.0, True),  # 16 s of standing
        (None, 200.0, 79.0, False),
        (None, 200.0, 82.0, True),  # somebody who fidgets beside the belt
    ],
)
def test_movement_without_steps_may_be_walking_on_a_slow_belt_alone(speed, restless, until, off):
    belt = None if speed is None else Belt(t=0.0, speed_m_s=speed)
    _, _, walked = walk(20.0, until, restless, belt=belt)
    assert walked.stepped_off == off
    assert walked.moved == pytest.approx(
        min(restless, until, 65.0) if speed != 1.0 else 23.0, abs=0.2
    )


def test_a_phase_of_standing_counts_time_stood():
    still = next(spec for spec in PHASES.values() if spec.stands)
    known, tally, _ = walk(-1.0, 30.0, spec=still, direction="unknown")
    assert known.elapsed_s == pytest.approx(30.0)
    assert tally.backward_s == 0.0


def test_a_clock_that_jumps_counts_two_seconds_at_most():
    known, walked = Known(), None
    walked = Walked(STEP_OFF_S, known)
    assert walked.passed() == 0.0
    known.now = 500.0
    assert walked.passed() == 2.0
    known.now = 400.0
    assert walked.passed() == 0.0
