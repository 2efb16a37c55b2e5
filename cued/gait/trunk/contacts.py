"""Candidate contacts from the trunk's acceleration, and how far the body has turned.

Walking: a contact is a peak of the network's answers (``network.py``), timed between its samples.
No contact is inferred from rhythm. Only the least time between steps is enforced, and before a step
is due a peak counts only if it is at least half as sure as usual. On a slow belt it is a peak of
the mean of the last answers.
Running: in flight a trunk feels almost nothing, and at contact it starts to feel weight. A contact
is where the vertical, low-passed at 8 Hz, rises through 0.7 g after less than 0.36 g.

A block is scanned in pieces, each of which yields a few moments, in order of time. Signals that
matter only at a contact or at the end of a slot are caught up with there (``waves.py``), and the
network is skipped while no step is possible. No result depends on where a piece begins, so any
split of the same samples yields the same moments. The caller supplies the frame (which way is up,
and the direction in which contacts jolt), which holds for the whole piece.

Delay from the reported time to the sample at which it is known: 50 ms in walking, 70 ms on a slow
belt, 36 ms in running. Running is right to 4 ms on average on Alcantara, within 20 ms on every
slope.
"""

from __future__ import annotations

from math import floor, inf
from typing import Literal

import numpy as np
from msgspec import Struct

from cued.gait.trunk.heading import TICK
from cued.gait.trunk.network import LAG_S, STEP, StepNetwork
from cued.gait.trunk.waves import along
from cued.model import Floats
from cued.signal.filters import Fir, lowpass
from cued.signal.grid import DT_S
from cued.signal.orientation import Vector

SURE = 0.3  # least answer that is a step; set by hand on the recordings at hand
SHARE = 0.5  # of the usual answer at a step: a lower peak is a precursor of the step (tripod) ...
DUE = 1.0  # ... until the step is due, in usual step times
LEAST_STEP_S = 0.22  # 270 steps a minute
SURE_SLOWLY = 0.1  # on a slow belt, where steps are soft and never quick (simulated walks)
LEAST_SLOWLY_S = 0.35  # backward at 0.5 m/s people take 98 steps a minute
MEAN_SLOWLY = 3  # answers: a soft step has several peaks, the first of them too early
DEAD = 0.45  # of the usual step time: no second step that soon
STEP_S = 0.55  # the usual step time before any was seen
STEP_LIMITS_S = (0.3, 1.6)  # of the usual step time
LEARN = 0.35  # weight of a new step's time
PAUSE_S = 3.0  # longer than any step

QUICK = lowpass(8.0)  # Hz; passes the rise of weight at contact, not the ring after it
RUN_OFFSET_S = 0.036  # crossing after contact
FLIGHT = 3.5  # m/s²: less than this is felt only in flight
LANDED = 7.0  # m/s²: 0.7 g, as above
FAR = 99.0  # m/s², more than any landing starts from


class Candidate(Struct, frozen=True):
    """A possible contact.

    k : grid sample of the peak or crossing.  at : grid sample at which it is known.
    t : time of contact, s, with the method's systematic offset removed.
    size : of the network's answer; for a run the least weight felt since the last, m/s².
    """

    kind: Literal["walk", "run"]
    k: int
    at: int
    t: float
    size: float


class TimedItem(Struct, frozen=True):
    """A candidate or the end of a tick of yaw, at grid sample ``at``.

    yaw : angle about the vertical at the end of a tick, rad.
    """

    at: int
    candidate: Candidate | None = None
    yaw: float = 0.0


