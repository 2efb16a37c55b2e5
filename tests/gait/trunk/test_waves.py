"""The slow waves of strides and steps, and the sums of their products."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.trunk.side import WAVE
from cued.gait.trunk.waves import Waves, along
from cued.model import Floats
from tests.gait.trunk_walker import ROWS, G

T = np.arange(1000) * 0.01


def moved(hz: float) -> Floats:
    """Return ten seconds of a vertical wave of 1 m/s²."""
    acc = np.zeros((T.size, 3))
    acc[:, 2] = G + np.sin(2 * np.pi * hz * T)
    return acc


@pytest.mark.parametrize(
    ("slow", "hz", "left"),
    [
        (False, 0.9, 0.95),
        (False, 1.6, 0.71),
        (False, 4.0, 0.16),
        (True, 0.9, 0.78),
        (True, 4, 0.06),
    ],
)
def test_the_second_harmonic_of_steps_passes_less_and_on_a_slow_belt_still_less(
    slow: bool, hz: float, left: float
) -> None:
    """What a second-order Butterworth filter of 1.6 or 1.0 Hz leaves: 1 / sqrt(1 + (f/f0)^4)."""
    waves = Waves()
    waves.retune(slow=slow)
    waves.feed(0, moved(hz), None)
    waves.catch_up(T.size, ROWS, G)
    assert np.abs(waves.acc[-200:, 2] - G).max() == pytest.approx(left, abs=0.01)


def test_samples_wait_until_they_are_needed_and_any_split_gives_the_same_sums() -> None:
    whole, parts = Waves(), Waves()
    acc = moved(1.8)
    acc[:, 0] = np.cos(2 * np.pi * 1.8 * T)
    gyr = 0.1 * acc
    whole.feed(0, acc, gyr)
    assert whole.sums == (0.0,) * 7
    whole.catch_up(700, ROWS, G)
    for k in range(0, T.size, 7):
        parts.feed(k, acc[k : k + 7], gyr[k : k + 7])
        if k % 50 == 0:
            parts.catch_up(min(k, 700), ROWS, G)
    parts.catch_up(700, ROWS, G)
    assert parts.sums == whole.sums
    assert parts.gyr is not None
    assert whole.gyr is not None
    assert np.array_equal(parts.acc[-WAVE:], whole.acc[-WAVE:])
    assert np.array_equal(parts.gyr[-WAVE:], whole.gyr[-WAVE:])


def test_the_sums_are_of_products_of_changes_and_of_the_vertical() -> None:
    """Of a ramp, after the filter has settled: 0.02 forward and -0.01 left a sample, 2 up."""
    waves = Waves()
    acc = np.stack((0.02 * np.arange(600), -0.01 * np.arange(600), np.full(600, G + 2.0)), axis=1)
    waves.feed(0, acc, None)
    waves.catch_up(500, ROWS, G)
    before = np.array(waves.sums)
    waves.catch_up(600, ROWS, G)
    assert (np.array(waves.sums) - before) / 100 == pytest.approx(
        [0.02 * 2, -0.01 * 2, 4e-4, 1e-4, 4.0, 0.0, 0.0], abs=1e-6
    )


def test_without_a_gyroscope_no_turns_are_kept() -> None:
    waves = Waves()
    waves.feed(0, moved(1.0), None)
    waves.catch_up(T.size, ROWS, G)
    assert waves.gyr is None


def test_a_projection_is_the_sum_of_the_components_along_a_direction() -> None:
    rows = np.array(((1.0, 2.0, 3.0), (0.0, 0.0, 10.0)))
    assert along(rows, (0.6, 0.0, 0.8)) == pytest.approx([3.0, 8.0])
