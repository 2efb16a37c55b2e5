"""Footfalls and lifts of one leg from a sensor on its shank.

The shank swings about the knee as the sole does about the ankle, with two turning points in a
stride: lower end hindmost as the foot leaves, foremost as it lands (forward gait; the reverse
backward). So the method is that of ``swing.py``, and of Aminian et al. 2002
(10.1016/S0021-9290(02)00008-8), who put the contact at the dip of the rate after swing. The slow
part of stance serves as rest, and the contact is taken at the turning point itself.

Measured on two treadmill walks of one person (tripod, 3.0 and 4.4 km/h, mounting not given): 426
of 427 steady footfalls within 50 ms and none too many, after removing each sensor's constant
offset. That ranges from -117 to +63 ms and is due to the recording, since contacts and lifts share
it within 9 ms. So the spread (13-21 ms) is measured, the constant part of the timing is not.

Not validated: backward gait, running (a runner's shank has no slow stance to start from, so nothing
may be found), and direction, because no recording gives a shank's mounting; its log-odds follow
from mechanics: a swing moves the foot in the direction of travel. Mode goes by cadence alone.
"""

from __future__ import annotations

from cued.frames import GRAVITY_M_S2
from cued.gait.finding import Contact, Finding, Heading, LiftOff, Moving
from cued.gait.foot.gaps import Gaps, Sizes
from cued.gait.foot.mounting import Axis
from cued.gait.foot.swing import SwingCycle, SwingMoment
from cued.model import Block, Floats, Mode, Side

SLOW_RAD_S = 1.2  # tried on tripod's two walks
SLOW_ACC_M_S2 = 2.0  # as above
BACK_RAD = 0.03  # as above
LATE_S = 0.0  # the turning point itself
LIFT_LATE_S = 0.03  # gives contacts and lifts of tripod the same offset
ORDER_ODDS = 1.0  # from mechanics; not validated
STANDING_S = 1.5  # longer than a usual stance; chosen
WALKING_STRIDE_S = 0.95  # 126 steps a minute; people change to running at 135-140 ...
RUNNING_STRIDE_S = 0.80  # ... so 150 is running; in between it is unknown
# Confidence in the mode, low because other sensors know it better.
SURE: dict[Mode, float] = {"walking": 0.5, "running": 0.3, "unknown": 0.5}
RESTLESS = 150  # samples without a slow one that end standing


class Shank:
    """One shank's chain: blocks in, findings out."""

    def __init__(self, sensor: str, side: Side) -> None:
        self._sensor = sensor
        self._side: Side = side
        self._start()

    def _start(self) -> None:
        self._cycle = SwingCycle(BACK_RAD, LATE_S)
        self._axis = Axis()
        self._gaps = Gaps()
        self._sizes = Sizes()
        self._contact_t: float | None = None
        self._mode: Mode = "unknown"
        self._restless = 0  # samples since the last slow one

    def feed(self, block: Block) -> list[Finding]:
        """Process the next samples on the grid and return what they showed."""
        if block.fresh:
            self._start()
        if block.gyr is None:
            return []
        out: list[Finding] = []
        for part, gone in self._gaps.parts(block.ok):
            out += self._feed(block, block.gyr[part], part, gone)
        return out

    def _feed(self, block: Block, gyr: Floats, part: slice, gone: bool) -> list[Finding]:
        t, acc = block.t[part], block.acc[part]
        size, turn, jerk = self._sizes.feed(acc, gyr)
        if gone:
            self._axis.skip(t.size)
            rate, slow = [0.0] * t.size, [False] * t.size
        else:
            rate = gyr[:, 1].tolist() if block.oriented else self._axis.rate(gyr)
            slow = [
                rad_s < SLOW_RAD_S and abs(m_s2 - GRAVITY_M_S2) < SLOW_ACC_M_S2
                for rad_s, m_s2 in zip(turn, size, strict=True)
            ]
        out: list[Finding] = []
        for sample in zip(t.tolist(), rate, slow, jerk, strict=True):
            steps = self._cycle.feed(*sample)
            for step in steps if not gone else ():
                out += self._step(step, block.oriented)
            self._restless = 0 if sample[2] else self._restless + 1
            if self._restless == RESTLESS and self._mode == "standing":
                self._mode = "unknown"
                out.append(Moving(sample[0], sample[0], self._sensor, "unknown"))
        if gone:
            self._cycle.forget()
            self._contact_t, self._mode = None, "unknown"
        return out

    def _step(self, step: SwingMoment, oriented: bool) -> list[Finding]:
        sensor, t, at = self._sensor, step.t, step.at
        if step.kind == "lift":
            t = min(at, t + LIFT_LATE_S)
            return [LiftOff(t, at, sensor, self._side)]
        if step.kind == "rest":
            return self._rested(at)
        confidence = 0.9 if step.turned else 0.6
        self._mode = self._pace(t)
        self._contact_t = t
        out: list[Finding] = [
            Contact(t, at, sensor, self._side, confidence),
            Moving(t, at, sensor, self._mode, SURE[self._mode]),
        ]
        if oriented and step.clear:
            out.append(Heading(t, at, sensor, -ORDER_ODDS * step.sign))
        return out

    def _pace(self, t: float) -> Mode:
        """Return the mode according to the time since the last contact."""
        stride_s = t - self._contact_t if self._contact_t is not None else STANDING_S
        if stride_s > WALKING_STRIDE_S:
            return "walking"
        return "running" if stride_s < RUNNING_STRIDE_S else "unknown"

    def _rested(self, now: float) -> list[Finding]:
        late = self._contact_t is None or now - self._contact_t >= STANDING_S
        if not late or self._mode == "standing":
            return []
        self._mode = "standing"
        return [Moving(now, now, self._sensor, "standing")]
