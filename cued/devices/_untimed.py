"""Devices that send no time: the real rate, and two streams that are joined by counting.

Rules: nothing is given out before the rate is known, because everything behind counts samples with
it; that costs the first second. A rate close to one that was asked for is taken for that one (the
measurement is good to 1 %, an oscillator is better); a device with steps has the nearest step.
"""

from __future__ import annotations

from math import log

import numpy as np

from cued.model import Floats

MEASURE_S = 1.0
NEAR = 0.05
MOST_APART = 10  # samples; two streams of one chip that are further apart have lost some


class Rate:
    """Measures the rate at which samples arrive.

    likely : rates that the device may have; ``only``: it has no others.
    """

    def __init__(self, *likely: float, only: bool) -> None:
        self._likely = likely
        self._only = only
        self._from: float | None = None
        self._count = 0
        self._hz: float | None = None

    def feed(self, t: float, n: int) -> float | None:
        """Count ``n`` samples that arrived at ``t``; return the rate, Hz, once it is known."""
        if self._hz is not None:
            return self._hz
        if self._from is None:
            self._from = t  # the samples of this packet came before
            return None
        self._count += n
        if t - self._from < MEASURE_S:
            return None
        hz = self._count / (t - self._from)
        nearest = min(self._likely, key=lambda s: abs(log(s / hz)))
        self._hz = nearest if self._only or abs(log(nearest / hz)) < NEAR else hz
        return self._hz


class Zipped:
    """Joins two streams of one chip sample by sample."""

    def __init__(self) -> None:
        self._rows: list[Floats] = [np.empty((0, 3)), np.empty((0, 3))]

    def feed(self, which: int, values: Floats) -> tuple[Floats, Floats] | None:
        """Take (n, 3) samples of stream 0 or 1; return what is complete of both."""
        self._rows[which] = np.concatenate((self._rows[which], values))
        n = min(len(r) for r in self._rows)
        if max(len(r) for r in self._rows) - n > MOST_APART + len(values):
            longer = 0 if len(self._rows[0]) > n else 1
            self._rows[longer] = self._rows[longer][len(self._rows[longer]) - n - len(values) :]
        if not n:
            return None
        first, second = (r[:n] for r in self._rows)
        self._rows = [r[n:] for r in self._rows]
        return first, second
