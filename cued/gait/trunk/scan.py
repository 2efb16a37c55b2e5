"""Candidates for contacts, and ticks of yaw, out of a trunk sensor's samples.

A block is filtered as a whole and looked at in pieces, each of which yields few moments, in order
of time. Sums that run on from piece to piece are accumulated one number after the other, and
nothing looks at where a piece begins, so any split of the same samples yields the same moments. The
frame (which way is up, forward, and along which contacts jolt) is the caller's and holds for the
whole piece.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cued.gait.trunk.contacts import (
    FLIGHT,
    FLOOR,
    LANDED,
    LEAD,
    RUN_HZ,
    SHARP,
    UNIT,
    WALK_HZ,
    Candidate,
    landing,
    peak,
)
from cued.gait.trunk.heading import TICK
from cued.gait.trunk.side import WAVE
from cued.model import Floats
from cued.signal.filters import Fir, lowpass
from cued.signal.grid import DT_S
from cued.signal.orientation import Rows, Vector

SLOW = lowpass(WALK_HZ)
QUICK = lowpass(RUN_HZ)
FAR = 99.0  # m/s², more than any landing starts from

SUMS = 7
Sums = tuple[float, ...]


class Moment(Struct, frozen=True):
    """Something at grid sample ``at``: a candidate, or else the end of a tick of yaw.

    left : samples of the block that come after it.  sums : what ``trunk_heading.Lead`` takes of a
    candidate.  yaw : turned about the vertical by the end of a tick, rad.
    """

    at: int
    left: int
    candidate: Candidate | None = None
    sums: Sums = ()
    yaw: float = 0.0


class Scan:
    """Filters, and what has to be remembered between pieces."""

    def __init__(self) -> None:
        self._slow, self._quick, self._slow_gyr = Fir(SLOW), Fir(QUICK), Fir(SLOW)
        self.slow: Floats = np.empty((0, 3))  # the last second and a bit, low-passed, sensor axes
        self.quick: Floats = np.empty((0, 3))
        self.gyr: Floats | None = None
        self._change: Floats = np.empty((0, 3))  # of the slow one, in the block
        self._gyr: Floats | None = None  # as it came, in the block
        self._drive = np.zeros(3)  # plain, and the last two led ones
        self._least = FAR
        self._totals = np.zeros(SUMS + 1)

    @property
    def sums(self) -> Sums:
        """Running sums up to the last sample."""
        return tuple(self._totals[:SUMS].tolist())

    def filter(self, acc: Floats, gyr: Floats | None) -> None:
        """Take a block, (n, 3) in sensor axes, which ``look`` then goes over piece by piece."""
        n = acc.shape[0]
        slow, quick = self._slow.feed(acc), self._quick.feed(acc)
        self.slow = np.concatenate(((self.slow if self.slow.size else slow[:1])[-WAVE:], slow))
        self.quick = np.concatenate((self.quick[-SHARP:], quick))
        self._change = slow - self.slow[-n - 1 : -1]
        self._gyr = gyr
        if gyr is not None:
            slow_gyr = self._slow_gyr.feed(gyr)
            known = slow_gyr[:0] if self.gyr is None else self.gyr
            self.gyr = np.concatenate((known[-WAVE:], slow_gyr))

    def look(
        self, k: int, start: int, stop: int, rows: Rows, gravity: float, along: Vector
    ) -> list[Moment]:
        """Look at samples ``start`` to ``stop`` of the block; what happened, oldest first.

        k : grid sample of ``start``.  gravity : mean force felt, m/s².
        """
        n, left = stop - start, self._change.shape[0] - stop
        change = self._change[start:stop]
        up = _along(_piece(self.slow, n, left), rows[2]) - gravity
        gyr = None if self._gyr is None else self._gyr[start:stop]
        totals = self._accumulate(change, up, gyr, rows)
        found = self._peaks(k, UNIT * _along(change, along))
        found += self._landings(k, _along(_piece(self.quick, n, left), rows[2]))
        ticks = range(-(k + 1) % TICK, n, TICK) if gyr is not None else ()
        moments = [
            Moment(c.at, left + k + n - 1 - c.at, c, tuple(totals[:SUMS, c.at - k + 1].tolist()))
            for c in found
        ]
        moments += [Moment(k + i, left + n - 1 - i, yaw=float(totals[SUMS, i + 1])) for i in ticks]
        moments.sort(key=lambda m: (m.at, m.candidate is None))
        return moments

    def _accumulate(self, change: Floats, up: Floats, gyr: Floats | None, rows: Rows) -> Floats:
        x, y, z = change[:, 0], change[:, 1], change[:, 2]
        forward, left, rising = (a * x + b * y + c * z for a, b, c in rows)
        totals = np.zeros((SUMS + 1, up.size + 1))
        totals[:, 0] = self._totals
        totals[0, 1:] = forward * up
        totals[1, 1:] = left * up
        totals[2, 1:] = forward * forward
        totals[3, 1:] = left * left
        totals[4, 1:] = up * up
        totals[5, 1:] = forward * rising
        totals[6, 1:] = rising * rising
        if gyr is not None:
            totals[SUMS, 1:] = DT_S * _along(gyr, rows[2])
        np.add.accumulate(totals, axis=1, out=totals)
        self._totals = totals[:, -1].copy()
        return totals

    def _peaks(self, k: int, drive: Floats) -> list[Candidate]:
        plain = np.concatenate((self._drive[:1], drive))
        led = np.concatenate((self._drive[1:], drive + LEAD * (drive - plain[:-1])))
        self._drive = np.array((plain[-1], led[-2], led[-1]))
        before, here, after = led[:-2], led[1:-1], led[2:]
        tops = np.flatnonzero((here > before) & (here >= after) & (here >= FLOOR))
        return [peak(k + int(i), float(here[i])) for i in tops]

    def _landings(self, k: int, felt: Floats) -> list[Candidate]:
        found: list[Candidate] = []
        if self._least >= FLIGHT and float(felt.min()) >= FLIGHT:
            return found
        for i, now in enumerate(felt.tolist()):
            if now < FLIGHT:
                self._least = min(self._least, now)
            elif now >= LANDED and self._least < FLIGHT:
                found.append(landing(k + i, self._least))
                self._least = FAR
        return found


def _piece(rows: Floats, n: int, left: int) -> Floats:
    """Give ``n`` rows, behind which ``left`` follow."""
    end = rows.shape[0] - left
    return rows[end - n : end]


def _along(x: Floats, v: Vector) -> Floats:
    """Project (n, 3) on a direction, in a fixed order of operations."""
    return v[0] * x[:, 0] + v[1] * x[:, 1] + v[2] * x[:, 2]
