"""Vectors and the mean of gravity."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.signal.orientation import Gravity, Vector, angle, cross, dot, length, level, unit

numbers = st.floats(min_value=-10.0, max_value=10.0)
vectors = st.tuples(numbers, numbers, numbers).filter(lambda v: length(v) > 0.1)


def test_the_first_slot_is_enough_to_level() -> None:
    gravity = Gravity()
    assert gravity.up is None
    gravity.feed((0.0, 0.0, 9.8))
    assert gravity.up == (0.0, 0.0, 1.0)


def test_slots_average_while_settling_and_are_forgotten_later() -> None:
    gravity = Gravity()
    for x in (1.0, -1.0, 1.0, -1.0):
        gravity.feed((x, 0.0, 9.8))
    up = gravity.up
    assert up is not None
    assert abs(up[0]) < 1e-9
    for _ in range(40):
        gravity.feed((9.8, 0.0, 0.0))
    up = gravity.up
    assert up is not None
    assert up[0] > 0.999


def test_a_slot_without_samples_changes_nothing() -> None:
    gravity = Gravity()
    gravity.feed((0.0, 0.0, 9.8))
    gravity.feed((5.0, 5.0, 5.0), share=0.0)
    assert gravity.size == pytest.approx(9.8)


@given(a=vectors, b=vectors)
def test_the_vector_product_is_perpendicular_to_both(a: Vector, b: Vector) -> None:
    c = cross(a, b)
    assert abs(dot(c, a)) < 1e-9 * (1.0 + length(a) * length(b)) * length(a)
    assert abs(dot(c, b)) < 1e-9 * (1.0 + length(a) * length(b)) * length(b)


@given(a=vectors, b=vectors)
def test_level_is_horizontal_or_none(a: Vector, b: Vector) -> None:
    up = unit(b)
    assert up is not None
    flat = level(a, up)
    if flat is not None:
        assert abs(dot(flat, up)) < 1e-9
        assert length(flat) == pytest.approx(1.0)


def test_the_angle_of_a_right_angle_is_right() -> None:
    assert angle((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)) == pytest.approx(math.pi / 2)
    assert unit((0.0, 0.0, 0.0)) is None
    assert level((0.0, 0.0, 2.0), (0.0, 0.0, 1.0)) is None
