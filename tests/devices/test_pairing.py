"""Two streams that arrive apart: joined by time or by count, however they are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.devices._pairing import GAP_S, WAIT_S, Pairing


def rows(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, 3))


T_ACC = np.arange(100) / 50
T_GYR = np.arange(110) / 55 + 0.004
ACC, GYR = rows(100, 1), rows(110, 2)


def joined(order: list[tuple[int, int]]) -> tuple[np.ndarray, ...]:
    """Feed pieces (stream, size) in this order, then the rest; give all rows together."""
    pairing = Pairing()
    out, at = [], [0, 0]
    for which, size in [*order, (0, 100), (1, 110)]:
        part = slice(at[which], at[which] + size)
        at[which] += size
        if which == 0:
            out += pairing.first(T_ACC[part], ACC[part])
        else:
            out += pairing.second(T_GYR[part], GYR[part])
    return tuple(np.concatenate([piece[i] for piece in out]) for i in range(3))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 30)), max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_cut_and_order_gives_the_same_rows(order):
    whole = joined([])
    for one, other in zip(joined(order), whole, strict=True):
        assert np.array_equal(one, other)


def test_the_second_stream_is_interpolated_and_the_first_unchanged():
    pairing = Pairing()
    t = np.arange(10) / 20 + 0.025
    pairing.first(t, rows(10, 3))
    ((at, acc, gyr),) = pairing.second(np.arange(11) / 20, np.arange(11)[:, None] * np.ones(3))
    assert np.array_equal(at, t)
    assert np.array_equal(acc, rows(10, 3))
    assert gyr[:, 0] == pytest.approx(np.arange(10) + 0.5)


def test_nothing_is_interpolated_across_a_hole():
    pairing = Pairing()
    pairing.first(np.arange(20) / 20, rows(20, 4))
    t = np.array([0.0, 0.05, 0.1, 0.5, 0.55, 0.6])
    assert np.diff(t).max() > GAP_S
    ((at, _, _),) = pairing.second(t, rows(6, 5))
    assert not np.any((at > 0.1) & (at < 0.5))
    assert at.size == 6


def test_rows_that_wait_too_long_are_dropped():
    pairing = Pairing()
    for k in range(100):
        assert pairing.first(k + np.arange(10) / 10, rows(10, k)) == []
    ((at, _, _),) = pairing.second(np.arange(0, 100, 0.05), rows(2000, 1))
    assert at.size <= WAIT_S * 10 + 1
