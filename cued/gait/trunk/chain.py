"""The trunk's chain: blocks of a lower back, waist or chest sensor in, findings out.

The work is cut at the ends of half-second slots of the grid, where level, mounting and standing
move on, so that between two ends every sample meets the same frame. What each part concludes, how
and with what delay is in its own file: ``network`` and ``contacts`` (candidates and
their times), ``mode`` (which candidates are contacts; standing, walking, running), ``side``,
``heading`` (direction, turns), ``mounting`` and ``posture``.

Validity: contacts on the lower back in forward walking and at the sacrum in forward running;
direction on the lower back and on motion capture, backward on motion capture only; mode also at
the waist. A chest sensor goes through the same rules without having been checked on recordings,
and running backward is checked on nothing.
"""

from __future__ import annotations

import math

import numpy as np

from cued.gait.finding import Contact, Finding, Heading, Moving, Orientation, Turning
from cued.gait.trunk.contacts import SUMS, Candidate, Moment, Scan, Sums
from cued.gait.trunk.heading import BEGAN_S, ENDED_S, LEAST, Ahead, Lead, Yaw
from cued.gait.trunk.mode import Pace
from cued.gait.trunk.mounting import Mounting
from cued.gait.trunk.posture import posture
from cued.gait.trunk.side import Sides, seen
from cued.model import Block, Bools, Floats, Side
from cued.signal.grid import DT_S, RATE_HZ
from cued.signal.orientation import SLOT, Rows

DOUBT = 30  # samples before a contact that have to be good for it to be trusted
KEEP = 400  # samples of raw data kept for a stride's posture; no stride is longer


