"""The trunk's chain: blocks of a lower back, waist or chest sensor in, findings out.

Work is cut at the ends of the grid's half-second slots. Level, mounting and standing are updated
only there, so the frame is the same for all samples in between. Each part's file describes its
method and delay: ``network`` and ``contacts`` (candidates and their times), ``mode`` (which
candidates are contacts; standing, walking, running), ``rhythm`` (whether steps were missed),
``side``, ``heading`` (direction, turns), ``mounting`` and ``posture``.

Validity: contacts on the lower back in forward walking and at the sacrum in forward running;
direction on the lower back and on motion capture, backward on motion capture only; mode also at
the waist. A chest sensor uses the same rules, unchecked on recordings, and running backward has not
been checked at all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from cued.frames import sizes
from cued.gait.finding import Contact, Finding, Heading, Moving, Orientation, Turning
from cued.gait.trunk.contacts import Candidate, Scan, TimedItem
from cued.gait.trunk.heading import BEGAN_S, ENDED_S, LEAST, JoltDirection, Lead, Yaw
from cued.gait.trunk.mode import TrunkMode
from cued.gait.trunk.mounting import TrunkMounting
from cued.gait.trunk.posture import posture
from cued.gait.trunk.rhythm import RhythmCheck
from cued.gait.trunk.side import Sides
from cued.gait.trunk.waves import SUMS, Sums, Waves
from cued.model import Block, Bools, Floats, Side
from cued.signal.grid import DT_S, RATE_HZ
from cued.signal.orientation import SLOT, Rows

TRUSTED = 30  # samples before a contact that must all be good for full confidence in it
KEEP = 400  # samples of raw data kept for a stride's posture; no stride is longer


class RawBlock(NamedTuple):
    """Samples of one block: grid samples ``start`` up to but not including ``stop``."""

    start: int
    stop: int
    acc: Floats
    gyr: Floats | None
    ok: Bools

    def cut(self, start: int, stop: int) -> RawBlock:
        """Return the part between two grid samples."""
        if self.start >= start and self.stop <= stop:
            return self
        start, stop = max(start, self.start), min(stop, self.stop)
        part = slice(start - self.start, stop - self.start)
        gyr = None if self.gyr is None else self.gyr[part]
        return RawBlock(start, stop, self.acc[part], gyr, self.ok[part])


class Trunk:
    """Finds contacts, mode, direction, turns, posture and mounting of one trunk sensor."""

    def __init__(
        self, sensor: str, *, starts_forward: bool = False, earlier: Rows | None = None
    ) -> None:
        self._sensor = sensor
        self._mounting = TrunkMounting(starts_forward, earlier)
        self._slow = False
        self._restart()

    def _restart(self) -> None:
        self._scan, self._waves, self._mode = Scan(), Waves(), TrunkMode()
        self._step_lead, self._second_lead = Lead(), Lead()
        self._jolt, self._yaw, self._sides = JoltDirection(), Yaw(), Sides()
        self._belts = [(0, self._slow)]  # changes to come: grid sample, whether the belt is slow
        self._rhythm = RhythmCheck()
        self._raw: list[RawBlock] = []
        self._contacts: list[Candidate] = []
        self._last_sums: Sums = (0.0,) * SUMS  # at the last candidate
        self._bad: list[int] = []  # grid samples that are not ok

    def expect(self, forward_from: float | None) -> None:
        """Treat steps from that time on as forward, as the program says; None: none of them."""
        self._mounting.expect(forward_from)

    def belt(self, t: float, *, slow: bool) -> None:
        """Use the settings for a slow or usual belt from ``t`` on."""
        if slow != self._slow:
            self._slow = slow
            k = round(t * RATE_HZ)
            self._belts.append((k + -k % SLOT, slow))

    def feed(self, block: Block) -> list[Finding]:
        """Process a block and return its findings, in the order in which they were known."""
        found: list[Finding] = []
        n = block.t.size
        if not n:
            return found
        if block.fresh:
            self._restart()
        if not self._raw:
            x, y, z = block.acc[0].tolist()
            self._mounting.restart((x, y, z), block.oriented)
        first = round(float(block.t[0]) * RATE_HZ)
        self._remember(first, block)
        self._scan.filter(block.acc, block.gyr)
        self._waves.feed(first, block.acc, block.gyr)
        start = 0
        while start < n:
            k = first + start
            stop = min(n, start + SLOT - k % SLOT)
            self._piece(k, start, stop, found)
            if (first + stop) % SLOT == 0:
                self._end_slot(first + stop, found)
            start = stop
        return found

    def _piece(self, k: int, start: int, stop: int, found: list[Finding]) -> None:
        while self._belts and self._belts[0][0] <= k:
            self._retune(k, slow=self._belts.pop(0)[1])
        up = self._mounting.rows[2]
        jolt = self._jolt.direction(self._mounting.rows, self._mounting.known)
        for moment in self._scan.look(k, start, stop, up, jolt):
            if moment.candidate is None:
                self._turn(moment, found)
            else:
                self._catch_up(moment.at + 1)
                self._judge(moment.candidate, found)

    def _retune(self, k: int, *, slow: bool) -> None:
        if slow != self._scan.steps.slow:
            self._catch_up(k)
            self._scan.steps.retune(slow=slow)
            self._waves.retune(slow=slow)

    def _catch_up(self, k: int) -> None:
        self._waves.catch_up(k, self._mounting.rows, self._mounting.gravity)

    def _remember(self, k: int, block: Block) -> None:
        self._raw.append(RawBlock(k, k + block.t.size, block.acc, block.gyr, block.ok))
        while k - self._raw[0].stop > KEEP:
            self._raw.pop(0)
        if np.count_nonzero(block.ok) < block.ok.size:
            bad = (k + int(i) for i in np.flatnonzero(~block.ok))
            self._bad = [*self._bad, *bad][-4 * TRUSTED :]

    def _turn(self, moment: TimedItem, found: list[Finding]) -> None:
        yaw, at = self._yaw, moment.at * DT_S
        if yaw.feed(moment.yaw):
            t = at - (BEGAN_S if yaw.turning else ENDED_S)
            self._step_lead.shorten()
            found.append(Turning(t, at, self._sensor, yaw.turning, yaw.angle))

    def _judge(self, c: Candidate, found: list[Finding]) -> None:
        at, sums = c.at * DT_S, self._waves.sums
        contacts = self._mode.judge(c)
        if len(contacts) > 1:
            self._step_lead.reset(stretches=2)  # the step off from standing leads unlike others
            self._step_lead.feed(self._last_sums)
        self._last_sums = sums
        missed = bool(contacts) and self._rhythm.feed(c.at, sums)
        for contact in contacts:
            self._contacts = [*self._contacts[-2:], contact]
            side = self._side(contact) if contact is c else "unknown"
            bad = any(contact.k - TRUSTED < k <= contact.at for k in self._bad)
            sure = 0.5 if bad else 1.0
            doubtful = self._rhythm.doubtful
            t, sensor = contact.t, self._sensor
            found.append(Contact(t, at, sensor, side, sure, missed=missed, doubtful=doubtful))
            found.append(Moving(t, at, sensor, self._mode.mode))
            if contact is c:
                self._step(c, sums, found)

    def _side(self, c: Candidate) -> Side:
        if self._mode.mode != "walking" or not self._mounting.known or self._jolt.reversed:
            return "unknown"
        ahead, across, _ = self._mounting.rows
        waves, step_s = self._waves, self._mode.step_s
        return self._sides.feed(c.t, step_s, waves.acc, waves.gyr, ahead, across)

    def _step(self, c: Candidate, sums: Sums, found: list[Finding]) -> None:
        at = c.at * DT_S
        if self._mode.mode != "walking":
            self._step_lead.reset()
        elif self._step_lead.feed(sums):
            self._direct(c, at, found)
        self._stride(c, at, found)

    def _direct(self, c: Candidate, at: float, found: list[Finding]) -> None:
        lead = self._step_lead
        if not self._yaw.turning:
            if self._mounting.step(c.t, lead.forward, lead.left):
                self._report_mounting(at, found)
            elif self._mode.surely_walking and self._mounting.surely:
                odds = lead.log_odds if abs(lead.log_odds) >= LEAST else 0.0
                found.append(Heading(c.t, at, self._sensor, odds, "trunk", lead.faint))

    def _stride(self, c: Candidate, at: float, found: list[Finding]) -> None:
        if len(self._contacts) < 3:
            return
        first, _, last = self._contacts[-3:]
        if not 30 <= last.k - first.k <= KEEP or not self._mounting.known:
            return
        parts = self._between(first.k, last.k)
        acc = np.concatenate([part.acc for part in parts])
        turns = [part.gyr for part in parts if part.gyr is not None]
        gyr = np.concatenate(turns) if turns else None
        rows, worn = self._mounting.rows, self._mounting.worn
        found.append(posture(self._sensor, c.t, at, acc, gyr, rows, worn))

    def _between(self, first: int, last: int) -> list[RawBlock]:
        """Return the raw samples from ``first`` up to but not including ``last``."""
        near = (raw for raw in self._raw if raw.stop > first and raw.start < last)
        return [raw.cut(first, last) for raw in near]

    def _end_slot(self, k: int, found: list[Finding]) -> None:
        self._catch_up(k)
        parts = self._between(k - SLOT, k)
        acc = np.concatenate([part.acc[part.ok] for part in parts])
        at, n = (k - 1) * DT_S, acc.shape[0]
        if n < SLOT / 2:
            if self._mode.lose():
                found.append(Moving(at, at, self._sensor, "unknown"))
            return
        x, y, z = np.add.reduce(acc, axis=0).tolist()
        mean = (x / n, y / n, z / n)
        off = acc - mean
        spread = _root_mean_square(sizes(off))
        vertical = _root_mean_square(off @ self._mounting.rows[2])
        if self._mode.rest(k, spread, vertical):
            found.append(Moving(at, at, self._sensor, self._mode.mode))
            self._contacts = []
            self._step_lead.reset()
            self._rhythm = RhythmCheck()
        self._second_lead.feed(self._waves.sums)
        if spread > 0.3 and self._mode.mode != "running":
            self._jolt.feed(self._second_lead.forward, self._second_lead.left)
        walking = self._mode.mode in ("walking", "running")
        if self._mounting.slot(mean, n / SLOT, spread, walking):
            self._report_mounting(at, found)
        elif self._mounting.moved:
            self._reframe()

    def _report_mounting(self, at: float, found: list[Finding]) -> None:
        self._reframe()
        found.append(Orientation(at, self._mounting.event(at, self._sensor)))

    def _reframe(self) -> None:
        """Forget leads measured in another frame, which mean nothing in this one."""
        self._step_lead.reset()
        self._second_lead.reset()
        self._jolt = JoltDirection()


def _root_mean_square(x: Floats) -> float:
    return math.sqrt(float(np.add.reduce(x * x)) / x.size)
