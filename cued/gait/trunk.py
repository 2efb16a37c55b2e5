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
    SHARP,
    SHARP_SHARE,
    UNIT,
    VERTICAL_SHARE,
    WALK_HZ,
    Candidate,
    Peaks,
    WalkRhythm,
    sharpened,
)
from cued.gait.trunk_heading import TICK, TICK_S, TURN_TICKS, Ahead, Lead, StepSums, Yaw
from cued.gait.trunk_mode import Pace
from cued.gait.trunk_side import WAVE, Sides
from cued.model import Block, Bools, Floats, Side
from cued.signal.filters import Fir, lowpass
from cued.signal.grid import DT_S, RATE_HZ
from cued.signal.orientation import SLOT

NO_TURN = [0.0, 0.0, 0.0]
KEEP = 400  # samples of raw data kept for a stride's posture
SLOW = lowpass(WALK_HZ)
QUICK = lowpass(RUN_HZ)


class Trunk:
    """Finds contacts, mode, direction, turns, posture and mounting of one trunk sensor."""

    def __init__(self, sensor: str, *, starts_forward: bool = False) -> None:
        self._sensor = sensor
        self._mounting = Mounting(starts_forward)
        self._restart()

    def _restart(self) -> None:
        self._slow, self._quick, self._slow_gyr = Fir(SLOW), Fir(QUICK), Fir(SLOW)
        self._peaks, self._rhythm, self._pace = Peaks(), WalkRhythm(), Pace()
        self._sums, self._lead, self._second = StepSums(), Lead(), Lead()
        self._ahead, self._yaw, self._sides = Ahead(), Yaw(), Sides()
        self._slot = [0.0] * 5
        self._tick = 0.0
        self._past_slow: list[list[float]] = []
        self._past_gyr: list[list[float]] = []
        self._past_quick: list[list[float]] = []
        self._raw: list[tuple[int, Floats, Floats | None]] = []
        self._contacts: list[Candidate] = []

    def feed(self, block: Block) -> list[Finding]:
        """Take a block; what was found in it, in the order in which it was known."""
        found: list[Finding] = []
        n = block.t.size
        if not n:
            return found
        if block.fresh:
            self._restart()
        if not self._past_slow:
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
        slow = self._slow.feed(acc).tolist()
        quick = self._quick.feed(acc).tolist()
        self._past_slow = (self._past_slow or slow[:1])[-WAVE:] + slow
        self._past_quick = self._past_quick[-SHARP:] + quick
        if gyr is not None:
            self._past_gyr = self._past_gyr[-WAVE:] + self._slow_gyr.feed(gyr).tolist()
        self._remember(k, acc, gyr)
        self._tally(acc, block.ok[start:stop])
        turns = [NO_TURN] * len(slow) if gyr is None else gyr.tolist()
        self._scan(k, slow, quick, turns, found)

    def _remember(self, k: int, acc: Floats, gyr: Floats | None) -> None:
        self._raw.append((k, acc, gyr))
        while self._raw and k - self._raw[0][0] > KEEP + self._raw[0][1].shape[0]:
            self._raw.pop(0)

    def _tally(self, acc: Floats, ok: Bools) -> None:
        s = self._slot
        for (x, y, z), good in zip(acc.tolist(), ok.tolist(), strict=True):
            if good:
                s[0] += x
                s[1] += y
                s[2] += z
                s[3] += x * x + y * y + z * z
                s[4] += 1.0

    def _tell_turn(self, at: float, found: list[Finding]) -> None:
        yaw = self._yaw
        t = at - TURN_TICKS * TICK_S * (1.0 if yaw.turning else 0.5)
        self._lead.reset()
        found.append(Turning(t=t, at=at, sensor=self._sensor, turning=yaw.turning, angle=yaw.angle))

    def _scan(
        self,
        k: int,
        slow: list[list[float]],
        quick: list[list[float]],
        turns: list[list[float]],
        found: list[Finding],
    ) -> None:
        rows, gravity = self._mounting.rows, self._mounting.gravity
        (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rows
        wx, wy, wz = self._ahead.along(rows, self._mounting.nominal, VERTICAL_SHARE)
        peaks, sums, left = self._peaks, self._sums, len(slow)
        px, py, pz = self._past_slow[-left - 1]
        for (ax, ay, az), (qx, qy, qz), (gx, gy, gz) in zip(slow, quick, turns, strict=True):
            dx, dy, dz = ax - px, ay - py, az - pz
            px, py, pz = ax, ay, az
            f = xx * dx + xy * dy + xz * dz
            s = yx * dx + yy * dy + yz * dz
            v = zx * ax + zy * ay + zz * az - gravity
            sums.fv += f * v
            sums.lv += s * v
            sums.ff += f * f
            sums.ll += s * s
            sums.vv += v * v
            left -= 1
            c = peaks.drive(k, UNIT * (wx * dx + wy * dy + wz * dz))
            if c is not None and self._rhythm.take(c):
                self._judge(self._sharpened(c, left), left, found)
            c = peaks.weight(k, zx * qx + zy * qy + zz * qz)
            if c is not None:
                self._judge(c, left, found)
            self._tick += zx * gx + zy * gy + zz * gz
            k += 1
            if k % TICK == 0:
                if self._yaw.feed(DT_S * self._tick):
                    self._tell_turn((k - 1) * DT_S, found)
                self._tick = 0.0

    def _sharpened(self, c: Candidate, left: int) -> Candidate:
        along = self._ahead.along(self._mounting.rows, self._mounting.nominal, SHARP_SHARE)
        end = len(self._past_quick) - left
        return sharpened(c, self._past_quick[max(0, end - SHARP) : end], along)

    def _judge(self, c: Candidate, left: int, found: list[Finding]) -> None:
        at = c.at * DT_S
        mode = self._pace.mode
        for contact in self._pace.take(c):
            self._contacts = [*self._contacts[-2:], contact]
            side = self._side(contact, left) if contact is c else "unknown"
            found.append(Contact(t=contact.t, at=at, sensor=self._sensor, side=side))
            found.append(Moving(t=contact.t, at=at, sensor=self._sensor, mode=self._pace.mode))
            if contact is c:
                self._step(c, at, found)
        if self._pace.mode != mode:
            self._lead.reset()

    def _side(self, c: Candidate, left: int) -> Side:
        if self._pace.mode != "walking" or not self._mounting.known:
            return "unknown"
        ahead, across, _ = self._mounting.rows
        slow, gyr = self._past_slow, self._past_gyr
        return self._sides.feed(
            c.t,
            slow[max(0, len(slow) - left - WAVE) : len(slow) - left],
            gyr[max(0, len(gyr) - left - WAVE) : len(gyr) - left] if gyr else None,
            ahead,
            across,
        )

    def _step(self, c: Candidate, at: float, found: list[Finding]) -> None:
        if self._pace.mode == "walking" and self._lead.feed(self._sums.values()):
            self._direct(c, at, found)
        self._stride(c, at, found)

    def _direct(self, c: Candidate, at: float, found: list[Finding]) -> None:
        lead, name = self._lead, self._sensor
        if not self._yaw.turning:
            if self._mounting.step(lead.forward, lead.left):
                self._tell_mounting(at, found)
            if self._mounting.known and self._pace.sedate:
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
        x, y, z, square, n = self._slot
        self._slot = [0.0] * 5
        at = (k - 1) * DT_S
        if n < SLOT / 2:
            return
        mean = (x / n, y / n, z / n)
        spread = math.sqrt(max(0.0, square / n - mean[0] ** 2 - mean[1] ** 2 - mean[2] ** 2))
        if self._pace.rest(k, spread):
            found.append(Moving(t=at, at=at, sensor=self._sensor, mode=self._pace.mode))
            self._contacts = []
            self._lead.reset()
        self._second.feed(self._sums.values())
        if spread > 0.3 and self._pace.mode != "running":
            self._ahead.feed(self._second.forward, self._second.left)
        walking = self._pace.mode in ("walking", "running")
        if self._mounting.slot(mean, n / SLOT, spread, walking):
            self._tell_mounting(at, found)

    def _tell_mounting(self, at: float, found: list[Finding]) -> None:
        m = self._mounting
        matrix = m.rows if m.known else None
        found.append(
            Orientation(t=at, at=at, sensor=self._sensor, state=m.state, matrix=matrix, why=m.why)
        )
