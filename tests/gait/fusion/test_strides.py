"""Strides from footfalls: time, length, step, stance, and which are clean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cued.gait.finding import LiftOff, Travel
from cued.gait.fusion.strides import Strides
from cued.model import BeltState, Footfall


def footfall(t, side="left", confidence=1.0):
    return Footfall(t=t, side=side, sensor="s", confidence=confidence)


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


def test_a_foots_speed_is_its_path_over_the_stride_that_it_belongs_to():
    strides = Strides()
    strides.feed(footfall(1.0), "walking", "forward")
    strides.feed(footfall(2.0), "walking", "forward")
    assert strides.foot_speed(travel(2.3, 2.4)) == pytest.approx(1.3)
    for other in (travel(1.9, 2.0), travel(2.9, 3.0), replace(travel(2.3, 2.4), side="right")):
        assert strides.foot_speed(other) is None


def test_no_stride_spans_a_gap_in_its_own_sensors_samples():
    strides = Strides()
    strides.feed(footfall(1.0), "walking", "forward")
    strides.feed(replace(footfall(1.5, "right"), sensor="other"), "walking", "forward")
    strides.interrupt("s", 2.9)
    other = replace(footfall(3.0, "right"), sensor="other")
    assert strides.feed(other, "walking", "forward").duration_s == 1.5
    assert strides.feed(footfall(3.2), "walking", "forward") is None
    assert strides.feed(footfall(4.3), "walking", "forward").duration_s == pytest.approx(1.1)
