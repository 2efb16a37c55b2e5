"""A common loudness: tones of known level, rumble and peaks."""

from __future__ import annotations

import numpy as np
import pytest

from cued.actuators._loudness import loudness, matched, resampled, spoken
from cued.actuators._wav import RATE
from cued.model import Floats


def sine(hz: float, seconds: float, size: float = 1.0) -> Floats:
    return size * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def test_half_the_amplitude_is_6_lufs_less_and_silence_infinitely_less() -> None:
    loud = loudness(sine(997.0, 1.0))
    assert loudness(sine(997.0, 1.0, 0.5)) == pytest.approx(loud - 6.02, abs=0.01)
    assert loudness(np.zeros(RATE)) == float("-inf")
    assert loudness(np.zeros(0)) == float("-inf")


def test_low_notes_count_for_less_and_high_ones_for_more() -> None:
    # K-weighting (ITU-R BS.1770-4): a shelf of +4 dB, of which 0.7 dB acts at 997 Hz already, and a
    # second-order high-pass at 38 Hz.
    middle = loudness(sine(997.0, 1.0))
    assert loudness(sine(10_000.0, 1.0)) - middle == pytest.approx(3.3, abs=0.3)
    assert loudness(sine(20.0, 1.0)) < middle - 10.0


def test_a_sound_shorter_than_a_block_is_as_loud_as_a_long_one() -> None:
    assert loudness(sine(997.0, 0.1)) == pytest.approx(loudness(sine(997.0, 1.0)), abs=0.5)


@pytest.mark.parametrize("size", [0.01, 0.9])
def test_every_sound_is_brought_to_minus_14_lufs(size: float) -> None:
    assert loudness(matched(sine(997.0, 1.0, size))) == pytest.approx(-14.0, abs=0.1)


def test_peaks_are_held_at_0_8_and_the_rest_is_not_distorted() -> None:
    clicks = sine(997.0, 1.0, 0.1)
    clicks[::4410] = 1.0
    out = matched(clicks)
    assert np.abs(out).max() <= 0.8 + 1e-9
    away = slice(2000, 2400)  # further from a click than the limiter looks ahead
    gain = out[away] / clicks[away]
    assert np.ptp(gain[np.abs(clicks[away]) > 0.05]) < 1e-3 * gain.max()


def test_rumble_beneath_words_is_removed() -> None:
    def share(sound: Floats) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float(power[50] / power[1000])  # Hz, as the sound lasts a second

    both = sine(50.0, 1.0) + sine(1000.0, 1.0)
    assert share(both) == pytest.approx(1.0)
    assert share(spoken(both)) < 10 ** (-30 / 10)


def test_a_rate_that_is_ours_already_changes_nothing() -> None:
    sound = sine(440.0, 0.1)
    assert resampled(sound, RATE) is sound
    assert resampled(sound, RATE // 2).size == 2 * sound.size
