"""Footfalls, lifts, direction, mode and strides of one foot from a sensor on it.

Methods
-------
* Contacts and lifts: turning points of the sole's pitch angle and the rests between them
  (``swing.py``). The turn rate that counts as rest follows the wearer's pace (``SwingPace``). Uses
  the pitch rate as Falbriard et al. 2018 (10.3389/fphys.2018.00610) do, and treats backward gait
  as heel-off and toe-strike as Gottlieb et al. 2020 (10.3390/s20216331) do. Unlike both, it
  distinguishes lift from contact by rest and not by direction, so the direction need not be known
  beforehand. A given axis that is 14 to 45 degrees off that of the swings is corrected to it.
* Direction and stride length: the foot's path between two rests (``trajectory.py``), the direction
  backed by the order of the turning points. The same on a belt as over ground.
* Mode: the share of the stride spent on the ground, and its duration (``mode.py``).

Without a known mounting the left axis is found from the swings (``mounting.py``); footfalls and
stride lengths are as good from the second stride on, but no direction is given. A mounting that
contradicts gravity or the swings is reported as doubtful and gives no direction either; one turned
90 degrees about the vertical also spoils the footfalls. A back-to-front mounting is suspected after
eight strides (noticed in 51 of 54 forward walks of tripod, gottlieb and voisard and in one of two
backward ones, never on a correct one), but nothing is withheld on that suspicion.

Without turn rates nothing is found: rules tried on acceleration alone ranged from F1 0.0 to 0.99,
depending on person, sensor and belt.

Short gaps are bridged (``gaps.py``); longer ones give no findings until the first full stance
after them.

Measured (steady gait, one to one within 50 ms; tests/gait/foot/test_foot_recordings.py)
----------------------------------------------------------------------------------------
* gottlieb, backward on a treadmill, toe or heel sensor alone: F1 1.000, spread 11 and 8 ms;
  forward: 1.000, 4 and 8 ms; after removing the markers' constant lead of 32-46 ms. Backward and
  forward have the same lead within 10 ms, so no correction depends on the direction.
* tripod, forward on a treadmill: F1 1.000, spread 13 ms, after removing each sensor's constant
  offset of -35 to +30 ms; lifts are shifted equally, so the recording's clock is off. Without that
  correction: 0.952.
* voisard, over ground, nothing removed: F1 0.993, bias -6 ms, spread 9 ms, leaving out four of 24
  walks in which sensors lost samples (their strides come up to 13 % faster than the truth's).
* A contact is known 20 ms (median) after it; 25 ms at p95 in mid-walk, 130 ms at the last step.
* 25 or 50 samples a second, timestamps 4 ms off, 2 % of packets lost: F1 0.98 and more.
* Direction: right on every stride of gottlieb, tripod and the motion-captured walks and runs
  (bandai) except one clip whose virtual feet jump; 99 % on voisard, where the rest are small steps
  as people come to a stop.
* Stride length: pyshoe walks and jogs -4 to +5 cm, spread 1-5 cm; tripod -2 to -3 cm, spread 4.

Not validated: the timing of contacts in running (no recording has it for a foot), and running
backward (only a simulated walker).
"""

from __future__ import annotations

import numpy as np

from cued.frames import GRAVITY_M_S2
from cued.gait.finding import (
    Contact,
    Finding,
    Heading,
    LiftOff,
    Moving,
    Orientation,
    Travel,
    Turning,
)
from cued.gait.foot.gaps import Gaps, Sizes
from cued.gait.foot.mode import FootMode
from cued.gait.foot.mounting import Axis, MountingCheck
from cued.gait.foot.swing import SwingCycle, SwingMoment
from cued.gait.foot.trajectory import REST_ACC_M_S2, Leg, Path
from cued.model import Block, Floats, Mounting, Side

WINDOW = 20  # samples, counted from the start, so that the size of packets changes nothing
FADES = 0.98  # per window: to two thirds in a slow stance of 4 s
REST = 0.4  # share of the swings' rate; gottlieb's walks, slowed up to 2.5 times
REST_RAD_S = (0.25, 1.0)  # below the first is rest at any pace, above the second never

