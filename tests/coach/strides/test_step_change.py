"""A lasting step in a series that wanders: its evidence and its size."""

from __future__ import annotations

import pytest

from cued.coach.strides.step_change import Change, difference


def opened() -> Change:
    """Return a watch that has seen 40 values of 1 % to and fro."""
    change = Change()
    for n in range(40):
        change.update(0.01 * (-1) ** n, learn=True)
    return change


def test_the_fractional_difference_has_hoskings_coefficients() -> None:
    assert list(difference(0.5, 4)) == [1.0, -0.5, -0.125, -0.0625]
    assert list(difference(1.0, 4)) == [1.0, -1.0, 0.0, 0.0]  # of order 1: the plain difference


def test_there_is_no_evidence_before_the_variance_is_known() -> None:
    change = Change()
    found = [change.update(0.01 * (-1) ** n, learn=True) for n in range(26)]
    assert found[:25] == [None] * 25
    assert found[25] is not None


def test_strides_that_stay_5_percent_longer_are_seen_with_their_size() -> None:
    change = opened()
    found = [change.update(0.05 + 0.01 * (-1) ** n, learn=False) for n in range(8)]
    assert found[-1]
    assert found[-1].score > 5.0
    assert found[-1].size == pytest.approx(0.05, abs=0.01)


def test_strides_that_stay_shorter_are_no_evidence() -> None:
    change = opened()
    found = [change.update(-0.05 + 0.01 * (-1) ** n, learn=False) for n in range(8)]
    assert found[-1]
    assert found[-1].score < 1.0


def test_a_single_long_stride_is_less_evidence_than_eight() -> None:
    change = opened()
    change.update(0.05, learn=False)
    found = [change.update(0.01 * (-1) ** n, learn=True) for n in range(8)]
    assert max(f.score for f in found if f) < 3.0


def test_after_a_restart_five_values_are_needed_and_the_variance_is_kept() -> None:
    change = opened()
    change.restart()
    found = [change.update(0.05, learn=False) for _ in range(5)]
    assert [f.score if f else None for f in found[:4]] == [0.0] * 4
    assert found[4]
    assert found[4].score > 5.0
