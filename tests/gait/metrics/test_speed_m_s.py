"""Speed of the last strides."""

from __future__ import annotations

import pytest

from tests.gait.cycles import strides, values


def test_speed_weighs_strides_by_their_time():
    """1 m in 1 s and four times 6 m in 3 s are 25 m in 13 s, not the mean of 1 and 2 m/s."""
    cycles = [
        *strides(1, duration_s=1.0, length_m=1.0),
        *strides(4, duration_s=3.0, length_m=6.0),
    ]
    assert values("speed_m_s", cycles) == [None] * 4 + [pytest.approx(1.923, abs=1e-3)]


def test_it_is_positive_backward_too():
    cycles = strides(5, duration_s=1.0, length_m=0.6, direction="backward")
    assert values("speed_m_s", cycles)[-1] == pytest.approx(0.6)


def test_it_is_unknown_without_a_length_and_starts_again_after_that():
    known = strides(5, duration_s=1.0, length_m=1.3)
    assert values("speed_m_s", [*known, *strides(1), *known])[5:-1] == [None] * 5
