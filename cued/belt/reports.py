"""Reports of one level as running sums: mean and spread of any stretch by a few subtractions.

Reports need not be independent: some consoles send each value of their sensor several times, and a
real belt wanders. With the correlation r of each report with the one before, a value lasts for
1 / (1 - r) reports (``Stretch.run``), and means scatter by sqrt((1 + r) / (1 - r)) more, as in a
first-order autoregression.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from itertools import islice, pairwise

from msgspec import Struct

LEAST_APART = 0.02  # 1 - r: a correlation of more than 0.98 cannot be distinguished from 1
SAME = 1e-12  # variance of equal numbers, due to rounding
TAIL = 1e-3  # below that Bennett's bound is the symmetric one, and loses its digits
SURE = 1.0  # standard errors subtracted from r, which is 0 if reports are independent


class Stretch(Struct, frozen=True):
    """Statistics of consecutive reports.

    run : number of reports for which a value lasts; 1 if they are independent.
    """

    mean: float
    deviation: float
    skewness: float = 0.0
    run: float = 1.0

    @property
    def scatter(self) -> float:
        """The deviation of independent reports whose means would scatter as much."""
        return self.deviation * math.sqrt(2.0 * self.run - 1.0)

    @property
    def third(self) -> float:
        """The third central moment."""
        return self.skewness * self.deviation**3

    def symmetric(self, away: float) -> float:
        """Return the number of deviations that is as unlikely in a symmetric distribution.

        Several in a row are often far off on the side of a long tail (Bennett 1962,
        10.1080/01621459.1962.10482149): a digit that flickers in 2 % of reports flickers twice
        among 8 of them in one case of a hundred.

        away : deviations from the mean.
        """
        tail = away * self.skewness
        if tail <= TAIL:
            return abs(away)
        return abs(away) * math.sqrt(2.0 * ((1.0 + tail) * math.log1p(tail) - tail)) / tail


class Reports:
    """The latest reports of a level, at most ``most``."""

    def __init__(self, values: Sequence[float], most: int) -> None:
        self._origin = self._last = values[0]
        # Before each report and after the last: sums of d, d², d³ and d times the d before.
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
        one, two, three, lagged = self._sums[-1]
        self._sums.append((one + d, two + d * d, three + d**3, lagged + d * before))
        self._last = value

    @property
    def mean(self) -> float:
        """The mean of all reports."""
        return self._origin + (self._sums[-1][0] - self._sums[0][0]) / len(self)

    def late(self, k: int) -> float:
        """Return the mean of the last ``k``."""
        return self._origin + (self._sums[-1][0] - self._sums[-1 - k][0]) / k

    def last(self, k: int) -> list[float]:
        """Return the last ``k`` reports."""
        ends = pairwise(sums[0] for sums in islice(self._sums, len(self._sums) - 1 - k, None))
        return [self._origin + after - before for before, after in ends]

    def before(self, k: int) -> Stretch:
        """Return the statistics of all but the last ``k``."""
        return self._stretch(0, len(self) - k)

    def pooled(self, k: int) -> Stretch:
        """Return the same, with the last ``k`` pooled into the scatter, about their own mean."""
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
        one, two, three, lagged = ((late - early) / n for late, early in ends)
        variance = max(0.0, two - one * one)
        if variance < SAME:
            return Stretch(self._origin + one, 0.0)
        third = three - 3.0 * one * two + 2.0 * one**3
        r = (lagged - one * one) / variance - SURE / math.sqrt(n)
        run = 1.0 / (1.0 - max(0.0, min(1.0 - LEAST_APART, r)))
        return Stretch(self._origin + one, math.sqrt(variance), third / variance**1.5, run)


def _pooled(n: int, a: float, k: int, b: float) -> float:
    return (n * a + k * b) / (n + k)
