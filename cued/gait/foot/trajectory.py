"""The path of a foot between two rests, from its acceleration and turn rate alone.

Strapdown integration with zero velocity at rests (Foxlin 2005, 10.1109/MCG.2005.140; Sabatini et
al. 2005, 10.1109/TBME.2004.840727): level at the first rest, turn with the gyroscope, rotate the
acceleration, subtract gravity, integrate twice, and spread the velocity left over at the second
rest evenly over the time between. Deviations: a rest is one sample, the quietest of its stance,
because a foot in a soft shoe is never quite still; no magnetometer, and no filter over strides,
since only single strides are wanted. Steps are 20 ms, each the mean of two samples: that costs half
as much as 10 ms with the same error (medians and spreads of pyshoe and tripod change by 1 mm and
less; single lengths by up to 3 cm, most by less than 1).

It holds on a treadmill as well. A belt at constant speed is as good a frame of reference as the
floor: a foot at rest on it has zero velocity, and the displacement is the stride length. A belt
whose speed changes by ``dv`` within a stride of duration ``T`` adds about ``dv·T/2``.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from cued.frames import GRAVITY_M_S2, sizes
from cued.model import Floats
from cued.signal.filters import box
from cued.signal.grid import DT_S

KEEP = 450  # samples to look back over
LEG = (31, 249)  # samples; nearer rests are of one stance, with farther ones drift dominates
MARGIN = 2  # samples either side of a rest over which gravity is averaged
MEAN = box((2 * MARGIN + 1) * DT_S)  # s; the samples of a rest
REST_ACC_M_S2 = 2.0  # this far off gravity is as loud as a turn rate of 1 rad/s
# Rests of real feet differ by up to 41 degrees (tripod; 99 % by less than 33); a foot that pauses
# in mid-swing is turned by 53 and more (a simulated runner).
FLAT_COS = math.sqrt(0.5)  # of 45 degrees, in between
# Chosen: simulated at 0.4 m/s, a swing's end is 0.5 to 0.7 loud and the rest after it 0.0015.
EARLY, EARLY_LEAST, QUIET = 30.0, 0.05, 0.002
LEARNS, FORGETS = 0.2, 4.0  # chosen: a faster walk is accepted from the third loud landing on
STANCE = 150  # samples; as long as a foot rests at 0.3 m/s
STEP_S = 2 * DT_S  # means of two samples, see above
FASTEST_RAD_S = 20.0  # swings measure up to 17


class Leg(Struct, frozen=True):
    """A foot's path from one rest to the next, seen from above.

    start_t, end_t : the rests.  forward, left : m, along and across the mean of the foot's
    headings at both ends.  turned : rad about the vertical, left positive.  across : share of all
    turning that was about the axis across the foot, 0..1.  fastest : rad/s, largest turn rate.
    """

    start_t: float
    end_t: float
    forward: float
    left: float
    turned: float
    across: float
    fastest: float

    @property
    def length(self) -> float:
        """Horizontal distance, m."""
        return math.hypot(self.forward, self.left)


class Path:
    """Remembers the last samples and where in them the foot was last at rest."""

    def __init__(self) -> None:
        self._n = 0  # samples so far
        self._t: Floats = np.empty(0)
        self._rows: Floats = np.empty((0, 6))
        self._new: list[tuple[Floats, Floats, Floats]] = []  # samples not yet joined to these
        self._anchor: int | None = None  # sample of the last rest
        self.early = False  # the last rest was a foot still landing or already rising
        self._usual = 1.0  # loudness of rests in gait
        self._landed = -KEEP  # sample

    def feed(self, t: Floats, acc: Floats, gyr: Floats) -> None:
        """Remember samples."""
        self._new.append((t, acc, gyr))
        self._n += t.size
        if len(self._new) > KEEP:
            self._join()

    def _join(self) -> None:
        if self._new:
            keep = KEEP + 4 * MARGIN
            t, acc, gyr = (np.concatenate(column) for column in zip(*self._new, strict=True))
            self._t = np.concatenate((self._t[-keep:], t))
            rows = np.concatenate((acc, gyr), axis=1)
            self._rows = np.concatenate((self._rows[-keep:], rows))
            self._new = []

    def forget(self) -> None:
        """Forget the last rest after a gap."""
        self._anchor = None

    def rest(
        self, first: int, now: int, left: Floats, *, landing: bool = False, last: bool = False
    ) -> Leg | None:
        """Settle a rest between samples ``first`` and ``now``; return the leg that it ends.

        left : (3,) the axis across the foot, in the axes of the samples.
        landing : a swing ended here.  last : the next one begins.
        A slow foot seems at rest before it is down and when it rises; that does not count
        (``early``).
        """
        self.early = False
        self._join()
        base = self._n - self._t.size
        start = max(first, now - KEEP + 2 * MARGIN) - base
        if now - base < start + 2 * MARGIN:
            return None
        quietest, loud = _quietest(self._rows[start : now - base + 1])
        end = start + MARGIN + quietest
        if landing:
            self._landed = now
        self.early = not last and self._is_early(now, loud)
        if self.early:
            self._usual *= FORGETS if landing else 1.0
            return None
        before, self._anchor = self._anchor, end + base
        if before is None or before < now - KEEP or not LEG[0] <= end + base - before <= LEG[1]:
            return None
        if self._tilted(before - base, end):
            return None
        return self._leg(before - base, end, left)

    def _tilted(self, start: int, end: int) -> bool:
        """Return whether the foot's tilt differs, so that one of the two rests is no stance."""
        a, b = (_mean_force(self._rows[max(0, i - MARGIN) : i + MARGIN + 1]) for i in (start, end))
        return float(a @ b) < FLAT_COS * math.sqrt(float(a @ a) * float(b @ b))

    def _is_early(self, now: int, loud: float) -> bool:
        """Return whether a rest in gait is far louder than this foot's others."""
        if now - self._landed >= KEEP:
            return False  # standing, which is quieter than gait
        if loud > max(EARLY * self._usual, EARLY_LEAST):
            return True
        if now - self._landed < STANCE:
            self._usual = max(QUIET, self._usual ** (1.0 - LEARNS) * loud**LEARNS)
        return False

    def up(self, now: int) -> Floats:
        """Return gravity's reaction (3,), m/s², at the last rest, or at ``now`` if none."""
        self._join()
        base = self._n - self._t.size
        i = max(MARGIN, (now if self._anchor is None else self._anchor) - base)
        return _mean_force(self._rows[i - MARGIN : i + MARGIN + 1])

    def _leg(self, start: int, end: int, left: Floats) -> Leg:
        """Integrate from one rest to the next; forward is the mean heading of both ends."""
        gravity = _mean_force(self._rows[max(0, start - MARGIN) : start + MARGIN + 1])
        level = _leveling(*gravity.tolist())
        rows = self._rows[start : end + 1]
        x, y, last = _integrated(_halved(rows).tolist(), level)
        gyr = rows[:, 3:]
        squares: Floats = np.add.reduce(gyr * gyr, axis=1)  # of the turn rates
        across = left.tolist()
        before, after = _heading(level, across), _heading(last, across)
        turned = math.remainder(after - before, 2.0 * math.pi)
        cos, sin = math.cos(before + turned / 2), math.sin(before + turned / 2)
        return Leg(
            start_t=float(self._t[start]),
            end_t=float(self._t[end]),
            forward=x * cos + y * sin,
            left=y * cos - x * sin,
            turned=turned,
            across=_share(gyr, squares, left),
            fastest=math.sqrt(float(squares.max())),
        )


