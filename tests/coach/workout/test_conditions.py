"""Conditions for the lines of a script."""

from __future__ import annotations

from typing import Any

import pytest

from cued.coach.known import Known
from cued.coach.workout import conditions as c
from cued.coach.workout import ladder
from cued.coach.workout.phases import PHASES
from cued.model import Belt


def known(speed: float | None = None, **more: Any) -> Known:
    belt = None if speed is None else Belt(t=0.0, speed_m_s=speed)
    return Known(belt=belt, **more)


def test_a_belt_counts_as_slow_by_its_speed_or_after_the_longest_wait():
    assert c.slow(known(ladder.TURN_M_S))
    assert not c.slow(known(1.0, slowed=True))  # the reported speed takes precedence
    assert not c.slow(known())
    assert c.slow(known(slowed=True))


def test_the_runner_is_asked_to_slow_the_belt_if_the_coach_cannot():
    assert c.not_slow(known(1.0, by_hand=True))
    assert not c.not_slow(known(1.0, by_hand=False))
    assert c.not_slow(known(1.0, by_hand=False, elapsed_s=15.0))
    assert not c.not_slow_by_hand(known(1.0, by_hand=False, elapsed_s=15.0))


def test_a_runner_just_told_to_turn_away_is_not_yet_taken_to_face_forward():
    front: dict[str, Any] = {"spec": PHASES["turn_front"], "direction": "forward", "now": 10.0}
    assert c.turned(known(**front))
    assert c.to_turn(known(**front, turns_back_until=12.0))
    assert c.to_turn(known(**front | {"direction": "unknown"}))
    assert not c.not_slow(known(1.0, **front))


def test_the_rails_count_as_reached_without_steps_or_after_six_seconds():
    walks = {"now": 100.0, "stride_at": 99.0}
    assert [c.on_rails(known(**walks, elapsed_s=s)) for s in (0.0, 5.9, 6.0)] == [
        False,
        False,
        True,
    ]
    assert c.on_rails(known(now=100.0, stride_at=50.0))
    assert c.not_on_rails(known(now=100.0, stride_at=50.0))  # was only just asked


def test_there_was_time_to_turn_after_standing_or_from_the_rails():
    base: dict[str, Any] = {"now": 100.0, "turn_asked_at": 90.0, "since": 80.0}
    assert not c.could_turn(known(now=100.0))
    assert not c.could_turn(known(**base | {"turn_asked_at": 96.0}))
    assert not c.could_turn(known(**base, stride_at=95.0))
    assert c.could_turn(known(**base, stride_at=85.0))
    assert c.could_turn(known(**base, stride_at=95.0, railed_at=85.0))


def test_a_belt_is_set_within_two_steps_and_a_silent_one_after_15_s():
    assert c.as_set(known(1.0 + 1.9 * ladder.SPEED_OFF_M_S, due_m_s=1.0))
    assert not c.as_set(known(1.0 + 2.1 * ladder.SPEED_OFF_M_S, due_m_s=1.0))
    assert not c.as_set(known(1.0, due_m_s=1.0, due_percent=3.0, elapsed_s=14.0))
    assert c.as_set(known(1.0, due_m_s=1.0, due_percent=3.0, elapsed_s=15.0))
    assert not c.as_set(known(due_m_s=1.0, elapsed_s=14.0))
    assert c.as_set(known(due_m_s=1.0, elapsed_s=15.0))


@pytest.mark.parametrize(("stage", "left", "climbs", "jogs"), [
    (0, 900.0, False, False), (2, 900.0, True, False), (2, 1.0, False, False),
])  # fmt: skip
def test_the_stage_decides_what_comes_next_if_there_is_time(
    stage: int, left: float, climbs: bool, jogs: bool
):
    there = known(stage=stage, left_s=left)
    assert (c.climbs_next(there), c.jogs_next(there)) == (climbs, jogs)


def test_jogging_ends_with_its_dose_or_with_nobody_at_the_console():
    jog = next(i for i, stage in enumerate(ladder.STAGES) if stage.jog)
    assert c.jogs_next(known(stage=jog))
    assert c.no_more_jogs(known(stage=jog, jogged_s=ladder.JOG_SESSION_S))
    assert c.no_more_jogs(known(stage=jog, may_jog=False))
    assert c.no_more_jogs(known(stage=jog, left_s=ladder.JOG_ROOM_S - 1.0))


def test_ten_seconds_backward_leave_a_feeling_to_keep():
    assert [c.felt(known(part_s=s)) for s in (9.9, 10.0)] == [False, True]


def test_the_runners_own_speed_is_offered_where_it_lasts_half_a_minute():
    base: dict[str, Any] = {"part_s": 60.0, "left_s": 300.0, "spec": PHASES["carry"]}
    assert c.room_for_own_speed(known(**base, more_rounds=False, remaining_s=5.0))
    assert c.room_for_own_speed(known(**base, more_rounds=True, remaining_s=90.0))
    assert not c.room_for_own_speed(known(**base, more_rounds=True, remaining_s=89.0))
    assert c.turns_soon(known(**base, more_rounds=True, remaining_s=90.0))
    assert not c.turns_soon(known(**base, more_rounds=True, remaining_s=91.0))


def test_half_way_is_not_said_beside_the_last_minute():
    back: dict[str, Any] = {"spec": PHASES["backward_uphill"], "stage": 0}
    assert c.half_way_back(known(**back))
    assert c.half_way_back(known(**back, left_s=80.0))
    assert not c.half_way_back(known(**back, left_s=58.0))
