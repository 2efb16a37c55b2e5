"""A common loudness for all sounds: words of any voice, a coach's own recordings, and tones.

Rules
-----
* Loudness is measured by ITU-R BS.1770-4: K-weighting, blocks of 400 ms every 100 ms, gates at -70
  LUFS and 10 LU below the mean. Deviations: the weighting has zero phase (the power is the same),
  and a sound shorter than a block is one block.
* Words must be heard over a belt and fans through a small loudspeaker: frequencies below 150 Hz,
  which are only rumble, are removed; those above 1.5 kHz, where consonants are, are raised by
  ``PRESENCE_DB``; a compressor raises quiet syllables to loud ones; a limiter with look-ahead then
  holds the peaks at ``PEAK``.
* Every sound is brought to ``TARGET_LUFS``: the highest loudness that words of the five languages'
  default voices reach with that peak while the limiter acts on only a few peaks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cued.actuators._wav import PEAK, RATE
from cued.model import Floats

tricks: Any = np.lib.stride_tricks  # untyped in numpy 2.5
TARGET_LUFS = -14.0  # found on the rendered words of five languages, see above
HIGH_PASS_HZ = 150.0  # small loudspeakers reproduce nothing below
PRESENCE_HZ, PRESENCE_DB = 1500.0, 6.0  # chosen: consonants lie above 1.5 kHz, see above
KNEE_DB, RATIO = -24.0, 3.0  # of the compressor, below the loudest 20 ms
ENVELOPE_S = 0.02  # a syllable lasts five to ten times as long
LOOK_AHEAD_S = 0.004  # chosen: a period of 250 Hz
BLOCK_S, STEP_S = 0.4, 0.1  # ITU-R BS.1770: gating blocks, overlapping by three quarters


def loudness(sound: Floats, rate: int = RATE) -> float:
    """Return the integrated loudness in LUFS, minus infinity for silence."""
    block, step = round(BLOCK_S * rate), round(STEP_S * rate)
    weighted = _filtered(sound, rate, _k_weight)
    power = np.pad(weighted**2, (0, max(0, block - sound.size)))
    if sound.size < block:
        power *= block / max(sound.size, 1)
    means: Floats = tricks.sliding_window_view(power, block)[::step].mean(axis=1)
    means = means[means > 10 ** ((-70.0 + 0.691) / 10)]
    if not means.size:
        return float("-inf")
    loud = means[means > means.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def matched(sound: Floats) -> Floats:
    """Return a sound at ``TARGET_LUFS``, its peaks limited to ``PEAK``."""
    for _ in range(4):  # limiting reduces loudness a little; this converges in three rounds
        sound = _limited(sound * 10 ** ((TARGET_LUFS - loudness(sound)) / 20))
    return sound


def spoken(sound: Floats) -> Floats:
    """Return speech equalised, compressed and brought to ``TARGET_LUFS``."""
    return matched(_compressed(_filtered(sound, RATE, _equaliser)))


def resampled(sound: Floats, rate: int) -> Floats:
    """Return a sound of any rate at ``RATE``, resampled through its spectrum."""
    if rate == RATE:
        return sound
    pad = rate // 50  # keeps the end of the sound from wrapping round to its beginning
    padded = np.pad(sound, pad)
    size = round(padded.size * RATE / rate)
    spectrum = np.fft.rfft(padded)[: size // 2 + 1]
    out = np.fft.irfft(spectrum, size) * (size / padded.size)
    edge = round(pad * RATE / rate)
    return out[edge : edge + round(sound.size * RATE / rate)]


def _filtered(sound: Floats, rate: int, gain: Callable[[Floats], Floats]) -> Floats:
    """Return the sound with each frequency multiplied by ``gain(frequencies)``."""
    size = _fast(sound.size + rate // 10)
    hz = np.arange(size // 2 + 1, dtype=np.float64) * (rate / size)
    out: Floats = np.fft.irfft(np.fft.rfft(sound, size) * gain(hz), size)[: sound.size]
    return out


def _equaliser(hz: Floats) -> Floats:
    """Return the zero-phase gain of a fourth-order high-pass and a second-order shelf."""
    ratio = (hz / HIGH_PASS_HZ) ** 4
    high_pass = ratio / np.sqrt(1 + ratio**2)
    turn = (hz / PRESENCE_HZ) ** 4
    shelf = 10 ** (PRESENCE_DB / 20 * turn / (1 + turn))
    return high_pass * shelf


def _k_weight(hz: Floats) -> Floats:
    """Return the magnitude of both BS.1770 stages, from their analogue prototypes."""
    s = 2j * np.pi * np.maximum(hz, 1e-3)
    w, q, high, band = 2 * np.pi * 1681.97, 0.7072, 10 ** (4.0 / 20), 10 ** (4.0 / 40)
    shelf = (high * s**2 + band**0.9993 * w / q * s + w**2) / (s**2 + w / q * s + w**2)
    w, q = 2 * np.pi * 38.135, 0.5003
    return np.abs(shelf) * np.abs(s**2 / (s**2 + w / q * s + w**2))


def _compressed(sound: Floats) -> Floats:
    """Return the sound with levels above the knee reduced by ``RATIO``."""
    window = np.hanning(round(ENVELOPE_S * RATE) | 1)
    level = np.sqrt(np.convolve(sound**2, window / window.sum(), mode="same"))
    over_db = 20 * np.log10(np.maximum(level / max(level.max(), 1e-9), 1e-6)) - KNEE_DB
    return sound * 10 ** (-np.maximum(over_db, 0.0) * (1 - 1 / RATIO) / 20)


def _limited(sound: Floats) -> Floats:
    """Return the sound with its gain lowered smoothly before each peak above ``PEAK``."""
    if np.abs(sound).max(initial=0.0) <= PEAK:
        return sound
    size = round(LOOK_AHEAD_S * RATE) | 1
    need = np.minimum(1.0, PEAK / np.maximum(np.abs(sound), 1e-9))
    held = _lowest(np.pad(need, size - 1, mode="edge"), size)
    window: Floats = np.hanning(size + 2)[1:-1]
    return sound * _convolved(held, window / window.sum())[: sound.size]


def _lowest(values: Floats, size: int) -> Floats:
    """Return the minimum of each ``size`` neighbours, from windows that double in length."""
    span = 1
    while 2 * span <= size:
        values = np.minimum(values[:-span], values[span:])
        span *= 2
    rest = size - span
    return np.minimum(values[: values.size - rest], values[rest:])


def _convolved(values: Floats, window: Floats) -> Floats:
    """Return the sum of each stretch of values weighted by a symmetric window."""
    size = _fast(values.size)
    both = np.fft.rfft(values, size) * np.fft.rfft(window, size)
    return np.fft.irfft(both, size)[window.size - 1 : values.size]


def _fast(size: int) -> int:
    """Return the next power of two, at which a Fourier transform is fastest."""
    return 1 << (size - 1).bit_length()
