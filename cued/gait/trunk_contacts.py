"""Foot contacts from a trunk sensor: what a candidate is, and which candidates are contacts.

Walking: at contact the trunk stops being carried forward and starts to be carried up, so forward
acceleration falls and vertical acceleration rises. The *drive* is the falling of one plus half the
rising of the other, of signals low-passed at 2 Hz (second-order Butterworth), which leaves one
smooth peak a step in slow and brisk walking alike; a contact is a peak of the drive. The rule
behind it is the fall of forward acceleration from its peak (Zijlstra & Hof 2003,
doi:10.1016/S0966-6362(02)00190-X); we take the steepest fall, not the zero crossing, which needs
no level better than 10 degrees, and add the vertical, which stays good in slow walkers.

Running: in flight a trunk feels almost nothing, and at contact it starts to feel weight. A contact
is the crossing of 0.7 g upward by the vertical, low-passed at 8 Hz, after flight below 0.35 g.

Rules: nothing is a contact without its own peak; the rhythm only decides how big a peak has to be
and how soon after the last. A peak bigger than one that was taken just before moves the rhythm
(not the contact that was given), so a wrong lock heals within a step or two.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cued.signal.grid import DT_S

WALK_HZ = 2.0
RUN_HZ = 8.0
VERTICAL_SHARE = 0.5
WALK_OFFSET_S = 0.09  # peak of the drive after contact
RUN_OFFSET_S = 0.036  # crossing after contact

FLOOR = 0.2  # smallest drive peak of a step
START = 0.5  # drive peak expected before any was seen
RATIO = 0.6  # of the usual peak, for a step out of rhythm
RATIO_IN_TIME = 0.42  # and for one that comes when expected
DEAD = 0.6  # of the step time: no second contact so soon
FORGET = 0.25
REST_S = 2.0

FLIGHT = 3.5  # m/s²: less than this is felt only in flight
LANDED = 7.0


class Candidate(Struct, frozen=True):
    """A possible contact, in grid samples: ``k`` of the peak or crossing, ``at`` of knowing it.

    size : of the drive peak; for a run the least vertical force since the last, m/s².
    """

    kind: Literal["walk", "run"]
    k: int
    at: int
    size: float

    @property
    def t(self) -> float:
        """Time of contact, s, with the method's systematic offset removed."""
        offset = WALK_OFFSET_S if self.kind == "walk" else RUN_OFFSET_S
        return self.k * DT_S - offset


class WalkRhythm:
    """Decides which peaks of the drive are steps."""

    def __init__(self) -> None:
        self.step_s = 0.55
        self._usual = START
        self._last = -(10**9)
        self._size = 0.0

    def take(self, peak: Candidate) -> bool:
        """Judge a peak; True when it is a step."""
        if peak.size < FLOOR:
            return False
        since = (peak.k - self._last) * DT_S
        if since > REST_S:
            self._usual = min(self._usual, START)
        if since < DEAD * self.step_s:
            self._relock(peak)
            return False
        in_time = abs(since - self.step_s) < 0.2 * self.step_s
        if peak.size < (RATIO_IN_TIME if in_time else RATIO) * self._usual:
            return False
        if since < 1.3:
            self.step_s += FORGET * (min(max(since, 0.3), 1.0) - self.step_s)
        self._usual += FORGET * (peak.size - self._usual)
        self._last, self._size = peak.k, peak.size
        return True

    def _relock(self, peak: Candidate) -> None:
        if peak.size > self._size:
            self._usual += FORGET * (peak.size - self._size)
            self._last, self._size = peak.k, peak.size


class Peaks:
    """Finds peaks of the drive and landings from flight, one sample at a time."""

    def __init__(self) -> None:
        self._s1 = self._s2 = 0.0
        self._flying = False
        self._least = 99.0

    def drive(self, k: int, s: float) -> Candidate | None:
        """Take the drive at grid sample ``k``; a peak is known one sample after it."""
        found = None
        if self._s1 > self._s2 and self._s1 >= s and self._s1 >= FLOOR:
            found = Candidate("walk", k - 1, k, self._s1)
        self._s2, self._s1 = self._s1, s
        return found

    def weight(self, k: int, v: float) -> Candidate | None:
        """Take the vertical force felt, m/s²."""
        if v < FLIGHT:
            self._flying = True
            self._least = min(self._least, v)
        elif self._flying and v >= LANDED:
            found = Candidate("run", k, k, self._least)
            self._flying, self._least = False, 99.0
            return found
        return None