def _quietest(rows: Floats) -> tuple[int, float]:
    """Return where the mean of 2 MARGIN + 1 of (n, 6) rows is quietest, and its loudness."""
    acc, gyr = rows[:, :3], rows[:, 3:]
    off = (sizes(acc) - GRAVITY_M_S2) / REST_ACC_M_S2
    loud = np.add.reduce(gyr * gyr, axis=1) + off * off
    means = np.correlate(loud, MEAN, mode="valid")
    at = int(means.argmin())
    return at, max(float(means[at]), 1e-6)  # simulated feet may be perfectly still


def _halved(rows: Floats) -> Floats:
    """Return means of pairs of rows; an odd last row is left out, as it is at rest."""
    even = rows.shape[0] // 2 * 2
    return 0.5 * (rows[0:even:2] + rows[1:even:2])


def _mean_force(rows: Floats) -> Floats:
    """Return the mean acceleration (3,) of (n, 6) rows."""
    return np.add.reduce(rows[:, :3], axis=0) / rows.shape[0]


def _share(gyr: Floats, squares: Floats, left: Floats) -> float:
    """Return the share of (n, 3) turning about ``left``, without samples too fast for a swing."""
    about: Floats = gyr[:, 0] * left[0] + gyr[:, 1] * left[1] + gyr[:, 2] * left[2]
    about *= about
    swing = squares < FASTEST_RAD_S**2
    if not swing.all():
        about, squares = about[swing], squares[swing]
    return float(np.add.reduce(about)) / max(float(np.add.reduce(squares)), 1e-9)


