"""Quality: clipped and frozen samples are marked, moving ones are not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cued.signal.stream import Quality


def lively(n):
    return np.random.default_rng(0).normal(0, 3, (n, 3))


def test_moving_samples_are_good():
    assert Quality(100.0).feed(lively(500)).all()


def test_a_clipped_peak_is_marked_from_its_third_sample():
    acc = lively(50)
    acc[20:25, 2] = 19.6
    ok = Quality(100.0).feed(acc)
    assert not ok[22:25].any()
    assert ok[:22].all()
    assert ok[25:].all()


def test_a_frozen_sensor_is_marked_after_a_fifth_of_a_second():
    acc = lively(100)
    acc[40:] = acc[40]
    ok = Quality(100.0).feed(acc)
    assert ok[:59].all()
    assert not ok[60:].any()


def test_one_frozen_axis_is_not_marked():
    acc = lively(200)
    acc[:, 1] = 0.0  # some recordings have no lateral axis
    assert Quality(100.0).feed(acc).all()


@given(cuts=st.lists(st.integers(1, 119), max_size=20))
def test_any_split_gives_the_same_marks(cuts):
    acc = lively(120)
    acc[30:60] = acc[30]
    acc[80:84, 0] = -25.0
    whole = Quality(100.0).feed(acc)
    quality = Quality(100.0)
    edges = [0, *sorted(set(cuts)), 120]
    split = np.concatenate([quality.feed(acc[a:b]) for a, b in pairwise(edges)])
    np.testing.assert_array_equal(whole, split)
