"""Bounce in centimetres."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle
from tests.gait.cycles import posture, stride, trunk, values


def test_it_is_the_mean_of_five_strides_in_centimetres():
    cycles = [*trunk(4, bounce_m=0.04), Cycle(stride(4), posture(4, bounce_m=0.09))]
    assert values("bounce_cm", cycles) == [None, None, None, None, pytest.approx(5.0)]


def test_it_is_unknown_without_the_trunk_and_starts_again_after_that():
    known = trunk(5, bounce_m=0.04)
    without = [Cycle(stride(5)), Cycle(stride(6), posture(6, bounce_m=None))]
    assert values("bounce_cm", [*known, *without, *known])[4:-1] == [
        pytest.approx(4.0),
        *[None] * 6,
    ]
