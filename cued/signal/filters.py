"""Causal filters with carried state, each stating its delay.

Low-pass filters are recursive designs whose impulse response is cut where it has died away (below
1e-6 of its sum), and run as convolutions: one numpy call per block, no start-up transient beyond
the response's length, and the same numbers in the same order however the samples were split. That
makes the output identical for any split, as property tests require, and saves the daemon scipy's
start-up time and memory.

All work at the grid's rate (``signal.grid.RATE_HZ``). Design: second-order Butterworth by the
bilinear transform with pre-warping (Oppenheim & Schafer, Discrete-Time Signal Processing, 7.1).
"""

from __future__ import annotations

import math

import numpy as np

from cued.model import Floats
from cued.signal.grid import RATE_HZ


def lowpass(cutoff_hz: float) -> Floats:
    """Return taps of a second-order Butterworth low-pass; delay at 0 Hz: ``delay_s(taps)``."""
    k = math.tan(math.pi * cutoff_hz / RATE_HZ)
    scale = 1.0 / (1.0 + math.sqrt(2.0) * k + k * k)
    b = (k * k * scale, 2.0 * k * k * scale, k * k * scale)
    a = (2.0 * (k * k - 1.0) * scale, (1.0 - math.sqrt(2.0) * k + k * k) * scale)
    return _response(b, a)


def _response(b: tuple[float, float, float], a: tuple[float, float]) -> Floats:
    taps: list[float] = []
    x1 = x2 = y1 = y2 = 0.0
    x = 1.0
    while len(taps) < 4000:
        y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
        x2, x1, y2, y1, x = x1, x, y1, y, 0.0
        taps.append(y)
        if len(taps) > 8 and abs(y1) + abs(y2) < 1e-6:
            break
    out = np.array(taps)
    return out / out.sum()


def box(width_s: float) -> Floats:
    """Return taps of a moving mean over ``width_s``; its delay is half of that."""
    n = max(1, round(width_s * RATE_HZ))
    return np.full(n, 1.0 / n)


def delay_s(taps: Floats) -> float:
    """Return the group delay at 0 Hz, s: the centre of mass of the impulse response."""
    return float(np.arange(taps.size) @ taps / taps.sum() / RATE_HZ)


class Fir:
    """A causal FIR filter over (n, channels) blocks, primed with its first sample."""

    def __init__(self, taps: Floats) -> None:
        self._weights = taps[::-1].copy()  # oldest sample first
        self._tail: Floats | None = None

    def reset(self) -> None:
        """Forget all samples; the next one primes the filter."""
        self._tail = None

    def retune(self, taps: Floats) -> None:
        """Continue with other taps; if more history is needed, repeat the oldest known sample."""
        self._weights, need = taps[::-1].copy(), taps.size - 1
        if self._tail is not None:
            lacking = max(0, need - self._tail.shape[1])
            first = np.repeat(self._tail[:, :1], lacking, axis=1)
            self._tail = np.concatenate((first, self._tail), axis=1)[:, -need:]

    def feed(self, x: Floats) -> Floats:
        """Filter the next (n, channels) or (n,) samples; return the same shape."""
        n = x.shape[0]
        if not n:
            return x
        need = self._weights.size - 1
        rows = x[None, :] if x.ndim == 1 else x.T
        if self._tail is None:
            self._tail = np.repeat(rows[:, :1], need, axis=1)
        joined = np.concatenate((self._tail, rows), axis=1)
        self._tail = joined[:, n:]
        # All channels joined in one call; windows that reach into the next channel are left out.
        windows = np.correlate(joined.ravel(), self._weights, mode="valid")
        out = np.empty(joined.size)
        out[: windows.size] = windows
        kept = out.reshape(joined.shape)[:, :n]
        return kept[0] if x.ndim == 1 else kept.T
