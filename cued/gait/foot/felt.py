"""How hard a segment's sensor is shaken: sizes of acceleration, turn rate and jerk."""

from __future__ import annotations

import numpy as np

from cued.model import Floats
from cued.signal.grid import DT_S


class Felt:
    """Takes the sizes of three vectors at once; a sample before the first one is like it."""

    def __init__(self) -> None:
        self._last: Floats | None = None

    def feed(self, acc: Floats, gyr: Floats) -> tuple[list[float], list[float], list[float]]:
        """Process (n, 3) rows and return sizes: m/s², rad/s and m/s³, each in a fixed order."""
        last = acc[0] if self._last is None else self._last
        self._last = acc[-1].copy()
        v: Floats = np.empty((3, 3, acc.shape[0]))  # kind, axis, sample
        v[0], v[1] = acc.T, gyr.T
        v[2, :, 0] = acc[0] - last
        v[2, :, 1:] = v[0, :, 1:] - v[0, :, :-1]
        v *= v
        size, turn, change = np.sqrt(v[:, 0] + v[:, 1] + v[:, 2])
        return size.tolist(), turn.tolist(), (change / DT_S).tolist()
