"""Reports of one level as running sums: mean and spread of any stretch for a few subtractions.

Reports need not be independent: some consoles send each value of their sensor several times, and a
real belt wanders. How long a value lasts (``Stretch.run``) is 1 / (1 - r), of the correlation r of
each report with the one before; means of such reports scatter by sqrt((1 + r) / (1 - r)) more, as
of a first-order autoregression.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from itertools import islice, pairwise

from msgspec import Struct

LEAST_APART = 0.02  # 1 - r: a correlation of more than 0.98 is not told from one
SAME = 1e-12  # variance of numbers alike, but for rounding
TAIL = 1e-3  # below that Bennett's bound is the even one, and is computed from too small numbers
SURE = 1.0  # standard errors of r, which is 0 with independent reports, that count as none


class Stretch(Struct, frozen=True):
    """What is known of some reports in a row.

    run : reports that one value lasts; 1 where they are independent.
    """

    mean: float
    deviation: float
    skewness: float = 0.0
    run: float = 1.0

    @property
    def scatter(self) -> float:
        """The deviation that independent reports have whose means scatter as much as these."""
        return self.deviation * math.sqrt(2.0 * self.run - 1.0)

    @property
    def third(self) -> float:
        """The third central moment."""
        return self.skewness * self.deviation**3

    def evenly(self, away: float) -> float:
        """Return how many deviations off would be as unlikely in reports that scatter evenly.

        Some in a row are often far off on the side of a long tail (Bennett 1962,
        10.1080/01621459.1962.10482149): a digit that flickers in 2 % of reports flickers twice in
        8 of them once in a hundred.

        away : deviations from the mean.
        """
        tail = away * self.skewness
        if tail <= TAIL:
            return abs(away)
        return abs(away) * math.sqrt(2.0 * ((1.0 + tail) * math.log1p(tail) - tail)) / tail


class Reports:
    """The latest reports of a level, at most so many."""

    def __init__(self, values: Sequence[float], most: int) -> None:
        self._origin = self._last = values[0]
        # Before each report and after the last: sums of d, d², d³ and d times the one before.
        self._sums: deque[tuple[float, float, float, float]] = deque(maxlen=most + 1)
        self._sums.append((0.0, 0.0, 0.0, 0.0))
        for value in values:
            self.add(value)

    def __len__(self) -> int:
        """Count the reports."""
        return len(self._sums) - 1

    def add(self, value: float) -> None:
        """Add a report."""
        d, before = value - self._origin, self._last - self._origin
        one, two, three, beside = self._sums[-1]
        self._sums.append((one + d, two + d * d, three + d**3, beside + d * before))
        self._last = value

    @property
    def mean(self) -> float:
        """The mean of all."""
        return self._origin + (self._sums[-1][0] - self._sums[0][0]) / len(self)

    def late(self, k: int) -> float:
        """Return the mean of the last ``k``."""
        return self._origin + (self._sums[-1][0] - self._sums[-1 - k][0]) / k

    def last(self, k: int) -> list[float]:
        """Return the last ``k`` themselves."""
        ends = pairwise(sums[0] for sums in islice(self._sums, len(self._sums) - 1 - k, None))
        return [self._origin + after - before for before, after in ends]

    def before(self, k: int) -> Stretch:
        """Return what is known of all but the last ``k``."""
        return self._stretch(0, len(self) - k)

    def apart(self, k: int) -> Stretch:
        """Return the same with the scatter of the last ``k`` about their own mean in it."""
        n = len(self) - k
        before, late = self._stretch(0, n), self._stretch(n, n + k)
        variance = _pooled(n, before.deviation**2, k, late.deviation**2)
        if variance < SAME:
            return before
        third = _pooled(n, before.third, k, late.third)
        return Stretch(before.mean, math.sqrt(variance), third / variance**1.5, before.run)

    def _stretch(self, first: int, end: int) -> Stretch:
        n = end - first
        ends = zip(self._sums[end], self._sums[first], strict=True)
        one, two, three, beside = ((late - early) / n for late, early in ends)
        variance = max(0.0, two - one * one)
        if variance < SAME:
            return Stretch(self._origin + one, 0.0)
        third = three - 3.0 * one * two + 2.0 * one**3
        r = (beside - one * one) / variance - SURE / math.sqrt(n)
        run = 1.0 / (1.0 - max(0.0, min(1.0 - LEAST_APART, r)))
        return Stretch(self._origin + one, math.sqrt(variance), third / variance**1.5, run)


def _pooled(n: int, a: float, k: int, b: float) -> float:
    return (n * a + k * b) / (n + k)
