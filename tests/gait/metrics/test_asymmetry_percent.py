"""Asymmetry of steps of known durations."""

from __future__ import annotations

import pytest

from tests.gait.cycles import steps, strides, values


def test_it_is_known_after_ten_steps_of_each_foot():
    """0.05 s of a mean of 0.525 s."""
    assert values("asymmetry_percent", steps(20, left=0.55, right=0.50)) == [
        *[None] * 19,
        pytest.approx(9.524, abs=1e-3),
    ]


def test_it_is_negative_when_the_right_step_takes_longer():
    assert values("asymmetry_percent", steps(24, left=0.50, right=0.55))[-1] == pytest.approx(
        -9.524, abs=1e-3
    )


def test_one_odd_step_of_each_foot_changes_nothing():
    odd = steps(2, left=2.0, right=0.3)
    even = steps(18, left=0.5, right=0.5)
    assert values("asymmetry_percent", [*odd, *even])[-1] == 0.0


def test_it_is_unknown_without_sides_or_step_times():
    left, sideless = strides(10, side="left", step_s=0.5), strides(10, side="unknown", step_s=0.9)
    assert set(values("asymmetry_percent", [*left, *sideless])) == {None}
    assert set(values("asymmetry_percent", strides(40))) == {None}
