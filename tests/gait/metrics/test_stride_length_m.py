"""Length of the last strides."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import stride, strides, values


def test_it_is_the_median_of_five_in_which_a_missed_footfall_does_not_show():
    cycles = [Cycle(stride(length_m=m)) for m in (9.0, 1.25, 1.25, 2.6, 1.5, 1.4)]
    assert values("stride_length_m", cycles) == [None] * 4 + [1.5, 1.4]


def test_it_is_unknown_without_a_length_and_starts_again_after_that():
    known = strides(5, length_m=1.3)
    reported = values("stride_length_m", [*known, *strides(1), *known])
    assert reported == [None] * 4 + [1.3] + [None] * 5 + [pytest.approx(1.3)]
