"""Devices without time: their rate is measured, and two streams are joined by counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.devices._untimed import Rate, Zipped


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 6)), max_size=60))
@settings(max_examples=100, deadline=None)
def test_counted_streams_never_drift_apart(order):
    zipped, at = Zipped(), [0, 0]
    for which, size in order:
        values = np.arange(at[which], at[which] + size, dtype=float)[:, None] * np.ones(3)
        at[which] += size
        both = zipped.feed(which, values)
        if both is not None:
            assert len(both[0]) == len(both[1])


def test_counted_streams_in_step_are_joined_sample_by_sample():
    zipped, out = Zipped(), []
    for k in range(0, 30, 3):
        for which in (0, 1):
            both = zipped.feed(which, np.arange(k, k + 3, dtype=float)[:, None] * np.ones(3))
            out += [both] if both else []
    assert all(np.array_equal(a, b) for a, b in out)
    assert sum(len(a) for a, _ in out) == 30


@pytest.mark.parametrize(("sent", "found"), [(101.0, 100.0), (97.0, 100.0), (61.0, 61.0)])
def test_a_rate_near_the_likely_one_becomes_the_likely_one(sent, found):
    rate = Rate(100.0, only=False)
    given_ = [rate.feed(k / sent, 1) for k in range(400)]
    assert given_[50] is None
    assert given_[-1] == pytest.approx(found, rel=0.02)


@pytest.mark.parametrize("stall", [(0.0, 0.35), (0.5, 0.8), (0.9, 1.3)])
def test_a_backlog_or_a_stall_does_not_change_the_rate(stall):
    rate, found = Rate(100.0, only=False), None
    for k in range(400):
        t = k / 100
        found = rate.feed(stall[1] if stall[0] <= t < stall[1] else t, 1)
    assert found == 100.0


def test_a_device_of_fixed_rates_has_the_next_higher_one():
    rate = Rate(25.0, 50.0, 100.0, only=True)
    found = [rate.feed(k / 70, 1) for k in range(400)]  # 30 of 100 are lost
    assert found[200] is None
    assert found[-1] == 100.0


def test_of_counted_streams_that_are_too_far_apart_the_oldest_samples_are_dropped():
    zipped = Zipped()
    for k in range(12):
        assert zipped.feed(0, np.full((1, 3), float(k))) is None
    first, second = zipped.feed(1, np.full((1, 3), 50.0))
    assert (first[0, 0], second[0, 0]) == (11.0, 50.0)
