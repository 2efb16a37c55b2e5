"""Direction of walking from the trunk, step by step, and turns about the vertical.

In forward walking, forward acceleration leads vertical acceleration by about 109 degrees at the
step frequency (81 to 180 seen in voisard and bandai); in backward walking it trails by 57-105 (six
acted walks of bandai). Sine and cosine of the lead over one step are correlations of the derivative
of forward acceleration with vertical acceleration and with its derivative, which needs neither a
Fourier transform nor the exact step time. Log-odds are a multiple of the cosine of the angle
between the lead and 115 degrees, which lies midway between the leads seen forward and the
opposites of those seen backward.

Forward running looks like backward walking, and a soft jog may be classed as walking. But a jog
moves up and down more than along: over a step its changes of forward acceleration are 0.2 to 0.77
of the vertical ones (SisFall, also slowed to half; 0.83 on alcantara), against 1.1 to 3.4 in five
of the six backward walks and 0.67 to 0.9 in the sixth, which bounces. Neither pace nor strength
changes that ratio. Evidence for backward with a ratio below ``FLAT`` is ``faint``.

Validity: walking only; known mounting only, because a sensor worn back to front also looks like
backward. Backward walking is checked on motion capture only.
"""

from __future__ import annotations

import math

from cued.signal.orientation import Rows, Vector, plus, scaled

FORWARD_RAD = math.radians(115.0)  # midway between the leads seen, see above
GAIN = 3.0  # log-odds at a cosine of 1; chosen
MOST = 2.5  # of one step: 12 to 1
LEAST = 0.4  # weaker is no evidence at all
FLAT = 0.85  # of the vertical changes; above the jogs', below the backward walks'

JOLT_FORGET = 0.25  # per half second
JOLT_SURE = 0.3  # of the lead; chosen

TICK = 10  # grid samples
SECOND = 10  # ticks
LATELY = 4  # ticks: 0.4 s
TURN_RAD = 0.9  # 52 degrees in a second; chosen
STRAIGHT_RAD = 0.22  # 13 degrees in ``LATELY`` ticks; chosen
BEGAN_S = 0.6  # before it is known
ENDED_S = 0.2  # before it is known


class Lead:
    """How far forward and left lead vertical over the last one or two stretches, e.g. steps.

    forward, left : sine of the lead times coherence, -1..1.  along : cosine for forward.
    """

    def __init__(self) -> None:
        self._ends: list[tuple[float, ...]] = []
        self._stretches = 1
        self.forward = self.left = self.along = self._flat = 0.0

    def reset(self, stretches: int = 1) -> None:
        """Forget the stretches so far; the next answer takes this many."""
        self._ends, self._stretches = [], stretches

    def shorten(self) -> None:
        """Forget the stretches before the one under way."""
        self._ends, self._stretches = self._ends[-1:], 1

    def feed(self, sums: tuple[float, ...]) -> bool:
        """Process running sums at the end of a stretch; return False while there are too few.

        sums : of products of low-passed signals (f forward, l left, v vertical, d their changes):
        df v, dl v, df df, dl dl, v v, df dv, dv dv.
        """
        self._ends = [*self._ends[-2:], sums]
        if len(self._ends) <= self._stretches:
            return False
        fv, lv, ff, ll, vv, fr, rr = (b - a for a, b in zip(self._ends[0], sums, strict=True))
        self.forward = -_share(fv, (ff + ll) * vv)
        self.left = -_share(lv, (ff + ll) * vv)
        self.along = _share(fr, (ff + ll) * rr)
        self._flat = math.sqrt(ff / rr) if rr > 0.0 else 0.0
        return True

    @property
    def log_odds(self) -> float:
        """Evidence for forward walking."""
        agreement = self.forward * math.sin(FORWARD_RAD) + self.along * math.cos(FORWARD_RAD)
        return max(-MOST, min(MOST, GAIN * agreement))

    @property
    def faint(self) -> bool:
        """Evidence for backward that a forward jog would also give."""
        return self.log_odds < 0.0 and self._flat < FLAT


def _share(product: float, squares: float) -> float:
    return product / math.sqrt(squares) if squares > 0.0 else 0.0


class JoltDirection:
    """The horizontal direction in which acceleration jumps at contact.

    It is where horizontal acceleration leads vertical, which depends on the direction of walking
    and the mounting. The network that finds contacts is given the acceleration along it, so that
    one network serves all. It is no evidence of the direction of walking.
    """

    def __init__(self) -> None:
        self._forward = self._left = 0.0
        self._any = False

    def feed(self, forward: float, left: float) -> None:
        """Process how far forward and left led vertical over the last second, each -1..1."""
        k = JOLT_FORGET if self._any else 1.0
        self._any = True
        self._forward += k * (forward - self._forward)
        self._left += k * (left - self._left)

    @property
    def reversed(self) -> bool:
        """Forward trails vertical, as in walking backward."""
        return self._forward < -JOLT_SURE

    def direction(self, rows: Rows, known: bool) -> Vector:
        """Return the direction in sensor axes, or zeros while it is unknown.

        known : the mounting is known, so the direction is forward or backward.
        """
        ahead, left, _ = rows
        if known:
            return scaled(ahead, 1.0 if self.reversed else -1.0)
        size = math.hypot(self._forward, self._left)
        if size < JOLT_SURE:
            return (0.0, 0.0, 0.0)
        return plus(scaled(ahead, -self._forward / size), left, -self._left / size)


class Yaw:
    """Detects turns from the yaw of every tenth of a second.

    A turn begins with ``TURN_RAD`` in a second and ends when the last 0.4 s hold little of it. The
    swing of the pelvis in every stride, however wide, comes back within the second.
    """

    def __init__(self) -> None:
        self.turning = False
        self.angle = 0.0
        self._ends = [0.0] * (SECOND + 1)

    def feed(self, yaw: float) -> bool:
        """Process the yaw at the end of a tick, rad; return whether turning began or ended."""
        if self.turning:
            self.angle += yaw - self._ends[-1]
        self._ends = [*self._ends[1:], yaw]
        second = yaw - self._ends[0]
        lately = yaw - self._ends[-1 - LATELY]
        changed = abs(lately) < STRAIGHT_RAD if self.turning else abs(second) > TURN_RAD
        if changed and not self.turning:
            self.angle = second
        elif changed:
            self._ends = [yaw] * (SECOND + 1)
        self.turning ^= changed
        return changed
