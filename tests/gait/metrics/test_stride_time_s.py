"""Time of the last strides."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import stride, strides, values


def test_it_is_the_median_of_the_last_five():
    cycles = [Cycle(stride(duration_s=s)) for s in (9.0, 9.0, 9.0, 1.0, 1.2, 1.1, 1.3, 0.9)]
    assert values("stride_time_s", cycles) == [None] * 4 + [9.0, 1.2, 1.2, 1.1]


def test_a_missed_footfall_does_not_show():
    cycles = [*strides(4, duration_s=1.1), *strides(1, duration_s=2.2)]
    assert values("stride_time_s", cycles)[-1] == pytest.approx(1.1)


def test_both_feet_count():
    left, right = strides(3, duration_s=1.0), strides(2, duration_s=1.2, side="right")
    assert values("stride_time_s", [*left, *right]) == [None] * 4 + [1.0]
