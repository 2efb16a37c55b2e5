"""Slow waves of strides and steps in a trunk's movement, whose phases give side and direction.

Low-passed at 1.6 Hz, or at 1.0 Hz on a slow belt, where a step's second harmonic would pass too.
They are needed only at contacts and at the ends of slots, so samples wait until then and are
filtered ten or more at a time. Sums are accumulated sample by sample, so any split of the same
samples gives the same ones.
"""

from __future__ import annotations

import numpy as np

from cued.gait.trunk.side import WAVE
from cued.model import Floats
from cued.signal.filters import Fir, lowpass
from cued.signal.orientation import Rows, Vector

USUAL = lowpass(1.6)  # Hz: passes steps and strides
SLOW = lowpass(1.0)  # of 40 to 100 steps a minute too; slowed walks do equally at 0.7 to 1.3 Hz
SUMS = 7  # products, as in ``Lead.feed``
Sums = tuple[float, ...]


class Waves:
    """Filters the samples and keeps the running sums for ``heading.Lead``."""

    def __init__(self) -> None:
        self._acc, self._gyr = Fir(USUAL), Fir(USUAL)
        self._waiting: list[tuple[Floats, Floats | None]] = []
        self._next = 0  # grid sample of the first one waiting
        self._totals = np.zeros(SUMS)
        self.acc: Floats = np.empty((0, 3))  # filtered, the last ``WAVE`` or more, sensor axes
        self.gyr: Floats | None = None

    @property
    def sums(self) -> Sums:
        """Running sums up to the last filtered sample."""
        return tuple(self._totals.tolist())

    def retune(self, *, slow: bool) -> None:
        """Switch to the filters for a slow belt, or to the usual ones."""
        for fir in (self._acc, self._gyr):
            fir.retune(SLOW if slow else USUAL)

    def feed(self, k: int, acc: Floats, gyr: Floats | None) -> None:
        """Queue samples from grid sample ``k`` on, (n, 3) in sensor axes."""
        if not self._waiting:
            self._next = k
        self._waiting.append((acc, gyr))

    def catch_up(self, k: int, rows: Rows, gravity: float) -> None:
        """Process the samples waiting before grid sample ``k``; gravity : mean force, m/s²."""
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
            turn = self._gyr.feed(gyr[:n])
            known = turn[:0] if self.gyr is None else self.gyr
            self.gyr = np.concatenate((known[-WAVE:], turn))
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
