"""Footfalls, lifts, direction and mode of one foot from a sensor on it.

Method: turning points of the sole's pitch angle and rests between them, ``foot_cycle.py``.

Follows the foot-gyroscope family of Falbriard et al. 2018 (10.3389/fphys.2018.00610) in resting on
the pitch rate, and Gottlieb et al. 2020 (10.3390/s20216331) in treating backward gait as heel-off
and toe-strike; deviates from both in that contact and lift are told apart by rest, not by
direction, so that nothing has to be known of direction beforehand.
"""

from __future__ import annotations

import numpy as np

from cued.frames import GRAVITY_M_S2
from cued.gait.finding import Contact, Finding, Heading, LiftOff, Moving, Travel
from cued.gait.foot_cycle import Cycle, Step
from cued.gait.foot_mounting import Axis
from cued.gait.trajectory import Leg, Path
from cued.model import Block, Floats, Mode, Side
from cued.signal.grid import DT_S

REST_RATE_RAD_S = 1.0
REST_ACC_M_S2 = 2.0
STRIDE_S = (0.35, 2.5)
LEFT = np.array((0.0, 1.0, 0.0))


def sizes(v: Floats) -> Floats:
    """Lengths of (n, 3) vectors, in a fixed order of operations."""
    x, y, z = v[:, 0], v[:, 1], v[:, 2]
    return np.sqrt(x * x + y * y + z * z)


class Foot:
    """One foot's chain: blocks in, findings out."""

    def __init__(self, sensor: str, side: Side) -> None:
        self._sensor = sensor
        self._side: Side = side
        self._start()

    def _start(self) -> None:
        self._cycle = Cycle()
        self._path = Path()
        self._axis = Axis()
        self._last_acc: Floats | None = None
        self._mode: Mode = "unknown"
        self._contact: Step | None = None  # the last one
        self._contact_t: float | None = None
        self._lift_t: float | None = None
        self._rest_n = -1  # sample of the last rest
        self._swings = 0  # contacts since then
        self._turned = 0.0

    def feed(self, block: Block) -> list[Finding]:
        """Take the next samples on the grid; give what they showed."""
        if block.fresh:
            self._start()
        if not block.t.size or block.gyr is None:
            return []
        out: list[Finding] = []
        jerk = self._jerk(block.acc)
        turn, off = sizes(block.gyr), np.abs(sizes(block.acc) - GRAVITY_M_S2)
        rest = (turn < REST_RATE_RAD_S) & (off < REST_ACC_M_S2)
        off = off / REST_ACC_M_S2
        self._path.feed(block.t, block.acc, block.gyr, turn * turn + off * off)
        rate = block.gyr[:, 1] if block.oriented else self._rate(block.gyr)
        for step in self._cycle.feed(block.t, rate, rest, jerk):
            out += self._step(step, block.oriented)
        return out

    def _jerk(self, acc: Floats) -> Floats:
        before = acc[:1] if self._last_acc is None else self._last_acc
        self._last_acc = acc[-1:].copy()
        return sizes(acc - np.concatenate((before, acc[:-1]))) / DT_S

    def _rate(self, gyr: Floats) -> Floats:
        parts: list[Floats] = []
        start = 0
        while start < gyr.shape[0]:
            piece = gyr[start : start + self._axis.room]
            axis = self._axis.axis
            if axis is None:
                parts.append(np.zeros(piece.shape[0]))
            else:
                parts.append(piece[:, 0] * axis[0] + piece[:, 1] * axis[1] + piece[:, 2] * axis[2])
            self._axis.feed(piece)
            start += piece.shape[0]
        return np.concatenate(parts)

    def _step(self, step: Step, oriented: bool) -> list[Finding]:
        sensor, side = self._sensor, self._side
        if step.kind == "rest":
            return self._rested(step, oriented)
        if step.kind == "lift":
            self._lift_t = step.t
            out: list[Finding] = [LiftOff(t=step.t, at=step.at, sensor=sensor, side=side)]
            if self._contact is not None and self._rest_n < self._contact.n:
                out += self._rested(step, oriented)
            return out
        out = [Contact(t=step.t, at=step.at, sensor=sensor, side=side)]
        out.append(Moving(t=step.t, at=step.at, sensor=sensor, mode=self._gait(step)))
        self._swings += 1
        self._contact_t = step.t
        self._contact = step
        return out

    def _rested(self, step: Step, oriented: bool) -> list[Finding]:
        left = LEFT if oriented else self._axis.axis
        if left is None:
            return []
        leg = self._path.rest(step.since, step.n, left)
        self._rest_n = step.n
        swings, self._swings = self._swings, 0
        return [] if leg is None else self._legs(leg, step, swings, oriented)

    def _legs(self, leg: Leg, step: Step, swings: int, oriented: bool) -> list[Finding]:
        out: list[Finding] = []
        if not 0.3 < leg.end_t - leg.start_t < 2.5 or (not swings and leg.length < 0.2):
            return []
        odds = max(-4.0, min(4.0, 8.0 * leg.forward))
        if abs(odds) >= 3:
            self._cycle.trust(-1 if odds > 0 else 1)
        if swings and self._contact is not None and self._contact.clear:
            odds += -1.5 * self._contact.sign
        if oriented:
            out.append(Heading(t=leg.end_t, at=step.at, sensor=self._sensor, log_odds=odds))
        if swings == 1:
            out.append(
                Travel(
                    t=leg.end_t,
                    at=step.at,
                    sensor=self._sensor,
                    side=self._side,
                    length_m=leg.length,
                    error_m=0.04,
                )
            )
        return out

    def _gait(self, step: Step) -> Mode:
        if self._contact_t is None or self._lift_t is None:
            return "walking"
        stride, stance = step.t - self._contact_t, self._lift_t - self._contact_t
        if not STRIDE_S[0] <= stride <= STRIDE_S[1] or not 0.0 < stance < stride:
            return "walking"
        return "running" if stance < 0.5 * stride else "walking"
