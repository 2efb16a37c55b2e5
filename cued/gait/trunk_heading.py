"""Direction of walking from the trunk, step by step, and turns about the vertical.

In forward walking forward acceleration leads vertical acceleration by about 109 degrees at the
frequency of steps, in backward walking it trails by 57-105 (science.md 2.3). The sine of that
angle is, for one step, minus the correlation of the derivative of forward acceleration with
vertical acceleration, which needs neither a Fourier transform nor the exact step time. Log-odds
are a multiple of it.

Validity: walking only, because forward running looks like backward walking; known mounting only,
because a sensor worn back to front does too. Backward walking is checked on motion capture only.
"""

from __future__ import annotations

import math

from cued.signal.orientation import SLOT_S

GAIN = 3.0
MOST = 2.5

TURN_RAD_S = 0.7  # mean over a second; walking straight stays below 0.3 on Voisard
STRAIGHT_RAD_S = 0.35


class StepSums:
    """Products of one step's low-passed signals: d forward, d left, vertical."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin the next step."""
        self.fv = self.lv = self.ff = self.ll = self.vv = 0.0

    def values(self) -> tuple[float, float, float, float, float]:
        """All sums."""
        return (self.fv, self.lv, self.ff, self.ll, self.vv)


class Lead:
    """How forward and left lead vertical over the last two steps, each -1..1."""

    def __init__(self) -> None:
        self._before: tuple[float, ...] | None = None
        self.forward = 0.0
        self.left = 0.0

    def reset(self) -> None:
        """Forget the steps so far."""
        self._before = None

    def feed(self, sums: tuple[float, ...]) -> bool:
        """Take the sums of a step; False while there is only one."""
        before, self._before = self._before, sums
        if before is None:
            return False
        fv, lv, ff, ll, vv = (a + b for a, b in zip(before, sums, strict=True))
        size = math.sqrt((ff + ll) * vv)
        self.forward = -fv / size if size > 0.0 else 0.0
        self.left = -lv / size if size > 0.0 else 0.0
        return True

    @property
    def log_odds(self) -> float:
        """Evidence for forward walking."""
        return max(-MOST, min(MOST, GAIN * self.forward))


class Yaw:
    """Tells turns from the yaw of each slot."""

    def __init__(self) -> None:
        self.turning = False
        self.angle = 0.0
        self._before = 0.0

    def feed(self, yaw: float) -> bool:
        """Take the yaw of a slot, rad; True when turning began or ended."""
        second = yaw + self._before
        rate = second / (2.0 * SLOT_S)
        if self.turning:
            self.angle += yaw
            changed = abs(rate) < STRAIGHT_RAD_S
        else:
            changed = abs(rate) > TURN_RAD_S
            if changed:
                self.angle = second
        self._before = yaw
        if changed:
            self.turning = not self.turning
        return changed