class Steps:
    """Picks the steps out of the network's answers."""

    def __init__(self) -> None:
        self._step_s = STEP_S
        self._last_t = -1e9
        self._usual = 0.0  # answer at a step
        self.retune(slow=False)

    @property
    def next_k(self) -> int:
        """The first grid sample whose answer can matter."""
        soonest = self._last_t + self._dead_s + self._lag_s
        return floor(soonest / DT_S) - STEP * self._mean_of - 1

    @property
    def _dead_s(self) -> float:
        return max(self._least_s, DEAD * self._step_s)

    def retune(self, *, slow: bool) -> None:
        """Use the limits for steps on a slow belt, or the usual ones."""
        self.slow = slow
        self._sure, self._least_s = (SURE_SLOWLY, LEAST_SLOWLY_S) if slow else (SURE, LEAST_STEP_S)
        self._mean_of = MEAN_SLOWLY if slow else 1
        self._lag_s = LAG_S + 0.5 * STEP * (self._mean_of - 1) * DT_S
        self._forget()

    def _forget(self) -> None:
        self._answers: list[float] = []  # the latest, whose mean is used
        self._before = self._top = inf  # no peak at the first answer

    def feed(self, k: int, answer: float) -> Candidate | None:
        """Process the answer at grid sample ``k`` and return the step that it completes."""
        self._answers = [*self._answers, answer][-self._mean_of :]
        if len(self._answers) < self._mean_of:
            return None
        return self._peak(k, sum(self._answers) / self._mean_of)

    def _peak(self, k: int, mean: float) -> Candidate | None:
        left, top = self._before, self._top
        self._before, self._top = top, mean
        if top < self._sure or top <= left or top < mean:
            return None
        off = 0.5 * (left - mean) / (left - 2.0 * top + mean)  # top of a parabola through the three
        t = (k - STEP + STEP * off) * DT_S - self._lag_s
        since = t - self._last_t
        if since < self._dead_s:
            return None
        if since < DUE * self._step_s and top < SHARE * self._usual:
            return None
        self._usual += LEARN * (top - self._usual)
        if since < PAUSE_S:
            low, high = STEP_LIMITS_S
            self._step_s += LEARN * (min(max(since, low), high) - self._step_s)
        self._last_t = t
        self._forget()  # the next answers may be skipped
        return Candidate("walk", k - STEP, k, t, top)


class Scan:
    """Scans blocks for candidates and ticks of yaw."""

    def __init__(self) -> None:
        self._quick = Fir(QUICK)
        self._network, self.steps = StepNetwork(), Steps()
        self._filtered: Floats = np.empty((0, 3))  # the block's acceleration
        self._gyr: Floats | None = None  # the block's
        self._least = FAR  # vertical since the last landing
        self._yaw = 0.0

    def filter(self, acc: Floats, gyr: Floats | None) -> None:
        """Filter a block, (n, 3) in sensor axes, which ``look`` then scans piece by piece."""
        self._filtered = self._quick.feed(acc)
        self._network.feed(acc)
        self._gyr = gyr

    def look(self, k: int, start: int, stop: int, up: Vector, jolt: Vector) -> list[TimedItem]:
        """Scan samples ``start`` to ``stop`` of the block; return its moments, oldest first.

        k : grid sample of ``start``.  jolt : the horizontal direction in which acceleration jumps
        at contact, or zeros.
        """
        skipped = min(max(0, self.steps.next_k - k), stop - start)
        answers = self._network.look(
            k + skipped, start + skipped, stop, up, jolt, slow=self.steps.slow
        )
        found = [c for c in (self.steps.feed(*answer) for answer in answers) if c]
        found += self._landings(k, along(self._filtered[start:stop], up))
        moments = [TimedItem(c.at, c) for c in found]
        if self._gyr is not None:
            moments += self._ticks(k, self._gyr[start:stop], up)
        if len(moments) > 1:
            moments.sort(key=lambda m: (m.at, m.candidate is None))
        return moments

    def _ticks(self, k: int, gyr: Floats, up: Vector) -> list[TimedItem]:
        found: list[TimedItem] = []
        ux, uy, uz = up
        yaw = self._yaw
        for at, (x, y, z) in enumerate(gyr.tolist(), k):
            yaw += DT_S * (ux * x + uy * y + uz * z)
            if (at + 1) % TICK == 0:
                found.append(TimedItem(at, yaw=yaw))
        self._yaw = yaw
        return found

    def _landings(self, k: int, vertical: Floats) -> list[Candidate]:
        found: list[Candidate] = []
        if self._least >= FLIGHT and float(vertical.min()) >= FLIGHT:
            return found
        for i, now in enumerate(vertical.tolist()):
            if now < FLIGHT:
                self._least = min(self._least, now)
            elif now >= LANDED and self._least < FLIGHT:
                at = k + i  # a landing is known at once
                found.append(Candidate("run", at, at, at * DT_S - RUN_OFFSET_S, self._least))
                self._least = FAR
        return found