Quaternion = tuple[float, float, float, float]  # w, x, y, z; level axes from the samples' axes


def _leveling(ax: float, ay: float, az: float) -> Quaternion:
    """Return the smallest rotation that turns gravity's reaction upright."""
    size = math.sqrt(ax * ax + ay * ay + az * az)
    w, x, y = size + az, ay, -ax
    norm = math.sqrt(w * w + x * x + y * y)
    if norm <= 1e-6 * size:
        return (0.0, 1.0, 0.0, 0.0)
    return (w / norm, x / norm, y / norm, 0.0)


def _heading(q: Quaternion, left: list[float]) -> float:
    """Return the angle of the direction 90 degrees clockwise of ``left``, seen from above."""
    w, x, y, z = q
    vx, vy, vz = left
    tx, ty, tz = 2 * (y * vz - z * vy), 2 * (z * vx - x * vz), 2 * (x * vy - y * vx)
    return math.atan2(-(vx + w * tx + y * tz - z * ty), vy + w * ty + z * tx - x * tz)


def _integrated(rows: list[list[float]], q: Quaternion) -> tuple[float, float, Quaternion]:
    """Integrate (n, 6) rows in level axes with rest at both ends; return x, y and the attitude.

    Written out on plain floats: 0.7 µs a row against 10 µs with small arrays. Turn rates are
    means of neighbours; sine and cosine of the half angle are exact to 1e-7 below 20 rad/s.
    """
    w, x, y, z = q
    ox, oy, oz = rows[0][3:]
    fx = fy = vx = vy = px = py = 0.0
    first = True
    for ax, ay, az, gx, gy, gz in rows:
        if not first:
            a, b, c = (gx + ox) * (STEP_S / 4), (gy + oy) * (STEP_S / 4), (gz + oz) * (STEP_S / 4)
            s = a * a + b * b + c * c
            sine, d = 1.0 - s * (1 / 6 - s / 120), 1.0 - s * (0.5 - s / 24)
            a, b, c = a * sine, b * sine, c * sine
            w, x, y, z = (
                w * d - x * a - y * b - z * c,
                w * a + x * d + y * c - z * b,
                w * b - x * c + y * d + z * a,
                w * c + x * b - y * a + z * d,
            )
        ox, oy, oz = gx, gy, gz
        tx, ty, tz = 2 * (y * az - z * ay), 2 * (z * ax - x * az), 2 * (x * ay - y * ax)
        nx, ny = ax + w * tx + y * tz - z * ty, ay + w * ty + z * tx - x * tz
        if not first:
            vx, vy = vx + (nx + fx) * (STEP_S / 2), vy + (ny + fy) * (STEP_S / 2)
            px, py = px + vx, py + vy
        fx, fy, first = nx, ny, False
    # The speed left over at the end grew evenly: its i-th of n steps has i/n of it.
    half = len(rows) / 2
    return (px - vx * half) * STEP_S, (py - vy * half) * STEP_S, (w, x, y, z)
