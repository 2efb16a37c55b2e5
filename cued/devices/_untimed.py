"""Devices that send no time: measuring their rate, and joining two streams by counting.

Rules: nothing is passed on before the rate is known, because all later timing counts samples; this
costs the first second, or up to ``LONGEST_S`` if the rate is none of the likely ones. The rate is
the median over pairs of arrivals half a measurement apart, so that a backlog at the start or a
stall does not count. A rate close to a likely one is rounded to it (the measurement is good to 1 %,
an oscillator is better); for a device with fixed rates it is the next higher one, because samples
get lost and none are added.
"""

from __future__ import annotations

from math import log

import numpy as np

from cued.model import Floats

MEASURE_S = 1.0  # of samples, to find the real rate
NEAR = 0.05  # relative; within it a measured rate is rounded to a likely one
LONGEST_S = 3.0  # chosen: longer would give a better rate and a later start
MOST_APART = 6  # samples, two messages of three; if more wait for the other stream, some were lost


class Rate:
    """Measures the rate at which samples arrive.

    likely : rates that the device may have; ``only``: it has no others.
    """

    def __init__(self, *likely: float, only: bool) -> None:
        self._likely = likely
        self._only = only
        self._arrivals: list[tuple[float, int]] = []  # (t, samples up to then)
        self._hz: float | None = None

    def feed(self, t: float, n: int) -> float | None:
        """Count ``n`` samples that arrived at ``t``; return the rate, Hz, once it is known."""
        if self._hz is not None:
            return self._hz
        before = self._arrivals[-1][1] if self._arrivals else 0
        self._arrivals.append((t, before + n))
        took = t - self._arrivals[0][0]
        if took < MEASURE_S:
            return None
        hz = self._median()
        enough = [likely for likely in self._likely if log(likely / hz) > -NEAR or not self._only]
        nearest = min(enough or self._likely, key=lambda likely: abs(log(likely / hz)))
        near = abs(log(nearest / hz)) < NEAR
        if near or took >= LONGEST_S:
            self._hz = nearest if near or self._only else hz
            self._arrivals.clear()
        return self._hz

    def _median(self) -> float:
        t, count = (np.array(column, dtype=float) for column in zip(*self._arrivals, strict=True))
        half = max(1, len(t) // 2)
        spans = np.maximum(t[half:] - t[:-half], 1e-3)
        return float(np.median((count[half:] - count[:-half]) / spans))


class Zipped:
    """Joins two streams of one chip sample by sample."""

    def __init__(self) -> None:
        self._rows: list[Floats] = [np.empty((0, 3)), np.empty((0, 3))]
        self._waiting = 0  # samples of one stream since the other's last

    def feed(self, which: int, values: Floats) -> tuple[Floats, Floats] | None:
        """Process (n, 3) samples of stream 0 or 1; return those that both streams now have."""
        self._rows[which] = np.concatenate((self._rows[which], values))
        n = min(len(r) for r in self._rows)
        first, second = (r[:n] for r in self._rows)
        self._rows = [r[n:] for r in self._rows]
        self._waiting = max(map(len, self._rows)) if n else self._waiting + len(values)
        if self._waiting > MOST_APART:
            self._rows[which] = self._rows[which][-len(values) :]
        return (first, second) if n else None
