"""Which samples can be believed: gaps, NaN, saturation and flat lines.

Rules: a sample that is not finite is dropped (a hole, which the grid marks); one that is finite
but not believable stays in place and is marked. Marks come from run lengths, so they start at the
sample at which the run becomes unbelievable, and any split of the samples gives the same marks.

* saturated: the same large value on one axis three times running. Real movement peaks once; a
  clipped peak repeats the range's end.
* flat: all axes exactly unchanged for 0.2 s. Even a sensor on a table shows noise in its last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cued.model import Bools, Floats

SATURATED_RUN = 3  # samples at the range's end in a row
SATURATED_ACC_M_S2 = 18.0  # the smallest common range, 2 g, less its tolerance
FLAT_S = 0.2  # chosen; noise changes the last digit of most sensors sooner


class Quality:
    """Marks the samples of one stream."""

    def __init__(self, rate_hz: float) -> None:
        self._flat_run = max(3, round(FLAT_S * rate_hz))
        self._last: Floats | None = None
        self._runs = np.zeros(3, dtype=np.int64)

    def feed(self, acc: Floats) -> Bools:
        """Mark (n, 3) finite accelerations: True where believable."""
        n = acc.shape[0]
        if not n:
            return np.empty(0, dtype=np.bool_)
        before = acc[:1] + 1.0 if self._last is None else self._last
        known = np.concatenate((before, acc))
        same: Bools = known[1:] == known[:-1]
        self._last = known[-1:]
        if not np.count_nonzero(same):
            self._runs[:] = 0
            return np.isfinite(acc[:, 0])  # all of them: dropped before
        runs = self._run_lengths(same)
        saturated: Bools = (runs >= SATURATED_RUN - 1) & (np.abs(acc) >= SATURATED_ACC_M_S2)
        flat: Bools = runs.min(axis=1) >= self._flat_run - 1
        clipped: Bools = saturated[:, 0] | saturated[:, 1] | saturated[:, 2]
        good: Bools = np.logical_not(clipped | flat)
        return good

    def _run_lengths(self, same: Bools) -> NDArray[np.int64]:
        """How many samples before each one had its value already, per axis."""
        n = same.shape[0]
        index: NDArray[np.int64] = np.arange(1, n + 1, dtype=np.int64)[:, None]
        breaks: NDArray[np.int64] = np.maximum.accumulate(np.where(same, 0, index), axis=0)
        runs: NDArray[np.int64] = np.where(breaks == 0, index + self._runs, index - breaks)
        self._runs = runs[-1].copy()
        return runs
