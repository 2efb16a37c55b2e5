"""Irregular samples of any rate onto one grid of 100 Hz that all sensors share.

Everything behind this module sees one rate and one set of times, so filters have fixed
coefficients, sensors can be compared sample by sample, and 25 Hz and 500 Hz devices give the same
footfalls. A grid value is the linear interpolation at its time, averaged over up to five points of
its 10 ms cell for devices faster than 100 Hz (a box filter against aliasing, symmetric, so without
shift). Delay: until the first sample after the cell's end, i.e. at most 5 ms + one sample period.

Rules: any split of the same samples gives bit-identical blocks; each grid value depends on the
samples around it and on nothing else. A hole longer than ``hole_s`` is bridged by interpolation
and marked not ok; one longer than ``RESTART_S`` starts afresh.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor

import numpy as np

from cued.model import Bools, Floats

RATE_HZ = 100.0
DT_S = 1.0 / RATE_HZ
TICK_DIGITS = 7  # times are rounded to 0.1 µs, so that one meant for a grid time is exactly on it
RESTART_S = 1.0  # after so long without data nothing is known any more


class Grid:
    """Resamples one stream of ``channels`` columns that arrives in pieces."""

    def __init__(self, rate_hz: float, channels: int) -> None:
        points = min(5, max(1, ceil(rate_hz / RATE_HZ - 0.05)))
        self._offsets: Floats = np.linspace(-0.5, 0.5, 2 * points + 1)[1::2] * DT_S
        self._hole_s = max(0.05, 2.5 / rate_hz)
        self._t: Floats = np.empty(0)
        self._x: Floats = np.empty((0, channels))
        self._ok: Bools = np.empty(0, dtype=bool)
        self._next = 0  # index of the next grid point to give
        self._fresh = True

    def feed(self, t: Floats, x: Floats, ok: Bools) -> list[tuple[Floats, Floats, Bools, bool]]:
        """Return the grid blocks that (n,) times, (n, channels) values and (n,) marks complete.

        Returns (times, values, ok, fresh) tuples, more than one only after a long hole. Samples
        that are not later than the last one are dropped.
        """
        t = t.round(TICK_DIGITS)
        last = float(self._t[-1]) if self._t.size else -np.inf
        if t.size and t[0] <= last:
            later = t > last
            t, x, ok = t[later], x[later], ok[later]
        if not t.size:
            return []
        gaps = t[1:] - t[:-1]
        if not gaps.size or gaps.max() <= RESTART_S:
            return self._join(t, x, ok)
        out: list[tuple[Floats, Floats, Bools, bool]] = []
        edges = [0, *(np.flatnonzero(gaps > RESTART_S) + 1), t.size]
        for start, end in pairwise(edges):
            out += self._join(t[start:end], x[start:end], ok[start:end])
        return out

    def _join(self, t: Floats, x: Floats, ok: Bools) -> list[tuple[Floats, Floats, Bools, bool]]:
        if not self._t.size or t[0] - self._t[-1] > RESTART_S:
            self._t, self._x, self._ok = t, x, ok
            self._next = ceil(round((t[0] - self._offsets[0]) / DT_S, 5))
            self._fresh = True
        else:
            self._t = np.concatenate((self._t, t))
            self._x = np.concatenate((self._x, x))
            self._ok = np.concatenate((self._ok, ok))
        times = self._complete()
        if not times.size:
            return []
        values, believed = self._interpolate(times)
        out = (times, values, believed, self._fresh)
        self._next, self._fresh = self._next + times.size, False
        after = float(times[-1]) + DT_S + float(self._offsets[0])
        before = int(np.searchsorted(self._t, after))
        keep = max(0, before - 2)
        self._t, self._x, self._ok = self._t[keep:], self._x[keep:], self._ok[keep:]
        return [out]

    def _complete(self) -> Floats:
        """Grid times whose whole cell lies between samples that are there."""
        last = float(self._t[-1])
        edge = float(self._offsets[-1])
        stop = max(self._next, floor((last - edge) / DT_S) + 2)
        while stop > self._next and round((stop - 1) * DT_S + edge, TICK_DIGITS) > last:
            stop -= 1
        times: Floats = np.arange(self._next, stop, dtype=np.int64).astype(np.float64) * DT_S
        return times.round(TICK_DIGITS)

    def _interpolate(self, times: Floats) -> tuple[Floats, Bools]:
        points = (times[:, None] + self._offsets).ravel().round(TICK_DIGITS)
        if self._t.size == 1:
            return np.repeat(self._x, times.size, axis=0), np.repeat(self._ok, times.size)
        # The last sample before the point, never one on it: whether the next one is there yet
        # must not matter. On a sample (part 1) its own value and mark hold, to the bit.
        left = self._t.searchsorted(points) - 1
        np.maximum(left, 0, out=left)
        t0, t1 = self._t[left], self._t[left + 1]
        gaps = t1 - t0
        part = np.maximum((points - t0) / gaps, 0.0)
        x0, x1 = self._x.take(left, axis=0), self._x.take(left + 1, axis=0)
        values = (1.0 - part)[:, None] * x0 + part[:, None] * x1
        if self._ok.all() and gaps.max() <= self._hole_s:
            ok: Bools = np.ones(points.size, dtype=np.bool_)
        else:
            first, last = part <= 0.0, part >= 1.0
            near: Bools = (gaps <= self._hole_s) | first | last
            ok = (self._ok[left] | last) & (self._ok[left + 1] | first) & near
        if self._offsets.size > 1:
            values = values.reshape(times.size, self._offsets.size, -1).mean(axis=1)
            ok = ok.reshape(times.size, -1).min(axis=1)
        return values, ok