PLAIN_FORWARD_M = 0.3  # strides this long have a direction beyond doubt
STRIDE_M = 0.15  # less is a shuffle or a turn on the spot
ODDS_PER_M = 8.0  # backward strides measure -0.5 m and more, so ±4 at the least (gottlieb, bandai)
MOST_ODDS = 4.0  # of one stride; 55 to 1
ORDER_ODDS = 1.5  # of the order of turning points, with a path or alone where there is none
TURNING_RAD = 0.5  # of one stride; straight strides turn 0.13 at p95 (voisard, tripod, gottlieb)
STRAIGHT_RAD = 0.25  # chosen: half-way from a straight stride to a turn
CLIPPED_WEIGHT = 0.25  # of a path with a turn rate beyond the range
RANGE_RAD_S = 34.9  # 2000 degrees a second, where common gyroscopes clip and the heading is lost
TRAVEL_ERROR_M = 0.04  # pyshoe and tripod; mostly 1-3 cm too short
LEFT = np.array((0.0, 1.0, 0.0))  # the body's y axis


class Foot:
    """One foot's chain: blocks in, findings out."""

    def __init__(self, sensor: str, side: Side) -> None:
        self._sensor = sensor
        self._side: Side = side
        self._start()

    def _start(self) -> None:
        self._cycle = SwingCycle()
        self._path = Path()
        self._mode = FootMode()
        self._pace = SwingPace()
        self._axis = Axis()
        self._mounting = MountingCheck()
        self._gaps = Gaps()
        self._sizes = Sizes()
        self._sign = 0  # of the swings, if the path has just shown it
        self._plain_sign = 0  # the last one that the path showed beyond doubt
        self._contact: SwingMoment | None = None  # the last one
        self._swings = 0  # since the last rest
        self._rest_n = -1  # sample at which that rest was settled
        self._turned: float | None = None  # angle of the turn under way
        self._turning_t = 0.0  # when it began

    def feed(self, block: Block) -> list[Finding]:
        """Process the next samples on the grid and return what they showed."""
        if block.fresh:
            self._start()
        if block.gyr is None:
            return []
        out: list[Finding] = []
        for part, gone in self._gaps.parts(block.ok):
            out += self._feed(block, block.gyr, part, gone)
        return out

    def _feed(self, block: Block, gyr: Floats, part: slice, gone: bool) -> list[Finding]:
        t, acc, gyr = block.t[part], block.acc[part], gyr[part]
        size, turn, jerk = self._sizes.feed(acc, gyr)
        limits = self._pace.rest_rate(turn)
        self._path.feed(t, acc, gyr)
        if gone:
            self._axis.skip(t.size)
            rate, rest = [0.0] * t.size, [False] * t.size
        else:
            rate = self._axis.rate(gyr, LEFT if block.oriented else None)
            rest = [
                rad_s < limit and abs(m_s2 - GRAVITY_M_S2) < REST_ACC_M_S2
                for rad_s, limit, m_s2 in zip(turn, limits, size, strict=True)
            ]
        out: list[Finding] = []
        for sample in zip(t.tolist(), rate, rest, jerk, strict=True):
            steps = self._cycle.feed(*sample, self._sign)
            self._sign = 0
            for step in steps if not gone else ():
                out += self._step(step, block.oriented)
        if gone:
            self._forget()
        return out

    def _forget(self) -> None:
        self._cycle.forget()
        self._path.forget()
        self._mode.forget()
        self._contact = None
        self._swings = self._plain_sign = 0

    def _step(self, step: SwingMoment, oriented: bool) -> list[Finding]:
        if step.kind == "contact":
            return self._landed(step, oriented)
        if step.kind == "rest":
            return self._rested(step, oriented)
        out = self._lifted(step)
        if self._contact is not None and self._rest_n < self._contact.n:
            out += self._settled(step, oriented)
        return out

    def _landed(self, step: SwingMoment, oriented: bool) -> list[Finding]:
        sensor, t, at = self._sensor, step.t, step.at
        confidence = (1.0 if step.clear else 0.8) * (1.0 if step.turned else 0.7)
        sure = self._mode.contact(t)
        out: list[Finding] = [
            Contact(t, at, sensor, self._side, confidence),
            Moving(t, at, sensor, self._mode.mode, sure),
        ]
        last = self._contact
        order = self._swings and last is not None and last.clear and last.sign == self._plain_sign
        if oriented and last is not None and order:
            # The stance before had no rest, so there is no path, only the order of its turning
            # points. That counts only if it confirms the last clear direction: a knee that bends
            # a lot also turns the foot back and forth in mid-swing.
            out += self._heading(last.t, at, -ORDER_ODDS * last.sign)
        self._contact = step
        self._swings += 1
        return out

    def _lifted(self, step: SwingMoment) -> list[Finding]:
        self._mode.lift(step.push_t)
        t = step.push_t if self._mode.mode == "running" else step.t
        return [LiftOff(t, step.at, self._sensor, self._side)]

    def _rested(self, step: SwingMoment, oriented: bool) -> list[Finding]:
        out = self._settled(step, oriented)
        if self._mode.rest(step.at):
            out.append(Moving(step.at, step.at, self._sensor, "standing"))
        return out

    def _settled(self, step: SwingMoment, oriented: bool) -> list[Finding]:
        """Process a stance's rest and return what it and the path to it show."""
        left = LEFT if oriented else self._axis.at(step.n)
        # The first rests come before a swing has shown the axis, but a path may start at them.
        axis, landing = LEFT if left is None else left, self._swings == 1
        last = step.kind != "rest"
        leg = self._path.rest(step.since, step.n, axis, landing=landing, last=last)
        if left is None or self._path.early:
            return []
        swings, self._swings = self._swings, 0
        self._rest_n = step.n
        changed = self._mounting.rest(self._path.up(step.n), oriented)
        out: list[Finding] = []
        if leg is not None:
            if oriented and swings == 1:
                changed = self._check_mounting(leg) or changed
            out += self._leg(leg, step.at, swings, oriented)
        if changed:
            mounting = Mounting(
                t=step.at, sensor=self._sensor, state=self._mounting.state, why=self._mounting.why
            )
            out.append(Orientation(step.at, mounting))
        return out

    def _check_mounting(self, leg: Leg) -> bool:
        """Compare a stride with the given mounting; return whether the mounting's state changed."""
        changed = self._mounting.stride(leg.across)
        step = self._contact
        plain = step is not None and step.clear and step.turned and leg.fastest < RANGE_RAD_S
        if step is None or not plain or self._mode.mode != "walking":
            return changed
        if abs(leg.forward) < PLAIN_FORWARD_M:
            return changed
        return self._mounting.form(step.form, leg.forward > 0.0) or changed

    def _leg(self, leg: Leg, at: float, swings: int, oriented: bool) -> list[Finding]:
        """Read direction, length and turn off the path between two rests."""
        in_range = leg.fastest < RANGE_RAD_S
        t = leg.end_t
        out = self._turning(leg.start_t, t, at, leg.turned) if in_range else []
        if leg.length < STRIDE_M:
            return out
        odds = max(-MOST_ODDS, min(MOST_ODDS, ODDS_PER_M * leg.forward))
        odds *= 1.0 if in_range else CLIPPED_WEIGHT
        if abs(odds) > MOST_ODDS / 2:
            self._sign = self._plain_sign = -1 if odds > 0.0 else 1
        if swings and self._contact is not None and self._contact.clear:
            odds -= ORDER_ODDS * self._contact.sign
        if oriented:
            out += self._heading(t, at, odds)
        if swings == 1 and in_range:
            out.append(Travel(t, at, self._sensor, self._side, leg.length, TRAVEL_ERROR_M))
        return out

    def _heading(self, t: float, at: float, odds: float) -> list[Finding]:
        if self._mounting.silent:
            return []
        return [Heading(t, at, self._sensor, odds)]

    def _turning(self, start: float, end: float, at: float, turned: float) -> list[Finding]:
        """Follow a turn of the body over several strides; report its start or its end."""
        if self._turned is None:
            if abs(turned) < TURNING_RAD:
                return []
            self._turning_t = start
        angle = (self._turned or 0.0) + turned
        on = abs(turned) > STRAIGHT_RAD
        self._turned = angle if on else None
        t = self._turning_t if on else end
        return [Turning(t, at, self._sensor, on, angle)]


class SwingPace:
    """Follows how fast one foot swings, and so below which turn rate it is at rest.

    A quick walker's foot turns faster in stance than a slow walker's in swing: a backward swing at
    half of gottlieb's pace (0.3 m/s) peaks at 1.5 rad/s. So the limit is a share of the foot's own
    swings, the largest mean rate over 0.2 s, which fades slowly enough to last through the longest
    stance.
    """

    def __init__(self) -> None:
        self._level = REST_RAD_S[1] / REST
        self._limit = REST_RAD_S[1]
        self._sum = 0.0
        self._held = 0

    def rest_rate(self, turn: list[float]) -> list[float]:
        """Process turn rates and return for each sample the rate below which it is at rest."""
        limits: list[float] = []
        for rate in turn:
            limits.append(self._limit)
            self._sum += rate
            self._held += 1
            if self._held == WINDOW:
                self._level = max(self._sum / WINDOW, FADES * self._level)
                self._limit = min(max(REST * self._level, REST_RAD_S[0]), REST_RAD_S[1])
                self._sum, self._held = 0.0, 0
        return limits
