"""Whether the last tenth of a second is movement of a body, or that of a broken sensor.

A descent is smooth. Where neighbouring samples differ as much as distant ones, they are noise about
a value at which the sensor hangs; a leap from one sample to the next is a spike, or the moment at
which it began to hang; and no trunk turns as fast as a gyroscope at the end of its range.

Limits found on the 138 falls of 13 people of SisFall at the moment at which they are reported:
there whiteness is 0.38 at most, a leap 16 m/s² or 1.7 rad/s, and the turn rate 5.7 rad/s. Only the
turn rate is limited in an impact too: it stays above 15 rad/s for five samples at most. Valid from
about 80 Hz on: between a slower sensor's samples the grid is smooth even where they are noise.
"""

from __future__ import annotations

import numpy as np

from cued.frames import GRAVITY_M_S2
from cued.model import Block, Floats

SAMPLES = 12  # chosen: less than the time in which a false descent adds up
WHITE = 0.5  # noise: 0.6 and more
LEAP = (28.0, 3.0)  # m/s², rad/s; as above, with a margin
TURN_RAD_S = 15.0  # as above
REST = (1.5, 0.3)  # m/s² from gravity, rad/s; chosen: more than most offsets


class Recent:
    """Keeps the last samples of one sensor."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the samples, as after a gap."""
        self._blocks: list[Block] = []  # the present one, and those that still matter before it

    def feed(self, block: Block) -> None:
        """Keep the next samples, which are looked at only when a fall seems possible."""
        self._blocks.append(block)
        while sum(b.t.size for b in self._blocks[1:-1]) >= SAMPLES:
            self._blocks.pop(0)

    def _until(self, i: int) -> tuple[Floats, Floats]:
        """Return the last accelerations and turn rates up to the present block's sample ``i``.

        A turn rate that is not measured counts as none.
        """
        end = sum(b.t.size for b in self._blocks[:-1]) + i + 1
        last = slice(max(0, end - SAMPLES), end)
        turns = [np.zeros_like(b.acc) if b.gyr is None else b.gyr for b in self._blocks]
        return np.concatenate([b.acc for b in self._blocks])[last], np.concatenate(turns)[last]

    def noise(self, i: int) -> bool:
        """Return whether the samples up to the block's ``i``-th are noise."""
        return any(whiteness(x) > WHITE for x in self._until(i))

    def _resting(self, i: int) -> bool:
        """Return whether a body at rest would give the samples up to the block's ``i``-th."""
        acc, gyr = (_size(x.mean(axis=0)) for x in self._until(i))
        return abs(acc - GRAVITY_M_S2) < REST[0] and gyr < REST[1]

    def broken(self, i: int) -> bool:
        """Return whether the samples up to the block's ``i``-th can be no body's."""
        return self.spins(i) or (self.noise(i) and not self._resting(i))

    def spins(self, i: int) -> bool:
        """Return whether the samples up to the block's ``i``-th all turn too fast."""
        gyr = self._until(i)[1]
        return float((gyr * gyr).sum(axis=1).min()) > TURN_RAD_S**2

    def leaps(self, i: int) -> bool:
        """Return whether there is a leap between two of the samples up to the block's ``i``-th."""
        parts = zip(self._until(i), LEAP, strict=True)
        return any((np.diff(x, axis=0) ** 2).sum(axis=1).max(initial=0.0) > y**2 for x, y in parts)


def whiteness(x: Floats) -> float:
    """Return how much neighbours of (n, 3) samples differ, over how much all do: 1 for noise."""
    apart, spread = np.diff(x, axis=0), x - x.mean(axis=0)
    return float((apart * apart).sum()) / 2.0 / max(float((spread * spread).sum()), 1e-12)


def _size(x: Floats) -> float:
    return float((x * x).sum()) ** 0.5
