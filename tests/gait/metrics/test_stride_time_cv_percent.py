"""Variability of stride times with a known spread."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import stride, strides, values


def alternating(n: int, one: float, other: float, side: str = "left") -> list[Cycle]:
    times = [one, other] * (n // 2)
    return [Cycle(stride(duration_s=t, side=side)) for t in times]


def test_it_is_the_sd_over_the_mean_of_the_last_fifty_strides():
    """Fifty strides 0.1 s off a mean of 1.1 s: SD 0.1 * sqrt(50 / 49)."""
    reported = values("stride_time_cv_percent", [*strides(9), *alternating(50, 1.0, 1.2)])
    assert reported[:49] == [None] * 49
    assert reported[-1] == pytest.approx(9.183, abs=1e-3)


def test_two_feet_give_the_mean_of_both_and_not_the_spread_between_them():
    """9.183 % as above and 0.05 * sqrt(50 / 49) / 1.35, 3.741 %."""
    left, right = alternating(50, 1.0, 1.2), alternating(50, 1.3, 1.4, "right")
    cycles = [cycle for both in zip(left, right, strict=True) for cycle in both]
    assert values("stride_time_cv_percent", cycles)[-1] == pytest.approx(6.462, abs=1e-3)


def test_a_missed_footfall_hardly_shows():
    usual = alternating(60, 1.09, 1.11)
    *_, before, after = values("stride_time_cv_percent", [*usual, *strides(1, duration_s=2.2)])
    assert before is not None
    assert after == pytest.approx(before, rel=0.02)


def test_strides_in_which_the_belt_changed_are_left_out():
    changed = strides(1, duration_s=1.2, clean=False)
    *_, before, after = values("stride_time_cv_percent", [*alternating(50, 1.0, 1.01), *changed])
    assert before is not None
    assert after == before


def test_it_is_unknown_before_fifty_strides_of_one_foot():
    assert set(values("stride_time_cv_percent", alternating(48, 1.0, 1.2))) == {None}
