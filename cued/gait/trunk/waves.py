"""The slow waves of strides and steps in a trunk's movement, whose phases tell sides and direction.

Low-passed at 1.6 Hz, on a slow belt at 1.0 Hz, where a step's second harmonic would pass as well.
They are asked for where a foot touches and at the ends of slots only, so samples wait until then
and go through the filters some ten or more at a time. Sums run on from sample to sample, one number
after the other, so any split of the same samples gives the same ones.
"""

from __future__ import annotations

import numpy as np

from cued.gait.trunk.side import WAVE
from cued.model import Floats
from cued.signal.filters import Fir, lowpass
from cued.signal.orientation import Rows, Vector

USUAL = lowpass(1.6)  # Hz: leaves steps and strides
SLOW = lowpass(1.0)  # of 40 to 100 steps a minute too; from 0.7 to 1.3 Hz slowed walks do alike
SUMS = 7  # products, as ``Lead.feed`` takes them
Sums = tuple[float, ...]


class Waves:
    """Filters, and the running sums that ``heading.Lead`` is fed with."""

    def __init__(self) -> None:
        self._acc, self._gyr = Fir(USUAL), Fir(USUAL)
        self._waiting: list[tuple[Floats, Floats | None]] = []
        self._next = 0  # grid sample of the first that waits
        self._totals = np.zeros(SUMS)
        self.acc: Floats = np.empty((0, 3))  # the last second and a bit, sensor axes
        self.gyr: Floats | None = None

    @property
    def sums(self) -> Sums:
        """Running sums up to the last sample that was caught up with."""
        return tuple(self._totals.tolist())

    def retune(self, *, slow: bool) -> None:
        """Go on with the filters for a slow belt, or the usual ones."""
        for fir in (self._acc, self._gyr):
            fir.retune(SLOW if slow else USUAL)

    def feed(self, k: int, acc: Floats, gyr: Floats | None) -> None:
        """Note samples from grid sample ``k`` on, (n, 3) in sensor axes."""
        if not self._waiting:
            self._next = k
        self._waiting.append((acc, gyr))

    def catch_up(self, k: int, rows: Rows, gravity: float) -> None:
        """Process what waits before grid sample ``k``; gravity : mean force felt, m/s²."""
        n = k - self._next
        if n <= 0:
            return
        acc = np.concatenate([a for a, _ in self._waiting])
        turns = [g for _, g in self._waiting if g is not None]
        gyr = np.concatenate(turns) if turns else None
        rest = (acc[n:], None if gyr is None else gyr[n:])
        self._waiting, self._next = [rest] if rest[0].size else [], k
        slow = self._acc.feed(acc[:n])
        self.acc = np.concatenate(((self.acc if self.acc.size else slow[:1])[-WAVE:], slow))
        if gyr is not None:
            turned = self._gyr.feed(gyr[:n])
            known = turned[:0] if self.gyr is None else self.gyr
            self.gyr = np.concatenate((known[-WAVE:], turned))
        self._accumulate(slow - self.acc[-n - 1 : -1], along(slow, rows[2]) - gravity, rows)

    def _accumulate(self, change: Floats, up: Floats, rows: Rows) -> None:
        forward, left, rising = (along(change, row) for row in rows)
        totals = np.empty((SUMS, up.size + 1))
        totals[:, 0] = self._totals
        totals[0, 1:] = forward * up
        totals[1, 1:] = left * up
        totals[2, 1:] = forward * forward
        totals[3, 1:] = left * left
        totals[4, 1:] = up * up
        totals[5, 1:] = forward * rising
        totals[6, 1:] = rising * rising
        self._totals = np.add.accumulate(totals, axis=1)[:, -1]


def along(x: Floats, v: Vector) -> Floats:
    """Project (n, 3) on a direction, in a fixed order of operations."""
    return v[0] * x[:, 0] + v[1] * x[:, 1] + v[2] * x[:, 2]
