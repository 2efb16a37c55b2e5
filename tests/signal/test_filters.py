"""Filters: known responses, stated delays, the same output for any split."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.signal.filters import Fir, box, delay_s, lowpass


def gain(taps, hz):
    n = np.arange(taps.size)
    return abs(np.sum(taps * np.exp(-2j * np.pi * hz * n / 100.0)))


@pytest.mark.parametrize("cutoff", [0.5, 3.0, 5.0, 12.0, 20.0])
def test_a_butterworth_passes_dc_and_halves_the_power_at_its_cutoff(cutoff):
    taps = lowpass(cutoff)
    assert gain(taps, 0.0) == pytest.approx(1.0)
    assert gain(taps, cutoff) == pytest.approx(np.sqrt(0.5), abs=0.01)  # -3 dB by definition
    assert gain(taps, 4 * cutoff) < 0.09 if cutoff < 10 else True


def test_the_stated_delay_is_what_a_ramp_shows():
    taps = lowpass(5.0)
    t = np.arange(400) / 100.0
    lag = t - Fir(taps).feed(t)
    assert lag[-1] == pytest.approx(delay_s(taps), abs=1e-3)
    assert delay_s(box(0.2)) == pytest.approx(0.095)


@given(cuts=st.lists(st.integers(1, 199), max_size=20), seed=st.integers(0, 99))
def test_any_split_gives_identical_results(cuts, seed):
    x = np.random.default_rng(seed).normal(size=(200, 3))
    whole = Fir(lowpass(4.0)).feed(x)
    fir = Fir(lowpass(4.0))
    edges = [0, *sorted(set(cuts)), 200]
    split = np.concatenate([fir.feed(x[a:b]) for a, b in pairwise(edges)])
    np.testing.assert_array_equal(whole, split)


def test_a_filter_with_other_taps_continues_where_the_first_stopped():
    x = np.random.default_rng(1).normal(size=(900, 3))
    slow, quick = lowpass(1.0), lowpass(1.6)
    for first, then in ((slow, quick), (quick, slow)):
        fir = Fir(first)
        fir.feed(x[:500])
        fir.retune(then)
        expected = Fir(then).feed(x)[500:]
        np.testing.assert_allclose(fir.feed(x[500:]), expected, atol=2e-3)
    fir = Fir(slow)
    fir.retune(quick)
    np.testing.assert_array_equal(fir.feed(x), Fir(quick).feed(x))


def test_a_constant_starts_without_a_transient():
    np.testing.assert_allclose(Fir(lowpass(1.0)).feed(np.full((50, 2), 9.81)), 9.81)
