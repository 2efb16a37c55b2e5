"""Forward or backward, from the evidence of feet and trunk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.gait.finding import Heading, Turning
from cued.gait.fusion.direction import DirectionChoice


def heading(t, odds, kind="foot", faint=False):
    return Heading(t=t, at=t, sensor="s", log_odds=odds, kind=kind, faint=faint)


def test_two_clear_strides_of_a_foot_reverse_the_direction():
    choice = DirectionChoice()
    for k in range(20):
        choice.feed(heading(float(k), 3.0), "walking")
    assert choice.direction == "forward"
    assert choice.feed(heading(21.0, -3.0), "walking") in ("unknown", "forward")
    choice.feed(heading(22.0, -3.0), "walking")
    assert choice.direction != "forward"
    choice.feed(heading(23.0, -3.0), "walking")
    assert choice.direction == "backward"


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_direction_becomes_unknown_before_it_reverses(sign):
    choice = DirectionChoice()
    for k in range(20):
        choice.feed(heading(float(k), 4.0 * sign), "walking")
    assert choice.direction == ("forward" if sign > 0 else "backward")
    assert choice.feed(heading(20.0, -4.0 * sign), "walking") == "unknown"
    assert choice.why == "evidence changed sign"
    turned = choice.feed(heading(21.0, -4.0 * sign), "walking")
    assert turned == ("backward" if sign > 0 else "forward")
    assert choice.why == ""


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_contrary_stride_makes_the_direction_unknown_and_a_weak_one_does_not(sign):
    for odds, kept in ((-3.1, True), (-3.3, False)):
        choice = DirectionChoice()
        for k in range(20):
            choice.feed(heading(float(k), 4.0 * sign), "walking")
        before = choice.direction
        assert (choice.feed(heading(20.0, odds * sign), "walking") == before) == kept


def test_a_trunk_counts_again_four_seconds_after_the_last_stride_of_a_foot():
    choice = DirectionChoice()
    choice.feed(heading(0.0, 4.0), "walking")
    for _ in range(5):
        choice.feed(heading(3.9, -4.0, "trunk"), "walking")
    assert choice.direction == "forward"
    for k in range(5):
        choice.feed(heading(4.0 + k, -4.0, "trunk"), "walking")
    assert choice.direction == "backward"


def test_in_running_a_trunk_keeps_what_walking_established_and_standing_ends_it():
    choice = DirectionChoice()
    for k in range(8):
        choice.feed(heading(float(k), -4.0, "trunk"), "walking")
    for k in range(10):
        choice.feed(heading(8.0 + k, 4.0, "trunk"), "running")
    assert choice.direction == "backward"
    assert choice.stand() == "unknown"
    assert choice.feed(heading(20.0, 4.0, "trunk"), "running") == "unknown"


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_direction_younger_than_four_seconds_is_not_kept_in_running(sign):
    choice = DirectionChoice()
    for k in range(6):
        choice.feed(heading(0.5 * k, 4.0 * sign, "trunk"), "walking")
    assert choice.direction != "unknown"
    assert choice.move("running", 3.0) == "unknown"


def test_feet_carry_their_direction_into_running_at_once():
    choice = DirectionChoice()
    choice.feed(heading(0.0, -4.0), "walking")
    assert choice.move("running", 0.5) == "backward"


def test_one_or_two_steps_of_a_trunk_are_not_enough_for_backward():
    choice = DirectionChoice()
    for k in range(2):
        assert choice.feed(heading(0.5 * k, -4.0, "trunk"), "walking") == "unknown"
    assert choice.feed(heading(1.0, -4.0, "trunk"), "walking") == "backward"


def test_a_walk_that_follows_a_run_needs_many_steps_to_be_called_backward():
    choice = DirectionChoice()
    choice.move("running", 0.0)
    reported = [choice.feed(heading(5.0 + 0.5 * k, -4.0, "trunk"), "walking") for k in range(12)]
    assert reported[:9] == ["unknown"] * 9
    assert reported[-1] == "backward"


def test_a_doubted_foot_does_not_overrule_a_trunk():
    choice = DirectionChoice()
    for k in range(5):
        choice.feed(heading(float(k), 4.0), "walking")
    assert choice.doubt("s", doubtful=True) == "unknown"
    for k in range(4):
        choice.feed(heading(5.0 + 0.5 * k, 4.0), "walking")
        back = Heading(t=5.0, at=5.1 + 0.5 * k, sensor="trunk", log_odds=-2.5, kind="trunk")
        choice.feed(back, "walking")
    assert choice.direction == "backward"


def test_lost_data_end_a_turn_and_clear_what_was_known():
    choice = DirectionChoice()
    choice.feed(heading(0.0, 4.0), "walking")
    choice.turn(turning(1.0, True))
    assert choice.lost() == "unknown"
    assert choice.why == "no data"
    assert choice.feed(heading(2.0, -4.0), "walking") == "backward"


def test_one_step_that_agrees_with_the_feet_clears_the_trunk_of_suspicion():
    choice = DirectionChoice()
    choice.feed(heading(0.0, 4.0), "walking")
    for k in range(6):
        assert not choice.contradicted
        choice.feed(heading(0.1 * k, -2.0, "trunk"), "walking")
    assert choice.contradicted
    choice.feed(heading(0.7, 2.0, "trunk"), "walking")
    for k in range(5):
        assert not choice.contradicted
        choice.feed(heading(0.8 + 0.1 * k, -2.0, "trunk"), "walking")
    assert not choice.contradicted


@given(st.lists(st.floats(-5, 5), max_size=40))
def test_a_trunk_gives_no_direction_while_running(odds):
    choice = DirectionChoice()
    for k, value in enumerate(odds):
        choice.feed(heading(float(k), value, "trunk"), "running")
    assert choice.direction == "unknown"


def turning(t, begins, sensor="s"):
    return Turning(t=t, at=t, sensor=sensor, turning=begins, angle=1.0)


def test_a_turn_clears_the_direction_and_its_steps_count_half():
    choice = DirectionChoice()
    for k in range(5):
        choice.feed(heading(float(k), 3.0), "walking")
    assert choice.turn(turning(5.0, True)) == "unknown"
    assert choice.feed(heading(5.5, 5.0), "walking") == "unknown"
    assert choice.turn(turning(6.0, False)) == "forward"
    choice.turn(turning(7.0, True))
    choice.feed(heading(7.5, 4.0), "walking")
    assert choice.turn(turning(8.0, False)) == "unknown"
    assert choice.why == "just turned"


def test_after_turning_round_on_a_belt_new_steps_decide():
    choice = DirectionChoice()
    for k in range(5):
        choice.feed(heading(float(k), -3.0), "walking")
    choice.turn(turning(5.0, True))
    choice.feed(heading(5.5, -1.0), "walking")
    assert choice.turn(turning(7.0, False)) == "unknown"
    choice.feed(heading(8.0, 3.0), "walking")
    assert choice.feed(heading(9.0, 3.0), "walking") == "forward"


def test_a_turn_that_one_foot_ended_is_not_started_again_by_the_other():
    choice = DirectionChoice()
    choice.turn(turning(1.0, True, "left"))
    choice.feed(heading(2.0, 6.0), "walking")
    assert choice.turn(turning(3.0, False, "left")) == "forward"
    assert choice.turn(turning(1.8, True, "right")) == "forward"
    assert choice.turn(turning(3.5, True, "right")) == "unknown"


def test_a_turn_ends_when_the_sensor_that_saw_it_is_lost():
    choice = DirectionChoice()
    choice.turn(turning(1.0, True, "left"))
    choice.drop("right", 1.5)
    for k in range(4):
        assert choice.feed(heading(2.0 + k, 3.0), "walking") == "unknown"
    choice.drop("left", 5.5)
    assert choice.feed(heading(6.0, 3.0), "walking") == "forward"
    assert choice.turn(turning(7.0, True, "right")) == "unknown"


def test_a_turn_that_two_sensors_see_is_one_turn():
    choice = DirectionChoice()
    choice.turn(turning(1.0, True, "a"))
    choice.feed(heading(2.0, 6.0), "walking")
    assert choice.turn(turning(2.1, True, "b")) == "unknown"
    assert choice.turn(turning(3.0, False, "a")) == "forward"
    assert choice.turn(turning(3.1, False, "b")) == "forward"


def test_a_trunk_that_always_contradicts_the_feet_is_noticed():
    choice = DirectionChoice()
    for k in range(8):
        choice.feed(heading(k * 1.0, 3.0), "walking")
        choice.feed(heading(k * 1.0 + 0.1, -2.0, "trunk"), "walking")
    assert choice.direction == "forward"
    assert choice.contradicted


def backward_of_a_trunk(choice, n, *, faint):
    return [choice.feed(heading(0.5 * k, -2.0, "trunk", faint=faint), "walking") for k in range(n)]


def test_faint_evidence_gives_backward_only_if_the_program_asks_for_backward():
    choice = DirectionChoice()
    assert set(backward_of_a_trunk(choice, 50, faint=True)) == {"unknown"}
    choice.expect("backward")
    assert backward_of_a_trunk(choice, 6, faint=True)[-1] == "backward"
    choice.expect("unknown")
    known_by_now = backward_of_a_trunk(choice, 20, faint=True)
    assert set(known_by_now) == {"backward"}


def test_faint_evidence_at_a_jogs_pace_does_not_contradict_the_feet():
    choice = DirectionChoice()
    for k in range(40):
        choice.feed(heading(0.4 * k, 2.0), "walking")
        choice.feed(heading(0.4 * k, -2.0, "trunk", faint=True), "walking")
    assert not choice.contradicted


def test_a_direction_that_the_trunk_no_longer_supports_becomes_unknown_after_six_steps():
    choice = DirectionChoice()
    assert backward_of_a_trunk(choice, 6, faint=False)[-1] == "backward"
    reported = [
        choice.feed(heading(t, 0.0, "trunk"), "walking") for t in (4.0, 4.5, 5.0, 5.5, 6.0, 6.5)
    ]
    assert reported == ["backward"] * 5 + ["unknown"]
