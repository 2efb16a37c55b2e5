"""What both steps of a stride have in common."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import posture, stride, trunk, values


def test_it_is_the_mean_share_of_ten_strides_in_percent():
    cycles = [*trunk(5, even_share=0.7), *trunk(10, even_share=0.9)[5:]]
    assert values("step_symmetry_percent", cycles) == [None] * 9 + [pytest.approx(80.0)]


def test_it_is_unknown_without_the_trunk_and_starts_again_after_that():
    known = trunk(10, even_share=0.9)
    for without in (Cycle(stride(10)), Cycle(stride(10), posture(10, even_share=None))):
        assert values("step_symmetry_percent", [*known, without, *known])[10:-1] == [None] * 10
