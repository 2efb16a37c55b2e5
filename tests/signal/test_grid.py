"""The grid: one rate and one set of times for any samples and any split."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.signal.grid import DT_S, Grid


def pieces(n: int, cuts: list[int]) -> list[slice]:
    edges = [0, *sorted({c for c in cuts if 0 < c < n}), n]
    return [slice(a, b) for a, b in pairwise(edges)]


def run(rate_hz, t, x, ok, cuts):
    grid = Grid(rate_hz, x.shape[1])
    out = [p for s in pieces(t.size, cuts) for p in grid.feed(t[s], x[s], ok[s])]
    return (
        np.concatenate([p[0] for p in out]),
        np.concatenate([p[1] for p in out]),
        np.concatenate([p[2] for p in out]),
        [p[3] for p in out],
    )


@given(
    rate=st.sampled_from([25.0, 52.0, 100.0, 104.0, 128.0, 200.0, 370.37, 500.0]),
    cuts=st.lists(st.integers(1, 400), max_size=30),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60)
def test_any_split_gives_identical_results(rate, cuts, seed):
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.uniform(0.5, 1.5, 400)) / rate
    x = rng.normal(size=(400, 6))
    ok = rng.random(400) > 0.02
    whole = run(rate, t, x, ok, [])
    split = run(rate, t, x, ok, cuts)
    for a, b in zip(whole[:3], split[:3], strict=True):
        np.testing.assert_array_equal(a, b)


@given(cuts=st.lists(st.integers(1, 300), max_size=30), seed=st.integers(0, 1000))
@settings(max_examples=60)
def test_samples_on_the_grid_pass_unchanged_however_they_are_split(cuts, seed):
    rng = np.random.default_rng(seed)
    steps = rng.choice([1, 1, 1, 1, 1, 1, 1, 7], 300)
    t = (100 + np.cumsum(steps)) / 100.0
    x = rng.normal(size=(300, 3))
    ok = rng.random(300) > 0.02
    times, values, good, _ = run(100.0, t, x, ok, cuts)
    on = np.searchsorted(times, t - 1e-6)
    np.testing.assert_array_equal(values[on], x)
    np.testing.assert_array_equal(good[on], ok)


@pytest.mark.parametrize("rate", [25.0, 52.0, 100.0, 128.0, 200.0, 370.37, 500.0])
def test_a_straight_line_stays_straight(rate):
    t = np.arange(int(rate * 3)) / rate + 0.0037
    x = np.stack((2 * t + 1, -t), axis=1)
    times, values, ok, fresh = run(rate, t, x, np.ones(t.size, bool), [])
    np.testing.assert_allclose(values[:, 0], 2 * times + 1, atol=1e-9)
    np.testing.assert_allclose(np.diff(times), DT_S, atol=1e-9)
    assert ok.all()
    assert fresh == [True]


def test_a_fast_vibration_is_averaged_away_instead_of_aliased():
    t = np.arange(5000) / 500.0
    x = np.sin(2 * np.pi * 99.0 * t)[:, None]  # would alias to 1 Hz
    _, values, _, _ = run(500.0, t, x, np.ones(t.size, bool), [])
    assert np.abs(values).max() < 0.1


def test_a_hole_is_marked_and_a_long_one_restarts_the_grid():
    t = np.concatenate((np.arange(100), np.arange(130, 200), np.arange(400, 450))) / 100.0
    x = np.ones((t.size, 1))
    times, _, ok, fresh = run(100.0, t, x, np.ones(t.size, bool), [50, 150])
    inside = (times > 1.0) & (times < 1.29)
    assert not ok[inside].any()
    assert ok[(times >= 1.3) & (times < 1.99)].all()
    assert not ((times > 2.05) & (times < 3.95)).any()
    assert sum(fresh) == 2


def test_samples_from_the_past_are_dropped():
    grid = Grid(100.0, 1)
    t = np.arange(50) / 100.0
    first = grid.feed(t, t[:, None], np.ones(50, bool))
    again = grid.feed(t[20:], t[20:, None] + 5, np.ones(30, bool))
    assert first
    assert again == []


def test_inputs_are_not_changed():
    t = np.arange(50) / 100.0
    x = np.ones((50, 3))
    ok = np.ones(50, bool)
    for array in (t, x, ok):
        array.flags.writeable = False
    Grid(100.0, 3).feed(t, x, ok)
