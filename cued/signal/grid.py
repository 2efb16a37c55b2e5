"""Resampling of irregular samples of any rate onto one 100 Hz grid that all sensors share.

All later stages see one rate and one set of times, so filters have fixed coefficients, sensors can
be compared sample by sample, and 25 Hz and 500 Hz devices give the same footfalls. A grid value is
the linear interpolation at its time, averaged over up to five points of its 10 ms cell for devices
faster than 100 Hz (a box filter against aliasing, symmetric, so without shift). Delay: until the
first sample after the cell's end, i.e. at most 5 ms + one sample period.

Rules: any split of the same samples gives bit-identical blocks; each grid value depends only on the
samples around it. A hole longer than ``hole_s`` is bridged by interpolation and marked not ok; one
longer than ``RESTART_S`` restarts the grid.
"""

from __future__ import annotations

from math import ceil, floor, inf

import numpy as np

from cued.model import Bools, Floats

RATE_HZ = 100.0  # docs/architecture.md, "One grid"
DT_S = 1.0 / RATE_HZ  # s
TICK_DIGITS = 7  # times are rounded to 0.1 µs, so that one meant for a grid time is exactly on it
SURELY = 1.0 - 1e-9  # rounding takes less from two good marks, a bad one 0.1 µs away more
RESTART_S = 1.0  # without data, after which the past says nothing


class Grid:
    """Resamples one stream of ``channels`` columns that arrives in pieces.

    >>> t = np.arange(3) / 50.0  # a sensor of 50 Hz
    >>> ((times, values, ok, fresh),) = Grid(50.0, 1).feed(t, 10.0 * t[:, None], t >= 0.0)
    >>> times.tolist(), values[:, 0].round(3).tolist()
    ([0.0, 0.01, 0.02, 0.03, 0.04], [0.0, 0.1, 0.2, 0.3, 0.4])
    """

    def __init__(self, rate_hz: float, channels: int) -> None:
        points = min(5, max(1, ceil(rate_hz / RATE_HZ - 0.05)))
        self._offsets: Floats = np.linspace(-0.5, 0.5, 2 * points + 1)[1::2] * DT_S
        self._edges = float(self._offsets[0]), float(self._offsets[-1])
        self._hole_s = max(0.05, 2.5 / rate_hz)
        self._rows: Floats = np.empty((0, channels + 2))  # time, values, 1 where ok
        self._last = -inf  # time of the last of them
        self._next = 0  # index of the next grid point to return
        self._fresh = True

    def feed(self, t: Floats, x: Floats, ok: Bools) -> list[tuple[Floats, Floats, Bools, bool]]:
        """Process (n,) times, (n, channels) values and (n,) marks; return the completed blocks.

        Blocks are (times, values, ok, fresh) tuples, more than one only after a long hole. Samples
        that are not later than the last one are dropped.
        """
        if not t.size:
            return []
        rows: Floats = np.empty((t.size, self._rows.shape[1]))
        t = t.round(TICK_DIGITS, out=rows[:, 0])
        rows[:, 1:-1], rows[:, -1] = x, ok
        if t[0] <= self._last:
            rows = rows[t > self._last]
            if not rows.shape[0]:
                return []
        if rows[-1, 0] - rows[0, 0] <= RESTART_S:
            return self._join(rows)
        edges = np.flatnonzero(np.diff(rows[:, 0]) > RESTART_S) + 1
        return [block for part in np.split(rows, edges) for block in self._join(part)]

    def _join(self, rows: Floats) -> list[tuple[Floats, Floats, Bools, bool]]:
        begins = float(rows[0, 0])
        if begins - self._last > RESTART_S:
            self._rows = rows
            self._next = ceil(round((begins - self._edges[0]) / DT_S, 5))
            self._fresh = True
        else:
            self._rows = np.concatenate((self._rows, rows))
        self._last = float(rows[-1, 0])
        first, stop = self._next, self._complete()
        if stop == first:
            return []
        times: Floats = np.arange(first, stop) / RATE_HZ
        values, ok = self._interpolate(times)
        out = (times, values, ok, self._fresh)
        self._next, self._fresh = stop, False
        return [out]

    def _complete(self) -> int:
        """Return the index after the last grid time whose whole cell lies between samples."""
        last, edge = self._last, self._edges[1]
        stop = max(self._next, floor((last - edge) / DT_S) + 2)
        while stop > self._next and round((stop - 1) * DT_S + edge, TICK_DIGITS) > last:
            stop -= 1
        return stop

    def _interpolate(self, times: Floats) -> tuple[Floats, Bools]:
        """Return values and marks at grid times; forget the samples that no later time needs.

        Marks are interpolated like values: 1 only between two good samples or exactly on one.
        """
        points, each = times, self._offsets.size
        if each > 1:
            points = (times[:, None] + self._offsets).ravel().round(TICK_DIGITS)
        if self._rows.shape[0] == 1:
            self._rows = np.repeat(self._rows, 2, axis=0)
            self._rows[0, 0] -= DT_S
        # The last sample before the point, never one on it, so that it does not matter whether the
        # next one has come. On a sample (part 1) its value and mark are used, to the bit.
        left = self._rows[1:, 0].searchsorted(points)
        rows, after = self._rows.take(left, axis=0), self._rows.take(left + 1, axis=0)
        self._rows = self._rows[left[-1] :]
        gaps = after[:, 0] - rows[:, 0]
        part = np.maximum((points - rows[:, 0]) / gaps, 0.0)
        if np.maximum.reduce(gaps) > self._hole_s:
            rows[(gaps > self._hole_s) & (part > 0.0) & (part < 1.0), -1] = 0.0
        rows *= (1.0 - part)[:, None]
        after *= part[:, None]
        rows += after
        if each > 1:
            rows = rows.reshape(times.size, each, -1).mean(axis=1)
        return rows[:, 1:-1], rows[:, -1] > SURELY
