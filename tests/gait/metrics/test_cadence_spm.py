"""Cadence of one foot and of both."""

from __future__ import annotations

import pytest

from tests.gait.cycles import steps, strides, values


def test_cadence_of_both_feet_is_right_from_the_eighth_step_even_with_a_limp():
    reported = values("cadence_spm", steps(20, left=0.50, right=0.60))
    assert reported[:7] == [None] * 7
    assert reported[7:] == pytest.approx([109.09] * 13, abs=0.01)


def test_cadence_of_one_foot_counts_two_steps_a_stride():
    assert values("cadence_spm", strides(4, duration_s=1.2)) == [None] * 3 + [pytest.approx(100.0)]


def test_only_the_last_eight_steps_count():
    cycles = [*strides(9, duration_s=2.0), *strides(4, duration_s=1.0)]
    assert values("cadence_spm", cycles)[-1] == pytest.approx(120.0)
