"""Standing, walking or running, from the votes of several sensors."""

from __future__ import annotations

import pytest

from cued.gait.finding import Moving
from cued.gait.fusion.mode import ModeChoice, Patience


def moving(t, mode, sensor="trunk", confidence=1.0):
    return Moving(t=t, at=t, sensor=sensor, mode=mode, confidence=confidence)


def test_one_odd_step_does_not_change_the_mode_but_two_do():
    choice = ModeChoice()
    assert choice.feed(moving(0.0, "walking")) == "walking"
    assert choice.feed(moving(0.5, "running")) == "walking"
    assert choice.feed(moving(1.0, "walking")) == "walking"
    assert choice.feed(moving(1.5, "running")) == "walking"
    assert choice.feed(moving(2.0, "running")) == "running"


def test_a_still_foot_does_not_make_a_walker_stand():
    choice = ModeChoice()
    choice.feed(moving(0.0, "walking", "trunk"))
    choice.feed(moving(0.1, "walking", "right"))
    assert choice.feed(moving(0.2, "standing", "left")) == "walking"


def test_between_walking_and_running_two_votes_of_every_sensor_are_needed():
    choice = ModeChoice()
    sensors = ("left", "right")
    for sensor in sensors:
        choice.feed(moving(0.0, "walking", sensor))
    reported = [choice.feed(moving(1.0 + 0.1 * k, "running", sensors[k % 2])) for k in range(5)]
    assert reported == ["walking", "walking", "walking", "walking", "running"]


def test_votes_that_balance_change_nothing():
    for first, second in (("walking", "running"), ("running", "walking")):
        choice = ModeChoice()
        choice.feed(moving(0.0, first, "left"))
        for k in range(20):
            assert choice.feed(moving(0.1 * k, second, "right")) == first
            assert choice.feed(moving(0.1 * k, first, "left")) == first


def test_the_more_confident_sensor_wins():
    choice = ModeChoice()
    choice.feed(moving(0.0, "walking", "left", 0.6))
    for k in range(6):
        choice.feed(moving(0.1 * k, "running", "trunk", 0.9))
        choice.feed(moving(0.1 * k, "walking", "left", 0.6))
    assert choice.mode == "running"
    for k in range(6):
        choice.feed(moving(1.0 + 0.1 * k, "walking", "left", 0.6))
        choice.feed(moving(1.0 + 0.1 * k, "walking", "right", 0.6))
    assert choice.mode == "walking", "and two together more than one"


def test_a_vote_for_walking_expires_after_four_seconds():
    choice = ModeChoice()
    choice.feed(moving(0.0, "walking", "left"))
    assert choice.feed(moving(4.0, "standing", "right")) == "walking"
    assert choice.feed(moving(4.1, "standing", "right")) == "standing"
    assert choice.feed(moving(60.0, "standing", "right")) == "standing"


def test_standing_and_lost_forget_earlier_votes():
    choice = ModeChoice()
    for k in range(3):
        choice.feed(moving(0.1 * k, "walking", "left"))
    assert choice.still() == "standing"
    assert choice.feed(moving(0.5, "running", "right")) == "running"
    assert choice.lost() == "unknown"
    assert choice.feed(moving(0.6, "standing", "right")) == "standing"


def test_a_slow_pace_gets_more_time_than_a_usual_one():
    patience = Patience()
    for k in range(4):
        patience.step(1.25 * k)
    assert patience.limit_s(None) == pytest.approx(3.1, abs=0.1)
    for k in range(4):
        patience.step(6.0 + 0.55 * k)
    assert patience.limit_s(None) == 2.0
    assert patience.limit_s(0.3) == 4.0


def test_one_long_pause_does_not_count_toward_the_pace():
    patience = Patience()
    for t in (0.0, 0.5, 1.0, 4.9):
        patience.step(t)
    assert patience.limit_s(None) == 2.0
