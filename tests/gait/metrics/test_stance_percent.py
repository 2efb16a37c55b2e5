"""The part of a stride that its foot is on the belt."""

from __future__ import annotations

import pytest

from tests.gait.cycles import strides, values


def test_it_is_the_part_of_the_stride_on_the_belt():
    reported = values("stance_percent", strides(5, duration_s=1.25, stance_s=0.8))
    assert reported == [None] * 4 + [pytest.approx(64.0)]


def test_strides_of_a_foot_without_a_sensor_are_passed_over():
    seen, unseen = strides(1, duration_s=1.0, stance_s=0.69), strides(1, side="right")
    reported = values("stance_percent", [*seen, *unseen] * 5)
    assert reported == [None] * 8 + [pytest.approx(69.0), None]


def test_it_is_unknown_without_a_sensor_that_sees_the_foot_leave():
    assert set(values("stance_percent", strides(9))) == {None}
