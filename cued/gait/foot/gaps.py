"""Gaps in a sensor's samples, and the sizes of acceleration, turn rate and jerk.

A clipped impact or a lost packet is bridged: the grid interpolates, turn rates hardly suffer, and
a footfall must not be lost over it. After ``BRIDGE`` samples in a row that are not ok, none is
used until the next good one. This does not depend on how the samples were split.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cued.model import Bools, Floats
from cued.signal.grid import DT_S

BRIDGE = 12  # samples: a packet of ten and its edges


class Gaps:
    """Cuts a segment's blocks into usable parts and gaps."""

    def __init__(self) -> None:
        self._missing = 0  # samples in a row that are not ok

    def parts(self, ok: Bools) -> list[tuple[slice, bool]]:
        """Return the parts of the next samples, each with True if it is a gap."""
        n = ok.shape[0]
        if not n:
            return []
        if not self._missing and np.count_nonzero(ok) == n:
            return [(slice(0, n), False)]
        gone: list[bool] = []
        for good in ok.tolist():
            self._missing = 0 if good else self._missing + 1
            gone.append(self._missing > BRIDGE)
        cuts = [0, *(i for i in range(1, n) if gone[i] != gone[i - 1]), n]
        return [(slice(a, b), gone[a]) for a, b in pairwise(cuts)]


class Sizes:
    """Computes the sizes of three vectors at once; the jerk of the first sample is 0."""

    def __init__(self) -> None:
        self._last: Floats | None = None

    def feed(self, acc: Floats, gyr: Floats) -> tuple[list[float], list[float], list[float]]:
        """Process (n, 3) rows; return the sizes of acceleration, turn rate and jerk, SI units."""
        last = acc[0] if self._last is None else self._last
        self._last = acc[-1].copy()
        v: Floats = np.empty((3, 3, acc.shape[0]))  # kind, axis, sample
        v[0], v[1] = acc.T, gyr.T
        v[2, :, 0] = acc[0] - last
        v[2, :, 1:] = v[0, :, 1:] - v[0, :, :-1]
        v *= v
        size, turn, change = np.sqrt(v[:, 0] + v[:, 1] + v[:, 2])  # in this order, for any split
        return size.tolist(), turn.tolist(), (change / DT_S).tolist()
