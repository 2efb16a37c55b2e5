"""Speed changes of a belt whose speed no source reports, as seen on the trunk.

A trunk that vaults over its legs as over inverted pendulums is accelerated upward by v²/leg: more
on a faster belt, but not more in longer strides at the same speed. Both change the stride time. So

* the belt changed if stride time and vertical acceleration moved in opposite directions: quicker
  steps and a livelier trunk, or slower steps and a quieter one;
* if the time alone changed, or the acceleration grew with it, the runner changed their stride;
* if the acceleration alone changed (a rail was grabbed), the belt did not, and comparing restarts.

The means of the last 5 to 20 strides are compared with those of all before. While a change is
likely but not certain, it is suspected and strides are not judged. What is seen and what is missed:
docs/coaching.md, measured by tests/belt/test_unreported.py.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from statistics import fmean, median

WINDOWS = (5, 8, 12, 20)  # strides
BEFORE = 8  # strides at least before a window, for the usual values
REMEMBERED = 150  # strides; chosen: nearly three minutes
LEAST_SPREAD = 0.05  # of acceleration; simulated trunks have 0.07-0.09
CERTAIN, LIKELY = 4.5, 2.5  # standard deviations
YOUNG = 4.0  # over the number of strides before: their spread is an estimate
LEAST_UP = 0.06  # half the effect of a speed change of 0.1 m/s
# Least change of pace, as a share of the change of acceleration. Acceleration grows as speed to the
# power 1.6 or more, and pace by half: a third. A smaller share is a wandering pace while a hand
# holds the rail.
LEAST_PACE = 0.12


class Unreported:
    """Follows stride time and vertical acceleration of one trunk."""

    def __init__(self) -> None:
        self.suspects = False
        self._strides: deque[tuple[float, float, float]] = deque(maxlen=REMEMBERED)

    def restart(self) -> None:
        """Forget the strides: later ones may not be comparable."""
        self.suspects = False
        self._strides.clear()

    @property
    def ready(self) -> bool:
        """Whether enough is known to see a change."""
        return len(self._strides) >= BEFORE

    def stride(self, t: float, stride_s: float, up_m_s2: float | None) -> float | None:
        """Process a stride; return when the belt changed, or None."""
        if not up_m_s2:  # no trunk sensor
            self.suspects = True
            return None
        self._strides.append((t, math.log(stride_s), math.log(up_m_s2)))
        strides, self.suspects = list(self._strides), False
        for n in WINDOWS:
            if len(strides) < n + BEFORE:
                break
            late = strides[-n:]
            score, together = _moved(strides[:-n], late)
            self.suspects |= together and score > LIKELY
            if score > CERTAIN and (together or n == WINDOWS[-1]):
                self.restart()
                self._strides.extend(late)
                return late[0][0] if together else None
        return None


def _moved(
    before: list[tuple[float, float, float]], late: list[tuple[float, float, float]]
) -> tuple[float, bool]:
    """Return the acceleration's change in deviations, and whether the pace changed with it."""
    up = fmean(u for _, _, u in late) - fmean(u for _, _, u in before)
    if abs(up) <= LEAST_UP:
        return 0.0, False
    pace = median(s for _, s, _ in before) - median(s for _, s, _ in late)
    wide = max(deviation([u for _, _, u in before]), LEAST_SPREAD) * (1.0 + YOUNG / len(before))
    score = abs(up) / (wide * math.sqrt(1.0 / len(late) + 1.0 / len(before)))
    together = up * pace > 0.0 and abs(pace) >= LEAST_PACE * abs(up)
    return score, together


def deviation(values: Collection[float]) -> float:
    """Return the standard deviation."""
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
