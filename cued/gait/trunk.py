"""The trunk's chain: blocks of a lower back, waist or chest sensor in, findings out.

The work is cut at the ends of half-second slots of the grid, where level, mounting, mode and turns
move on, so that between two ends every sample meets the same frame; inside a slot two low-passes
run as convolutions and one loop over plain floats looks for candidates. What one part concludes
is in ``trunk_contacts`` (candidates, rhythm), ``trunk_mode`` (which candidates are contacts),
``trunk_heading`` (direction, turns), ``mounting`` and ``posture``.

Delay of a contact: about 100 ms in walking, 40 ms in running, half a stride more for the first.
"""

from __future__ import annotations

import math

import numpy as np

from cued.gait.finding import Contact, Finding, Heading, Moving, Orientation, Turning
from cued.gait.mounting import Mounting
from cued.gait.posture import posture
from cued.gait.trunk_contacts import (
    RUN_HZ,
    VERTICAL_SHARE,
    WALK_HZ,
    Candidate,
    Peaks,
)
from cued.gait.trunk_heading import Lead, StepSums, Yaw
from cued.gait.trunk_mode import Pace
from cued.model import Block, Floats, Side
from cued.signal.filters import Fir, lowpass
from cued.signal.grid import DT_S, RATE_HZ
from cued.signal.orientation import SLOT

KEEP = 400  # samples of raw data kept for a stride's posture
SLOW = lowpass(WALK_HZ)
QUICK = lowpass(RUN_HZ)
UNIT = 30.0  # scales the drive so that an average step's peak is about 1


