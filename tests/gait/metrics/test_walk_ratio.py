"""Step length over step rate."""

from __future__ import annotations

import pytest

from tests.gait.cycles import strides, values


def test_it_is_that_of_the_measured_treadmill_pair():
    """0.65 m at 120.1 spm forward and 0.335 m at 109.1 spm backward."""
    forward = strides(5, duration_s=0.999, length_m=1.30)
    backward = strides(5, duration_s=1.10, length_m=0.67, direction="backward")
    assert values("walk_ratio", forward) == [None] * 4 + [pytest.approx(5.411, abs=1e-3)]
    assert values("walk_ratio", backward)[-1] == pytest.approx(3.071, abs=1e-3)


def test_it_is_unknown_in_running():
    assert set(values("walk_ratio", strides(9, length_m=2.2, duration_s=0.7, mode="running"))) == {
        None
    }


def test_it_is_unknown_without_a_length_and_starts_again_after_that():
    known = strides(5, length_m=1.3)
    assert values("walk_ratio", [*known, *strides(1), *known])[5:-1] == [None] * 5
