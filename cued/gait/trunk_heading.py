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

from cued.signal.orientation import Rows, Vector, plus, scaled

GAIN = 3.0
MOST = 2.5

AHEAD_FORGET = 0.25  # per half second
AHEAD_SURE = 0.3

TICK = 10  # grid samples
TICK_S = 0.1
TURN_TICKS = 6
TURN_RAD_S = 0.85
STRAIGHT_RAD_S = 0.5


class Lead:
    """How forward and left lead vertical over the last one or two of something, each -1..1."""

    def __init__(self) -> None:
        self._ends: list[tuple[float, ...]] = []
        self.forward = 0.0
        self.left = 0.0

    def reset(self) -> None:
        """Forget the steps so far."""
        self._ends = []

    def feed(self, sums: tuple[float, ...]) -> bool:
        """Take running sums at an end; False while there is no stretch yet.

        sums : of products of low-passed changes and values: change forward and left times upward,
        change forward squared, change left squared, upward squared.
        """
        self._ends = [*self._ends[-2:], sums]
        if len(self._ends) < 2:
            return False
        fv, lv, ff, ll, vv = (b - a for a, b in zip(self._ends[0], sums, strict=True))
        size = math.sqrt(max(0.0, (ff + ll) * vv))
        self.forward = -fv / size if size > 0.0 else 0.0
        self.left = -lv / size if size > 0.0 else 0.0
        return True

    @property
    def log_odds(self) -> float:
        """Evidence for forward walking."""
        return max(-MOST, min(MOST, GAIN * self.forward))


class Ahead:
    """Where forward acceleration leads vertical, as it does before contacts of forward walking.

    Walking backward, or a sensor of unknown mounting, turns it; timing of contacts follows it, so
    that one rule finds the contacts of all. It says nothing of direction.
    """

    def __init__(self) -> None:
        self._forward = self._left = 0.0
        self._any = False

    def feed(self, forward: float, left: float) -> None:
        """Take how forward and left led vertical over the last second, each -1..1."""
        k = AHEAD_FORGET if self._any else 1.0
        self._any = True
        self._forward += k * (forward - self._forward)
        self._left += k * (left - self._left)

    def along(self, rows: Rows, nominal: bool, share: float) -> Vector:
        """The direction in which acceleration jumps at contact, sensor axes.

        share : of the vertical, against 1 of the horizontal; vertical only while unknown.
        """
        ahead, left, up = rows
        if nominal:
            sign = -1.0 if self._forward > -AHEAD_SURE else 1.0
            return plus(scaled(up, share), ahead, sign)
        size = math.hypot(self._forward, self._left)
        if size < AHEAD_SURE:
            return up
        flat = plus(scaled(ahead, self._forward / size), left, self._left / size)
        return plus(scaled(up, share), flat, -1.0)


class Yaw:
    """Tells turns from the yaw of every tenth of a second, over ``TURN_S``.

    Pelvis rotation in walking swings at the frequency of strides and mostly averages out; it never
    reaches ``STRAIGHT_RAD_S`` for long on Voisard, Tripod and SisFall.
    """

    def __init__(self) -> None:
        self.turning = False
        self.angle = 0.0
        self._ends = [0.0] * (TURN_TICKS + 1)

    def feed(self, yaw: float) -> bool:
        """Take the yaw so far at the end of a tick, rad; True when turning began or ended."""
        if self.turning:
            self.angle += yaw - self._ends[-1]
        self._ends = [*self._ends[1:], yaw]
        lately = self._ends[-1] - self._ends[0]
        rate = abs(lately) / (TURN_TICKS * TICK_S)
        changed = rate < STRAIGHT_RAD_S if self.turning else rate > TURN_RAD_S
        if changed and not self.turning:
            self.angle = lately
        self.turning ^= changed
        return changed