class Trunk:
    """Finds contacts, mode, direction, turns, posture and mounting of one trunk sensor."""

    def __init__(self, sensor: str, *, starts_forward: bool = False) -> None:
        self._sensor = sensor
        self._mounting = Mounting(starts_forward)
        self._restart()

    def _restart(self) -> None:
        self._slow, self._quick = Fir(SLOW), Fir(QUICK)
        self._peaks, self._pace = Peaks(), Pace()
        self._lead, self._sums, self._yaw = Lead(), StepSums(), Yaw()
        self._slot = [0.0] * 8
        self._before: list[float] | None = None
        self._sign = 1.0
        self._raw: list[tuple[int, Floats, Floats | None]] = []
        self._contacts: list[Candidate] = []
        self._parity = 0

    def feed(self, block: Block) -> list[Finding]:
        """Take a block; what was found in it, in the order in which it was known."""
        found: list[Finding] = []
        n = block.t.size
        if not n:
            return found
        if block.fresh:
            self._restart()
        if self._before is None:
            x, y, z = block.acc[0].tolist()
            self._mounting.restart((x, y, z), block.oriented)
        first = round(float(block.t[0]) * RATE_HZ)
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
        acc = block.acc[start:stop]
        gyr = None if block.gyr is None else block.gyr[start:stop]
        slow = self._slow.feed(acc)
        quick = self._quick.feed(acc)
        self._remember(k, acc, gyr)
        self._tally(acc, gyr, block.ok[start:stop])
        self._scan(k, slow.tolist(), quick.tolist(), found)

    def _remember(self, k: int, acc: Floats, gyr: Floats | None) -> None:
        self._raw.append((k, acc, gyr))
        while self._raw and k - self._raw[0][0] > KEEP + self._raw[0][1].shape[0]:
            self._raw.pop(0)

    def _tally(self, acc: Floats, gyr: Floats | None, ok: Floats) -> None:
        s = self._slot
        for (x, y, z), good in zip(acc.tolist(), ok.tolist(), strict=True):
            if good:
                s[0] += x
                s[1] += y
                s[2] += z
                s[3] += x * x + y * y + z * z
                s[4] += 1.0
        if gyr is not None:
            for x, y, z in gyr.tolist():
                s[5] += x
                s[6] += y
                s[7] += z

    def _scan(
        self, k: int, slow: list[list[float]], quick: list[list[float]], found: list[Finding]
    ) -> None:
        (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = self._mounting.rows
        gravity = self._mounting.gravity
        peaks, sums, sign = self._peaks, self._sums, self._sign
        px, py, pz = self._before or slow[0]
        for (ax, ay, az), (qx, qy, qz) in zip(slow, quick, strict=True):
            dx, dy, dz = ax - px, ay - py, az - pz
            px, py, pz = ax, ay, az
            f = xx * dx + xy * dy + xz * dz
            side = yx * dx + yy * dy + yz * dz
            u = zx * dx + zy * dy + zz * dz
            v = zx * ax + zy * ay + zz * az - gravity
            sums.fv += f * v
            sums.lv += side * v
            sums.ff += f * f
            sums.ll += side * side
            sums.vv += v * v
            c = peaks.drive(k, UNIT * (VERTICAL_SHARE * u - sign * f))
            if c is not None:
                self._judge(c, found)
            c = peaks.weight(k, zx * qx + zy * qy + zz * qz)
            if c is not None:
                self._judge(c, found)
            k += 1
        self._before = [px, py, pz]

    def _judge(self, c: Candidate, found: list[Finding]) -> None:
        at = c.at * DT_S
        mode = self._pace.mode
        for contact in self._pace.take(c):
            self._contacts = [*self._contacts[-2:], contact]
            found.append(Contact(t=contact.t, at=at, sensor=self._sensor, side=self._side()))
            found.append(Moving(t=contact.t, at=at, sensor=self._sensor, mode=self._pace.mode))
            if contact is c:
                self._step(c, at, found)
        if self._pace.mode != mode:
            self._lead.reset()

    def _side(self) -> Side:
        return "unknown"

    def _step(self, c: Candidate, at: float, found: list[Finding]) -> None:
        sums = self._sums.values()
        self._sums.clear()
        if self._pace.mode == "walking" and self._lead.feed(sums):
            self._direct(c, at, found)
        self._stride(c, at, found)

    def _direct(self, c: Candidate, at: float, found: list[Finding]) -> None:
        lead, name = self._lead, self._sensor
        if not self._yaw.turning:
            if self._mounting.step(lead.forward, lead.left):
                self._tell_mounting(at, found)
            if self._mounting.known:
                found.append(
                    Heading(t=c.t, at=at, sensor=name, log_odds=lead.log_odds, kind="trunk")
                )

    def _stride(self, c: Candidate, at: float, found: list[Finding]) -> None:
        if len(self._contacts) < 3:
            return
        first, _, last = self._contacts[-3:]
        if not 30 <= last.k - first.k <= 250 or not self._mounting.known:
            return
        acc, gyr = self._between(first.k, last.k)
        worn = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        found.append(posture(self._sensor, c.t, at, acc, gyr, self._mounting.rows, worn))

    def _between(self, first: int, last: int) -> tuple[Floats, Floats | None]:
        k = self._raw[0][0]
        acc = np.concatenate([a for _, a, _ in self._raw])[first - k : last - k]
        if self._raw[-1][2] is None:
            return acc, None
        gyr = np.concatenate([g for _, _, g in self._raw if g is not None])
        return acc, gyr[first - k : last - k]

    def _end_slot(self, k: int, found: list[Finding]) -> None:
        x, y, z, square, n, gx, gy, gz = self._slot
        self._slot = [0.0] * 8
        at = (k - 1) * DT_S
        if n < SLOT / 2:
            return
        mean = (x / n, y / n, z / n)
        spread = math.sqrt(max(0.0, square / n - mean[0] ** 2 - mean[1] ** 2 - mean[2] ** 2))
        if self._pace.rest(k, spread):
            found.append(Moving(t=at, at=at, sensor=self._sensor, mode=self._pace.mode))
            self._contacts = []
            self._lead.reset()
        up = self._mounting.rows[2]
        if self._yaw.feed(DT_S * (gx * up[0] + gy * up[1] + gz * up[2])):
            yaw = self._yaw
            found.append(
                Turning(t=at, at=at, sensor=self._sensor, turning=yaw.turning, angle=yaw.angle)
            )
            self._lead.reset()
        walking = self._pace.mode in ("walking", "running")
        if self._mounting.slot(mean, n / SLOT, self._pace.mode == "standing", walking):
            self._tell_mounting(at, found)

    def _tell_mounting(self, at: float, found: list[Finding]) -> None:
        m = self._mounting
        matrix = m.rows if m.known else None
        found.append(
            Orientation(t=at, at=at, sensor=self._sensor, state=m.state, matrix=matrix, why=m.why)
        )
