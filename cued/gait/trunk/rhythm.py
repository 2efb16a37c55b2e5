"""Detection of missed steps.

Between two steps the slow part of vertical acceleration swings up and down once; if a step was
missed, twice. The number of swings follows from the size of the signal's changes relative to the
signal, so it is a check on the rhythm that is independent of contacts.

On 35 walks and 12 jogs the median is 0.8 to 1.4 swings a step, up to 1.7 where walks are slowed to
two fifths, because then the second harmonic passes the filter too. If every second step is left out
it is 2.0 to 2.5 throughout.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from cued.gait.trunk.waves import Sums

LATELY = 8  # steps
KNOWN = 4  # of them, before the rhythm may be in doubt
ONE = 1.75  # swings: no walk's usual step has more
LONG = 1.5  # times a short step among the latest: too long for one
GAPS = 3  # among the latest steps raise doubt


class RhythmCheck:
    """Counts swings step by step."""

    def __init__(self) -> None:
        self._last: tuple[int, Sums] | None = None
        self._steps: deque[tuple[int, float, bool]] = deque(maxlen=LATELY)  # samples, swings, gap

    @property
    def doubtful(self) -> bool:
        """Steps keep being missed, so pace and stride are not known."""
        if sum(gap for _, _, gap in self._steps) >= GAPS:
            return True
        return len(self._steps) >= KNOWN and median(swings for _, swings, _ in self._steps) > ONE

    def feed(self, k: int, sums: Sums) -> bool:
        """Process a step known at grid sample ``k``; return whether the one before was missed.

        sums : as for ``heading.Lead.feed``.
        """
        before, self._last = self._last, (k, sums)
        if before is None:
            return False
        vertical, changes = sums[4] - before[1][4], sums[6] - before[1][6]
        if vertical <= 0.0:
            return False
        took = k - before[0]
        swings = math.sqrt(changes / vertical) * took / math.tau
        short = sorted(n for n, _, _ in self._steps)[len(self._steps) // 4 :]
        gap = bool(short) and swings > ONE and took > LONG * short[0]
        self._steps.append((took, swings, gap))
        return gap
