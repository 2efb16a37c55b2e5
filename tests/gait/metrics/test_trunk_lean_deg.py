"""Lean of the trunk in degrees."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import posture, stride, strides, trunk, values


@pytest.mark.parametrize(("lean_rad", "lean_deg"), [(0.1, 5.730), (-0.2, -11.459)])
def test_it_is_in_degrees_and_positive_toward_the_chest(lean_rad: float, lean_deg: float):
    reported = values("trunk_lean_deg", trunk(5, lean_forward=lean_rad))
    assert reported == [None] * 4 + [pytest.approx(lean_deg, abs=1e-3)]


def test_it_is_the_mean_of_five_strides():
    cycles = [*trunk(4, lean_forward=0.0), Cycle(stride(4), posture(4, lean_forward=0.5))]
    assert values("trunk_lean_deg", cycles)[-1] == pytest.approx(5.730, abs=1e-3)


def test_it_is_unknown_without_the_trunk_and_starts_again_after_that():
    known = trunk(5, lean_forward=0.1)
    assert values("trunk_lean_deg", [*known, *strides(1), *known])[5:-1] == [None] * 5
