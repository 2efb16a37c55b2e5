"""Joining of acceleration and angular rate that arrive separately, each with its own times.

Rules: the angular rate is interpolated at the times of the acceleration, so an acceleration waits
until the angular rate has caught up. Gaps of more than ``GAP_S`` are not bridged: the accelerations
in them are dropped, as are samples that have waited ``WAIT_S``. Any split of the same samples gives
the same rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cued.model import Floats

GAP_S = 0.1  # chosen: five samples at 50 Hz, over which a swing's angular rate is no longer linear
WAIT_S = 5.0  # chosen: a stream this far behind has been lost

Index = NDArray[np.intp]
Rows = list[tuple[Floats, Floats, Floats]]


class Pairing:
    """Joins two streams of three columns."""

    def __init__(self) -> None:
        self._t: tuple[Floats, Floats] = (np.empty(0), np.empty(0))
        self._v: tuple[Floats, Floats] = (np.empty((0, 3)), np.empty((0, 3)))

    def first(self, t: Floats, values: Floats) -> Rows:
        """Process accelerations (n,), (n, 3); return at most one finished (times, acc, gyr)."""
        ta, a = _joined(self._t[0], self._v[0], t, values)
        late = ta > ta[-1] - WAIT_S if ta.size else np.ones(0, dtype=bool)
        self._t, self._v = (ta[late], self._t[1]), (a[late], self._v[1])
        return self._ready()

    def second(self, t: Floats, values: Floats) -> Rows:
        """Process angular rates (n,), (n, 3); return at most one finished (times, acc, gyr)."""
        tg, g = _joined(self._t[1], self._v[1], t, values)
        late = tg > tg[-1] - WAIT_S if tg.size else np.ones(0, dtype=bool)
        self._t, self._v = (self._t[0], tg[late]), (self._v[0], g[late])
        return self._ready()

    def _ready(self) -> Rows:
        (ta, tg), (a, g) = self._t, self._v
        if not tg.size or not ta.size:
            return []
        n = int(np.searchsorted(ta, float(tg[-1]), side="right"))
        at, acc = ta[:n], a[:n]
        right: Index = np.minimum(np.searchsorted(tg, at), tg.size - 1)
        left: Index = np.where(tg[right] == at, right, right - 1)
        known = left >= 0
        known[known] = tg[right[known]] - tg[left[known]] <= GAP_S
        at, acc = at[known], acc[known]
        self._t, self._v = (ta[n:], tg), (a[n:], g)
        if not at.size:
            return []
        gyr = np.stack([np.interp(at, tg, g[:, i]) for i in range(3)], axis=1)
        keep = max(0, int(np.searchsorted(tg, float(at[-1]))) - 1)
        self._t, self._v = (ta[n:], tg[keep:]), (a[n:], g[keep:])
        return [(at, acc, gyr)]


def _joined(t: Floats, v: Floats, new_t: Floats, new_v: Floats) -> tuple[Floats, Floats]:
    if t.size and new_t.size:
        later = new_t > t[-1]
        new_t, new_v = new_t[later], new_v[later]
    return np.concatenate((t, new_t)), np.concatenate((v, new_v))