class Trunk:
    """Finds contacts, mode, direction, turns, posture and mounting of one trunk sensor."""

    def __init__(
        self, sensor: str, *, starts_forward: bool = False, earlier: Rows | None = None
    ) -> None:
        self._sensor = sensor
        self._mounting = Mounting(starts_forward, earlier)
        self._restart()

    def _restart(self) -> None:
        self._scan, self._pace = Scan(), Pace()
        self._lead, self._second = Lead(), Lead()
        self._ahead, self._yaw, self._sides = Ahead(), Yaw(), Sides()
        self._slot = np.zeros(7)  # sums of force, its square, vertical, its square, and samples
        self._raw: list[tuple[int, Floats, Floats | None]] = []
        self._contacts: list[Candidate] = []
        self._held: Sums = (0.0,) * SUMS  # at the last candidate
        self._bad: list[int] = []  # grid samples not to be believed

    def expect(self, forward_from: float | None) -> None:
        """Take steps from then on for forward ones, as the program has it; None: take none."""
        self._mounting.expect(forward_from)

    def feed(self, block: Block) -> list[Finding]:
        """Process a block and return what was found in it, in the order in which it was known."""
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
        self._remember(first, block.acc, block.gyr)
        self._scan.filter(block.acc, block.gyr)
        start = 0
        while start < n:
            k = first + start
            stop = min(n, start + SLOT - k % SLOT)
            self._piece(block, k, start, stop, found)
            if (first + stop) % SLOT == 0:
                self._end_slot(first + stop, found)
            start = stop
        return found

    def _piece(self, block: Block, k: int, start: int, stop: int, found: list[Finding]) -> None:
        self._tally(k, block.acc[start:stop], block.ok[start:stop])
        rows = self._mounting.rows
        jolt = self._ahead.jolt(rows, self._mounting.known)
        for moment in self._scan.look(k, start, stop, rows, self._mounting.gravity, jolt):
            if moment.candidate is None:
                self._turn(moment, found)
            else:
                self._judge(moment.candidate, moment, found)

    def _remember(self, k: int, acc: Floats, gyr: Floats | None) -> None:
        self._raw.append((k, acc, gyr))
        while self._raw and k - self._raw[0][0] > KEEP + self._raw[0][1].shape[0]:
            self._raw.pop(0)

    def _tally(self, k: int, acc: Floats, ok: Bools) -> None:
        good = acc
        if not ok.all():
            good = acc[ok]
            self._bad = [*self._bad, *(k + int(i) for i in np.flatnonzero(~ok))][-4 * DOUBT :]
        sums = np.empty((good.shape[0] + 1, 7))
        sums[0] = self._slot
        sums[1:, :3] = good
        x, y, z = good[:, 0], good[:, 1], good[:, 2]
        ux, uy, uz = self._mounting.rows[2]
        sums[1:, 3] = x * x + y * y + z * z
        rising = ux * x + uy * y + uz * z
        sums[1:, 4] = rising
        sums[1:, 5] = rising * rising
        sums[1:, 6] = 1.0
        self._slot = np.add.accumulate(sums, axis=0)[-1]

    def _turn(self, moment: Moment, found: list[Finding]) -> None:
        yaw, at = self._yaw, moment.at * DT_S
        if yaw.feed(moment.yaw):
            t = at - (BEGAN_S if yaw.turning else ENDED_S)
            self._lead.shorten()
            found.append(
                Turning(t=t, at=at, sensor=self._sensor, turning=yaw.turning, angle=yaw.angle)
            )

    def _judge(self, c: Candidate, moment: Moment, found: list[Finding]) -> None:
        at = c.at * DT_S
        given = self._pace.judge(c)
        if len(given) > 1:
            self._lead.reset(stretches=2)  # the step off from standing leads unlike all others
            self._lead.feed(self._held)
        self._held = moment.sums
        for contact in given:
            self._contacts = [*self._contacts[-2:], contact]
            side = self._side(contact, moment.left) if contact is c else "unknown"
            found.append(
                Contact(
                    t=contact.t,
                    at=at,
                    sensor=self._sensor,
                    side=side,
                    confidence=0.5 if self._doubted(contact) else 1.0,
                )
            )
            found.append(Moving(t=contact.t, at=at, sensor=self._sensor, mode=self._pace.mode))
            if contact is c:
                self._step(c, moment.sums, found)

    def _doubted(self, c: Candidate) -> bool:
        return any(c.k - DOUBT < k <= c.at for k in self._bad)

    def _side(self, c: Candidate, left: int) -> Side:
        if self._pace.mode != "walking" or not self._mounting.known or self._ahead.reversed:
            return "unknown"
        ahead, across, _ = self._mounting.rows
        acc, gyr = seen(self._scan.slow, left), self._scan.gyr
        return self._sides.feed(c.t, acc, None if gyr is None else seen(gyr, left), ahead, across)

    def _step(self, c: Candidate, sums: Sums, found: list[Finding]) -> None:
        at = c.at * DT_S
        if self._pace.mode != "walking":
            self._lead.reset()
        elif self._lead.feed(sums):
            self._direct(c, at, found)
        self._stride(c, at, found)

    def _direct(self, c: Candidate, at: float, found: list[Finding]) -> None:
        lead, name = self._lead, self._sensor
        if not self._yaw.turning:
            if self._mounting.step(c.t, lead.forward, lead.left):
                self._tell_mounting(at, found)
            elif self._pace.sedate and self._mounting.known and abs(lead.log_odds) >= LEAST:
                found.append(
                    Heading(t=c.t, at=at, sensor=name, log_odds=lead.log_odds, kind="trunk")
                )

    def _stride(self, c: Candidate, at: float, found: list[Finding]) -> None:
        if len(self._contacts) < 3:
            return
        first, _, last = self._contacts[-3:]
        if not 30 <= last.k - first.k <= KEEP or not self._mounting.known:
            return
        acc, gyr = self._between(first.k, last.k)
        rows, worn = self._mounting.rows, self._mounting.worn
        found.append(posture(self._sensor, c.t, at, acc, gyr, rows, worn))

    def _between(self, first: int, last: int) -> tuple[Floats, Floats | None]:
        near = [(max(0, first - k), last - k, a, g) for k, a, g in self._raw if k < last]
        acc = np.concatenate([a[start:end] for start, end, a, _ in near])
        turns = [g[start:end] for start, end, _, g in near if g is not None]
        return acc, np.concatenate(turns) if turns else None

    def _end_slot(self, k: int, found: list[Finding]) -> None:
        x, y, z, square, rising, rising_square, n = self._slot.tolist()
        self._slot = np.zeros(7)
        at = (k - 1) * DT_S
        if n < SLOT / 2:
            self._lose(at, found)
            return
        mean = (x / n, y / n, z / n)
        spread = math.sqrt(max(0.0, square / n - mean[0] ** 2 - mean[1] ** 2 - mean[2] ** 2))
        vertical = math.sqrt(max(0.0, rising_square / n - (rising / n) ** 2))
        if self._pace.rest(k, spread, vertical):
            found.append(Moving(t=at, at=at, sensor=self._sensor, mode=self._pace.mode))
            self._contacts = []
            self._lead.reset()
        self._second.feed(self._scan.sums)
        if spread > 0.3 and self._pace.mode != "running":
            self._ahead.feed(self._second.forward, self._second.left)
        walking = self._pace.mode in ("walking", "running")
        if self._mounting.slot(mean, n / SLOT, spread, walking):
            self._tell_mounting(at, found)
        elif self._mounting.moved:
            self._reframe()

    def _lose(self, at: float, found: list[Finding]) -> None:
        if self._pace.lose():
            found.append(Moving(t=at, at=at, sensor=self._sensor, mode="unknown"))

    def _tell_mounting(self, at: float, found: list[Finding]) -> None:
        m = self._mounting
        self._reframe()
        matrix = m.rows if m.known else None
        found.append(
            Orientation(
                t=at,
                at=at,
                sensor=self._sensor,
                state=m.state,
                matrix=matrix,
                why=m.why,
                front=m.front,
                sure=m.sure,
            )
        )

    def _reframe(self) -> None:
        """Forget what was seen in another frame: it says nothing in this one."""
        self._lead.reset()
        self._second.reset()
        self._ahead = Ahead()
