"""Direction of walking from the trunk, step by step, and turns about the vertical.

In forward walking forward acceleration leads vertical acceleration by about 109 degrees at the
frequency of steps (81 to 180 seen in voisard and bandai), in backward walking it trails by 57-105
(six acted walks of bandai). Sine and cosine of the lead are, for one step, correlations of the
derivative of forward acceleration with vertical acceleration and with its derivative, which needs
neither a Fourier transform nor the exact step time. Log-odds are a multiple of the cosine of the
angle between the lead and 115 degrees, which lies midway between what was seen backward, turned
round, and forward.

Forward running looks like backward walking, and a soft jog is taken for a walk. But a jog goes up
more than along: over a step its changes of forward acceleration are 0.2 to 0.77 of the vertical
ones (SisFall, also slowed to half; 0.83 on alcantara), those of five of the six backward walks 1.1
to 3.4, of the sixth, which bounces, 0.67 to 0.9. Neither pace nor strength changes that share.
Evidence for backward with less than ``FLAT`` of it is ``faint``.

Validity: walking only; known mounting only, because a sensor worn back to front looks like backward
too. Backward walking is checked on motion capture only.
"""

from __future__ import annotations

import math

from cued.signal.orientation import Rows, Vector, plus, scaled

FORWARD_RAD = math.radians(115.0)  # midway between what was seen, see above
GAIN = 3.0  # log-odds at a cosine of 1; chosen
MOST = 2.5  # of one step: 12 to 1
LEAST = 0.4  # weaker is no evidence at all
FLAT = 0.85  # of the vertical changes; above the jogs', below the backward walks'

AHEAD_FORGET = 0.25  # per half second
AHEAD_SURE = 0.3  # of the evidence; chosen

TICK = 10  # grid samples
SECOND = 10  # ticks
LATELY = 4  # ticks: 0.4 s
TURN_RAD = 0.9  # 52 degrees in a second; chosen
STRAIGHT_RAD = 0.22  # 13 degrees in ``LATELY`` ticks; chosen
BEGAN_S = 0.6  # before it is known
ENDED_S = 0.2  # before it is known


class Lead:
    """How forward and left lead vertical over the last one or two of something.

    forward, left : sine of the lead times coherence, -1..1.  along : cosine for forward.
    """

    def __init__(self) -> None:
        self._ends: list[tuple[float, ...]] = []
        self._stretches = 1
        self.forward = self.left = self.along = self._flat = 0.0

    def reset(self, stretches: int = 1) -> None:
        """Forget the stretches so far; answer again after as many."""
        self._ends, self._stretches = [], stretches

    def shorten(self) -> None:
        """Forget all but the latest end, so that the stretch under way is the first."""
        self._ends, self._stretches = self._ends[-1:], 1

    def feed(self, sums: tuple[float, ...]) -> bool:
        """Process running sums at an end and return False while there are too few.

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
        """Evidence for backward that a forward jog gives as well."""
        return self.log_odds < 0.0 and self._flat < FLAT


def _share(product: float, squares: float) -> float:
    return product / math.sqrt(squares) if squares > 0.0 else 0.0


class Ahead:
    """Where forward acceleration leads vertical, as it does before contacts of forward walking.

    Walking backward, or a sensor of unknown mounting, turns it; the network that finds contacts is
    shown the acceleration along it, so that one network finds the contacts of all. It says nothing
    of direction.
    """

    def __init__(self) -> None:
        self._forward = self._left = 0.0
        self._any = False

    def feed(self, forward: float, left: float) -> None:
        """Process how forward and left led vertical over the last second, each -1..1."""
        k = AHEAD_FORGET if self._any else 1.0
        self._any = True
        self._forward += k * (forward - self._forward)
        self._left += k * (left - self._left)

    @property
    def reversed(self) -> bool:
        """Forward trails vertical, as in walking backward."""
        return self._forward < -AHEAD_SURE

    def jolt(self, rows: Rows, nominal: bool) -> Vector:
        """Return the horizontal direction in which acceleration jumps at contact, sensor axes.

        Zeros while it is unknown.
        """
        ahead, left, _ = rows
        if nominal:
            return scaled(ahead, 1.0 if self.reversed else -1.0)
        size = math.hypot(self._forward, self._left)
        if size < AHEAD_SURE:
            return (0.0, 0.0, 0.0)
        return plus(scaled(ahead, -self._forward / size), left, -self._left / size)


class Yaw:
    """Detects turns from the yaw of every tenth of a second.

    A turn begins with ``TURN_RAD`` in a second and ends when the last 0.4 s hold little of it. A
    pelvis that swings with every stride comes back within the second, however far it swings.
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
