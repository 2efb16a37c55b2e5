"""Fusion of several sensors: footfalls, strides, mode, direction, order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cued.gait.finding import Contact, Disturbance, Heading, LiftOff, Moving, Travel, Turning
from cued.gait.fusion.direction import DirectionChoice
from cued.gait.fusion.footfalls import Footfalls
from cued.gait.fusion.merge import Merge
from cued.gait.fusion.mode import ModeChoice, Patience
from cued.gait.fusion.strides import Strides
from cued.gait.fusion.stumble_filter import StumbleFilter
from cued.gait.fusion.swapped_sensors import SwapCheck
from cued.model import Belt, BeltState, Footfall

ALL = {"trunk": "lower_back", "left": "foot_left", "right": "foot_right"}


def contact(t, sensor, side, delay=0.05):
    return Contact(t=t, at=t + delay, sensor=sensor, side=side)


def footfall(t, side="left", confidence=1.0):
    return Footfall(t=t, side=side, sensor="s", confidence=confidence)


def test_feet_take_precedence_and_each_contact_is_reported_once():
    choice = Footfalls(ALL)
    for sensor in ALL:
        choice.heard(sensor, 10.0)
    assert choice.feed(contact(9.50, "trunk", "left")) is None
    assert choice.feed(contact(9.48, "left", "left")).sensor == "left"
    assert choice.feed(contact(9.50, "left", "left")) is None


def test_the_trunk_takes_over_when_a_foot_goes_quiet():
    choice = Footfalls(ALL)
    choice.heard("left", 5.0)
    choice.heard("right", 10.0)
    choice.heard("trunk", 10.0)
    assert choice.feed(contact(9.5, "trunk", "left")).sensor == "trunk"
    assert choice.feed(contact(9.9, "trunk", "right")) is None


def test_the_trunk_takes_over_from_a_foot_that_finds_nothing():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    reported = []
    for k in range(8):
        t = 1.0 + 1.1 * k
        choice.heard("left", t)
        choice.heard("trunk", t)
        reported.append(choice.feed(contact(t, "trunk", "left")))
    assert reported[:3] == [None, None, None]
    assert all(reported[3:])


def test_one_foot_and_a_trunk_give_both_feet():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    choice.heard("left", 100.0)
    choice.heard("trunk", 100.0)
    sensors = [
        reported.sensor
        for k in range(4)
        for reported in (
            choice.feed(contact(99 + k * 1.0, "left", "left")),
            choice.feed(contact(99.01 + k * 1.0, "trunk", "unknown")),
            choice.feed(contact(99.5 + k * 1.0, "trunk", "unknown")),
        )
        if reported
    ]
    assert sensors == ["left", "trunk"] * 4


def test_a_trunk_without_sides_gives_every_contact():
    choice = Footfalls({"trunk": "waist"})
    reported = [choice.feed(contact(1 + 0.3 * k, "trunk", "unknown")) for k in range(10)]
    assert all(reported)


def test_a_contact_only_the_unwatched_foot_can_have_made_comes_from_the_trunk():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    for sensor in ("left", "trunk"):
        choice.heard(sensor, 10.0)
    choice.feed(contact(9.0, "left", "left"))
    assert choice.feed(contact(9.15, "trunk", "unknown")) is None
    assert choice.feed(contact(9.25, "trunk", "unknown")).side == "unknown"


def test_a_trunk_without_sides_gives_no_contact_where_both_feet_are_watched():
    choice = Footfalls(ALL)
    for sensor in ALL:
        choice.heard(sensor, 10.0)
    choice.feed(contact(9.0, "left", "left"))
    assert choice.feed(contact(9.5, "trunk", "unknown")) is None


def test_a_foot_that_finds_contacts_again_takes_precedence_again():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    for k in range(4):
        for sensor in ("left", "trunk"):
            choice.heard(sensor, 1.0 + 1.1 * k)
        reported = choice.feed(contact(1.0 + 1.1 * k, "trunk", "left"))
    assert reported.sensor == "trunk"
    assert choice.owns("left", "trunk")
    assert choice.feed(contact(5.4, "left", "left")).sensor == "left"
    assert choice.owns("left", "left")
    assert not choice.owns("left", "trunk")
    choice.heard("left", 6.5)
    assert choice.feed(contact(6.5, "trunk", "left")) is None


def test_two_feet_do_not_land_within_a_tenth_of_a_second_except_after_a_gap():
    choice = Footfalls({"left": "foot_left", "right": "foot_right"})
    choice.heard("left", 10.0)
    choice.heard("right", 10.0)
    assert choice.feed(contact(9.0, "left", "left"))
    assert choice.feed(contact(9.1, "right", "right")) is None
    assert choice.feed(contact(9.13, "right", "right"))
    choice.reset()
    assert choice.feed(contact(9.2, "left", "left"))


def level(t, speed, incline=0.0, error=0.03):
    """Return a belt at one level from a time on."""
    return BeltState(
        t=t, speed_m_s=speed, incline_percent=incline, error=error, source="console", since=t
    )


def test_stride_length_is_belt_speed_times_stride_time():
    strides = Strides()
    strides.belt(level(0.0, 1.25, 2.0, error=0.03))
    assert strides.feed(footfall(1.0), "walking", "forward") is None
    strides.lift(LiftOff(t=1.6, at=1.6, sensor="s", side="left"))
    strides.feed(footfall(1.5, "right"), "walking", "forward")
    stride = strides.feed(footfall(2.0), "walking", "forward")
    assert stride.length_m == pytest.approx(1.25)
    assert stride.speed_m_s == pytest.approx(1.25)
    assert stride.length_error_m == pytest.approx(0.0375)
    assert stride.step_s == pytest.approx(0.5)
    assert stride.stance_s == pytest.approx(0.6)
    assert stride.incline_percent == 2.0
    assert stride.clean


def test_a_belt_that_changes_in_mid_stride_is_integrated_and_marked():
    strides = Strides()
    strides.belt(level(0.0, 1.0))
    strides.feed(footfall(1.0), "walking", "forward")
    strides.belt(level(1.5, 2.0))
    stride = strides.feed(footfall(2.0), "walking", "forward")
    assert stride.length_m == pytest.approx(0.5 * 1.0 + 0.5 * 2.0)
    assert not stride.clean


def test_the_larger_of_two_speed_errors_counts_and_a_doubtful_contact_is_not_clean():
    strides = Strides()
    strides.belt(level(0.0, 1.0, error=0.02))
    strides.feed(footfall(1.0), "walking", "forward")
    strides.belt(replace(level(1.5, 1.0, error=0.3), since=0.0))
    stride = strides.feed(footfall(2.0), "walking", "forward")
    assert stride.length_error_m == pytest.approx(0.3)
    assert stride.clean
    strides.feed(footfall(2.9, confidence=0.5), "walking", "forward")
    assert not strides.feed(footfall(3.8, confidence=0.49), "walking", "forward").clean
    assert not strides.feed(footfall(4.7), "walking", "forward").clean


def test_a_stride_between_a_flat_landing_and_another_is_not_clean():
    strides, clean = Strides(), []
    for i, sure in enumerate((1.0, 0.8, 0.7, 0.56, 1.0, 0.5)):  # the last is a trunk's
        stride = strides.feed(footfall(1.2 * i, confidence=sure), "walking", "forward")
        clean += [stride.clean] if stride else []
    assert clean == [True, False, True, False, True]


def test_steps_and_stances_are_unknown_where_the_other_foot_or_the_lift_was_not_seen():
    strides = Strides()
    strides.feed(footfall(1.0), "walking", "forward")
    strides.lift(LiftOff(t=0.8, at=0.8, sensor="s", side="left"))
    stride = strides.feed(footfall(2.0), "walking", "forward")
    assert (stride.step_s, stride.stance_s) == (None, None)


GONE = level(1.5, None)


@pytest.mark.parametrize(
    "belts", [[], [level(0.0, 0.0)], [level(1.5, 1.0)], [level(0.0, 1.0), GONE], [GONE]]
)
def test_without_a_known_belt_speed_the_length_is_unknown(belts):
    strides = Strides()
    for belt in belts:
        strides.belt(belt)
    strides.feed(footfall(1.0), "walking", "forward")
    assert strides.feed(footfall(2.0), "walking", "forward").length_m is None


@given(gap=st.one_of(st.floats(0.01, 0.39), st.floats(4.01, 60)))
def test_impossible_durations_are_no_strides(gap):
    strides = Strides()
    strides.feed(footfall(1.0), "walking", "forward")
    assert strides.feed(footfall(1.0 + gap), "walking", "forward") is None


def test_every_second_contact_of_unknown_feet_makes_a_stride():
    strides = Strides()
    reported = [strides.feed(footfall(k * 0.35, "unknown"), "running", "unknown") for k in range(5)]
    assert [s and round(s.duration_s, 3) for s in reported] == [None, None, 0.7, 0.7, 0.7]


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


def heading(t, odds, kind="foot"):
    return Heading(t=t, at=t, sensor="s", log_odds=odds, kind=kind)


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


@given(st.data())
def test_findings_are_in_order_for_any_interleaving_of_packets(data):
    times = st.lists(st.sampled_from([1.0, 1.25, 1.5, 2.0, 2.5, 3.0]), max_size=6)
    found = {s: [contact(t, s, "left", 0.0) for t in sorted(data.draw(times))] for s in "ab"}

    def run(order):
        merge, out, reached = Merge(["a", "b"]), [], dict.fromkeys("ab", 0.9)
        merge.belt(Belt(1.5, 1.0))
        for sensor, to in order:
            ready = [f for f in found[sensor] if reached[sensor] < f.at <= to]
            merge.put(sensor, reached[sensor], to, ready)
            reached[sensor] = to
            out += merge.drain()
        return out

    steps = [1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3.0]
    turns = [data.draw(st.permutations("ab")) for _ in steps]
    reported = run([(s, t) for t, turn in zip(steps, turns, strict=True) for s in turn])
    everything = [(f.at, s, f) for s in "ab" for f in found[s]]
    wanted = [f for _, _, f in sorted(everything, key=lambda one: one[:2])]
    assert [f for f in reported if isinstance(f, Contact)] == wanted
    at = next(i for i, f in enumerate(reported) if isinstance(f, Belt))
    assert all(f.at < 1.5 for f in reported[:at])
    assert all(f.at >= 1.5 for f in reported[at + 1 :])


def test_findings_that_wait_for_a_sensor_are_released_when_it_is_lost():
    merge = Merge(["a", "b"])
    merge.put("a", 1.0, 1.2, [contact(1.1, "a", "left", 0.0)])
    assert merge.drain() == []
    merge.drop("b")
    assert merge.passed == 1.2
    assert [f.t for f in merge.drain()] == [1.1]


def test_findings_come_out_in_one_order_however_sensors_interleave():
    found = {
        "a": [contact(t, "a", "left", 0.0) for t in (1.0, 2.0, 3.0)],
        "b": [contact(t, "b", "right", 0.0) for t in (1.5, 2.5)],
    }

    def run(order):
        merge, out, reached = Merge(["a", "b"]), [], dict.fromkeys("ab", 0.9)
        for sensor, to in order:
            ready = [f for f in found[sensor] if reached[sensor] < f.at <= to]
            merge.put(sensor, reached[sensor], to, ready)
            reached[sensor] = to
            out += merge.drain()
        return [f.t for f in out]

    steps = [1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3.0, 3.1]
    first = run([(s, t) for t in steps for s in "ab"])
    second = run([(s, t) for t in steps for s in "ba"])
    assert first == second == [1.0, 1.5, 2.0, 2.5, 3.0]


def test_a_stalled_sensor_does_not_hold_the_others_for_long():
    merge = Merge(["a", "b"])
    merge.put("b", 0.9, 1.0, [])
    merge.put("a", 0.9, 1.4, [contact(1.3, "a", "left", 0.0)])
    assert merge.drain() == []
    merge.put("a", 1.4, 1.51, [])
    assert merge.drain() == []
    merge.put("a", 1.51, 1.6, [])
    assert len(merge.drain()) == 1


def travel(t, at):
    return Travel(t=t, at=at, sensor="s", side="left", length_m=1.3, error_m=0.04)


def test_without_a_belt_a_stride_waits_for_its_own_trajectory():
    strides = Strides()
    strides.travel(travel(0.9, 0.9))
    strides.feed(footfall(1.0), "walking", "forward")
    assert strides.feed(footfall(2.0), "walking", "forward") is None
    assert strides.overdue(2.5) == []
    (stride,) = strides.travel(travel(2.3, 2.4))
    assert stride.t == 2.0
    assert stride.length_m == 1.3
    assert stride.speed_m_s == pytest.approx(1.3)


def test_a_stride_does_not_wait_for_ever_for_its_trajectory():
    strides = Strides()
    strides.travel(travel(0.9, 0.9))
    strides.feed(footfall(1.0), "walking", "forward")
    strides.feed(footfall(2.0), "walking", "forward")
    (stride,) = strides.overdue(2.9)
    assert stride.length_m is None
    assert strides.overdue(3.0) == []


def walked(choice, swapped, n=24):
    reported = []
    for k in range(n):
        side = "left" if k % 2 else "right"
        other = "right" if k % 2 else "left"
        reported += choice.feed(contact(0.5 * k, "f", other if swapped else side), of_trunk=False)
        reported += choice.feed(contact(0.5 * k + 0.02, "trunk", side), of_trunk=True)
    return [notice.code for notice in reported]


def test_swapped_foot_sensors_are_noticed_and_correct_ones_are_not():
    assert walked(SwapCheck(), swapped=True) == ["feet_swapped"]
    assert not walked(SwapCheck(), swapped=False)


def test_a_few_opposite_steps_are_not_enough():
    assert not walked(SwapCheck(), swapped=True, n=12)


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


def backward_of_a_trunk(choice, n, *, faint):
    return [
        choice.feed(
            Heading(t=0.5 * k, at=0.5 * k, sensor="s", log_odds=-2.0, kind="trunk", faint=faint),
            "walking",
        )
        for k in range(n)
    ]


def test_faint_evidence_gives_backward_only_if_the_program_asks_for_backward():
    choice = DirectionChoice()
    assert set(backward_of_a_trunk(choice, 50, faint=True)) == {"unknown"}
    choice.expect("backward")
    assert backward_of_a_trunk(choice, 6, faint=True)[-1] == "backward"
    choice.expect("unknown")
    assert set(backward_of_a_trunk(choice, 20, faint=True)) == {
        "backward"
    }  # backward is known by now


def test_faint_evidence_at_a_jogs_pace_does_not_contradict_the_feet():
    choice = DirectionChoice()
    for k in range(40):
        t = 0.4 * k
        choice.feed(Heading(t=t, at=t, sensor="foot_left", log_odds=2.0), "walking")
        heading = Heading(t=t, at=t, sensor="s", log_odds=-2.0, kind="trunk", faint=True)
        choice.feed(heading, "walking")
    assert not choice.contradicted


def disturbance(t, kind="stumble"):
    return Disturbance(t=t, at=t + 0.9, sensor="s", kind=kind, score=1.2)


def after_walking(*, until="walking", at=0.0):
    stumbles = StumbleFilter()
    stumbles.move("walking", 0.0)
    stumbles.move(until, at)
    return stumbles


@pytest.mark.parametrize(
    ("stumbles", "none_until"),
    [
        (after_walking(), 1.0),
        (after_walking(until="running", at=10.0), 13.0),
        (after_walking(until="standing", at=10.0), 1e9),
    ],
)
def test_no_stumble_is_reported_where_the_gait_has_just_changed(stumbles, none_until):
    soon = disturbance(min(none_until, 20.0) - 0.1)
    assert stumbles.feed(soon) == []
    late = disturbance(none_until + 0.1)
    assert stumbles.feed(late) == ([late] if none_until < 1e9 else [])


def test_the_end_of_a_run_is_no_stumble():
    stumbles = after_walking(until="running", at=10.0)
    stumbles.move("walking", 20.0)
    assert stumbles.feed(disturbance(22.5)) == []


def test_no_stumble_is_reported_while_a_measured_belt_changes():
    stumbles = after_walking()
    level = BeltState(t=5.0, speed_m_s=1.0, source="console", since=5.0)
    for state in (replace(level, steady=False), level):
        stumbles.belt(state)
        assert stumbles.feed(disturbance(6.5)) == []
    assert stumbles.feed(disturbance(7.5))
    stumbles.belt(replace(level, source="feet", steady=False, t=19.9, since=19.9))
    assert stumbles.feed(disturbance(20.0))


@pytest.mark.parametrize("first", ["stumble", "possible_fall"])
def test_a_stumble_held_back_is_reported_when_a_fall_follows(first):
    stumbles = after_walking(until="running", at=10.0)
    stumble, fall = disturbance(11.0), disturbance(12.0, "possible_fall")
    reported = [
        stumbles.feed(f) for f in ((stumble, fall) if first == "stumble" else (fall, stumble))
    ]
    assert reported == [[], [stumble]]
    late = after_walking(until="running", at=10.0)
    assert late.feed(stumble) == late.feed(disturbance(15.0, "confirmed_fall")) == []


def test_a_direction_that_the_trunk_no_longer_supports_becomes_unknown_after_six_steps():
    choice = DirectionChoice()
    assert backward_of_a_trunk(choice, 6, faint=False)[-1] == "backward"
    reported = [
        choice.feed(Heading(t=t, at=t, sensor="s", log_odds=0.0, kind="trunk"), "walking")
        for t in (4.0, 4.5, 5.0, 5.5, 6.0, 6.5)
    ]
    assert reported == ["backward"] * 5 + ["unknown"]
