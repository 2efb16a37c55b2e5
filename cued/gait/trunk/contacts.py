"""Foot contacts from a trunk sensor: what may be one, which are, and when they happened.

Walking: at contact the trunk stops being carried forward and starts to be carried up, so forward
acceleration falls and vertical acceleration rises. The *drive* is how fast the one falls plus a
share of how fast the other rises, low-passed at 1.6 Hz (second-order Butterworth), which leaves one
smooth peak a step in slow and brisk walking alike. A step is a peak of the drive; its time is, for
nine tenths, the centre of the steepest change of the same signals low-passed at 8 Hz around it.
The rule behind both is the fall of forward acceleration after its peak at contact (Zijlstra & Hof
2003, doi:10.1016/S0966-6362(02)00190-X); slopes instead of their zero crossing need no exact level,
and the vertical stays when the forward fades.

Running: in flight a trunk feels almost nothing, and at contact it starts to feel weight. A contact
is the crossing of 0.7 g upward by the vertical, low-passed at 8 Hz, after less than 0.36 g.

Rules: nothing is a contact without its own peak; the rhythm only decides how big a peak has to be,
the smaller the closer it comes to when it is expected. A bigger peak soon after a step moves the
rhythm (the contact stays as it was given), so a wrong lock heals within a step or two.

Delay, from the true contact to the sample at which it is said: 90 ms in walking (Voisard), 104 ms
(Tripod), 30 ms in running (Alcantara), medians; from the time that is reported: 62, 108 and 36 ms.
The first contact after standing waits for the second.

Offsets are constant. On Voisard (12 people) the walking contacts are left 22 ms late on average
(people differ by 18 ms, SD), because on Tripod at 3 km/h all of the trunk's signals, roll included,
come 60-110 ms earlier against the truth than at 4.4 km/h and than for anyone on Voisard; the
constant shares the difference. Running is right to 4 ms on average on Alcantara, within 20 ms on
every slope.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from cued.signal.grid import DT_S
from cued.signal.orientation import Vector

WALK_HZ = 1.6
RUN_HZ = 8.0
LEAD = 2.8  # samples by which the drive is extrapolated, against its filter's delay
UNIT = 30.0  # scales the drive: 1 in shuffling, 3 to 10 in walking
VERTICAL_SHARE = 0.2
WALK_OFFSET_S = 0.084  # peak of the drive after contact
RUN_OFFSET_S = 0.036  # crossing after contact

SHARP = 23  # samples looked at for the steepest change, up to the drive's peak
SHARP_PART = 0.9  # how far the time moves to it
SHARP_SHARE = 0.5  # of the vertical in it
SHARP_CENTRE = -4.0  # where it is expected, samples before the peak
SHARP_WIDTH = 9.0
SHARP_OFFSET_S = 0.025

# Rhythm; tuned on Voisard, Tripod and Mobgap.
FLOOR = 0.4  # smallest drive peak of a step
START = 1.5  # the usual one before any was seen
DEAD = 0.6  # of the step time: no second step so soon
RATIO = 0.7  # of the usual peak is needed right after that,
RATIO_IN_TIME = 0.28  # and this much when it is due
SLOPE = 1.6  # less for each step time
ATTACK = 0.5  # how fast the usual follows bigger peaks,
FORGET = 0.35  # and smaller ones
OTHER_LEAST = 0.3  # of this foot's: a weak leg's usual
MINOR_FADES = 0.95  # per step
MINOR_MARGIN = 1.25  # by which a step stands out from what are none
REST_S = 2.0  # after which a new start is awaited

FLIGHT = 3.5  # m/s²: less than this is felt only in flight
LANDED = 7.0


class Candidate(Struct, frozen=True):
    """A possible contact: ``k`` is the grid sample of the peak or crossing, ``at`` of knowing it.

    t : time of contact, s, with the method's systematic offset removed.
    size : of the drive's peak; for a run the least weight felt since the last, m/s².
    """

    kind: Literal["walk", "run"]
    k: int
    at: int
    t: float
    size: float


class WalkRhythm:
    """Decides which peaks of the drive are steps.

    What is usual is kept for each foot, since one leg may push a third as hard as the other.
    """

    def __init__(self) -> None:
        self.step_s = 0.55
        self._usual = [START, START]  # drive peak of this foot and of the other
        self._minor = 0.0  # of peaks that are not steps
        self._last = -(10**9)
        self._size = 0.0

    def take(self, peak: Candidate) -> bool:
        """Judge a peak; True when it is a step."""
        since = (peak.k - self._last) * DT_S
        if since > REST_S:
            self._usual = [min(usual, START) for usual in self._usual]
            self._minor = 0.0
        if since < DEAD * self.step_s:
            self._relock(peak)
            return False
        steps = since / self.step_s
        foot = round(steps) % 2
        if peak.size < self._needed(steps, self._usual[foot]):
            self._minor += FORGET * (min(peak.size, 0.5 * self._usual[foot]) - self._minor)
            return False
        if since < 1.3:
            self.step_s += FORGET * (min(max(since, 0.3), 1.0) - self.step_s)
        if foot == 1:
            self._usual.reverse()
        self._grow(peak.size)
        self._minor *= MINOR_FADES
        self._last, self._size = peak.k, peak.size
        return True

    def _needed(self, steps: float, usual: float) -> float:
        ratio = max(RATIO_IN_TIME, RATIO - SLOPE * (steps - DEAD))
        return max(FLOOR, ratio * usual, MINOR_MARGIN * self._minor)

    def _grow(self, size: float) -> None:
        this, other = self._usual
        this += (ATTACK if size > this else FORGET) * (size - this)
        self._usual = [this, max(other, OTHER_LEAST * this)]

    def _relock(self, peak: Candidate) -> None:
        if peak.size > self._size:
            self._minor += ATTACK * (min(self._size, 0.5 * self._usual[0]) - self._minor)
            self._grow(peak.size)
            self._last, self._size = peak.k, peak.size


def peak(at: int, size: float) -> Candidate:
    """A peak of the drive, known at grid sample ``at``, one after it."""
    return Candidate("walk", at - 1, at, (at - 1) * DT_S - WALK_OFFSET_S, size)


def landing(at: int, least: float) -> Candidate:
    """The end of a flight in which no more than ``least`` was felt; known at once."""
    return Candidate("run", at, at, at * DT_S - RUN_OFFSET_S, least)


def sharpened(step: Candidate, rows: Sequence[Sequence[float]], along: Vector) -> Candidate:
    """Move a step half way to the centre of the steepest change.

    rows : quick-filtered acceleration, sensor axes, up to the sample ``step.at``.
    along : the direction in which acceleration jumps at contact, sensor axes.
    """
    ax, ay, az = along
    v = [ax * x + ay * y + az * z for x, y, z in rows[-SHARP:]]
    total = moment = 0.0
    for i in range(1, len(v)):
        slope = v[i] - v[i - 1]
        if slope > 0.0:
            x = i + 2 - len(v)  # samples after the drive's peak
            off = (x - SHARP_CENTRE) / SHARP_WIDTH
            weight = slope * slope * math.exp(-0.5 * off * off)
            total += weight
            moment += weight * x
    if total <= 0.0:
        return step
    sharp = (step.k + moment / total) * DT_S - SHARP_OFFSET_S
    t = step.t + SHARP_PART * (sharp - step.t)
    return Candidate(step.kind, step.k, step.at, t, step.size)
