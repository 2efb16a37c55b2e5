"""Roll from side to side in degrees."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import posture, stride, trunk, values


def test_it_is_the_mean_of_fifteen_strides_in_degrees():
    reported = values("roll_range_deg", trunk(15, roll_range=0.2))
    assert reported == [None] * 14 + [pytest.approx(11.459, abs=1e-3)]


def test_it_is_unknown_without_the_trunk_or_its_gyroscope():
    known = trunk(15, roll_range=0.2)
    for without in (Cycle(stride(15)), Cycle(stride(15), posture(15, roll_range=None))):
        assert values("roll_range_deg", [*known, without, *known])[15:-1] == [None] * 15
