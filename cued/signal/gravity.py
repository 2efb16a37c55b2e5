"""Whether a sensor's acceleration has gravity in it, in m/s².

Over many strides movement averages out and gravity is left, however the sensor is worn: the mean
vector over 20 s was 9.3 to 17.8 m/s² (a foot's swing adds to it) in 490 windows of the recordings
at hand. It is about 1 in units of g, and at most 2.0 where a phone has removed gravity. Steps,
falls and posture cannot be judged from such samples, so a person is told.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from cued.model import Block, Notice
from cued.signal.losses import spoken

WINDOW_S = 20.0  # some twenty strides
WITHIN_M_S2 = (4.0, 30.0)  # of the mean vector; chosen, far from all measured
IN_G = (0.8, 1.4)  # gravity in g, as uneven as above
WINDOWS = 2  # in a row: lying down or a fall turns gravity within one at most
LEAST_SAMPLES = 500  # on the grid: a quarter of a window


class Gravity:
    """Watches the mean acceleration of one sensor."""

    def __init__(self) -> None:
        self._end: float | None = None  # of the window
        self._sum = np.zeros(3)
        self._count = 0
        self._odd = 0
        self._reported = False

    def feed(self, block: Block) -> list[Notice]:
        """Return a notice if this block shows that gravity is missing, or there again."""
        if not block.t.size:
            return []
        if self._end is None or block.fresh:
            self._begin(float(block.t[0]))
        out: list[Notice] = []
        first = 0
        while self._end is not None and block.t[-1] >= self._end:
            cut = int(np.searchsorted(block.t, self._end))  # so that packets of any size agree
            self._add(block, first, cut)
            out += self._judged(self._end, block)
            self._begin(self._end)
            first = cut
        self._add(block, first, block.t.size)
        return out

    def _begin(self, t: float) -> None:
        self._end, self._count = t + WINDOW_S, 0
        self._sum[:] = 0.0

    def _add(self, block: Block, first: int, end: int) -> None:
        good = block.ok[first:end]
        self._sum += np.add.reduce(block.acc[first:end][good])
        self._count += np.count_nonzero(good)

    def _judged(self, t: float, block: Block) -> list[Notice]:
        if self._count < LEAST_SAMPLES:
            return []
        mean = sqrt(float(self._sum @ self._sum)) / self._count
        low, high = WITHIN_M_S2
        self._odd = 0 if low <= mean <= high else self._odd + 1
        missed = self._odd >= WINDOWS or (self._reported and self._odd > 0)
        if missed == self._reported:
            return []
        self._reported = missed
        text = f"the acceleration from the {spoken(block.placement)} averages {mean:.1f} m/s²"
        if not missed:
            return [Notice(t=t, level="info", code="gravity", text=text, sensor=block.sensor)]
        unit = "it seems to be in g" if IN_G[0] <= mean <= IN_G[1] else "gravity is missing"
        text += f", not 9.8: {unit if mean < low else 'wrong unit'}"
        return [Notice(t=t, level="warning", code="no_gravity", text=text, sensor=block.sensor)]
