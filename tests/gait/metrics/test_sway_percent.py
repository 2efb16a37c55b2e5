"""The lateral share of the trunk's acceleration."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import posture, stride, trunk, values


def test_it_is_the_lateral_share_of_the_whole():
    """1 of sqrt(2² + 1² + 2²) = 3."""
    assert values("sway_percent", trunk(5, rms=(2.0, 1.0, 2.0)))[4] == pytest.approx(
        33.333, abs=1e-3
    )


def test_it_is_unknown_without_the_trunk_or_any_movement():
    known = trunk(5, rms=(2.0, 1.0, 2.0))
    for without in (Cycle(stride(5)), Cycle(stride(5), posture(5, rms=(0.0, 0.0, 0.0)))):
        assert values("sway_percent", [*known, without, *known])[5:-1] == [None] * 5
