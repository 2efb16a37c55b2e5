"""Where a foot went between two rests, from its acceleration and turn rate alone.

Strapdown integration with zero velocity at rests (Foxlin 2005, 10.1109/MCG.2005.140; Sabatini et
al. 2005, 10.1109/TBME.2004.840727): level at the first rest, turn with the gyroscope, rotate the
acceleration, take gravity off, integrate twice, and spread the velocity left over at the second
rest evenly over the time between. Deviations: a rest is one sample, the quietest of its stance,
because a foot in a soft shoe is never quite still; no magnetometer, and no filter over strides,
since only single strides are wanted.

It holds on a treadmill as well. A belt of constant speed is as good a frame of reference as the
floor: resting on the belt is resting, and the displacement is the stride over the belt. A belt
whose speed changes by ``dv`` within a stride of duration ``T`` adds about ``dv·T/2``.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from cued.frames import GRAVITY_M_S2, leveled
from cued.model import Floats
from cued.signal.filters import Fir, box
from cued.signal.grid import DT_S

LONGEST = 300  # samples; over a longer way the drift outgrows the stride
MARGIN = 2  # samples either side of a rest over which gravity is averaged
FASTEST_RAD_S = 20.0  # swings measure up to 17


class Leg(Struct, frozen=True):
    """A foot's way from one rest to the next, seen from above.

    start_t, end_t : the rests.  forward, left : m, along and across the mean of the foot's own
    heading at both ends.  turned : rad about the vertical, left positive.  across : share of all
    turning that was about the axis across the foot, 0..1.
    """

    start_t: float
    end_t: float
    forward: float
    left: float
    turned: float
    across: float

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
        self._loud: Floats = np.empty(0)
        self._mean = Fir(box((2 * MARGIN + 1) * DT_S))
        self._anchor: int | None = None  # sample of the last rest

    def feed(self, t: Floats, acc: Floats, gyr: Floats, loud: Floats) -> None:
        """Remember samples. ``loud`` says how far each one is from rest."""
        keep = LONGEST + 4 * MARGIN
        self._t = np.concatenate((self._t[-keep:], t))
        rows = np.concatenate((acc, gyr), axis=1)
        self._rows = np.concatenate((self._rows[-keep:], rows))
        self._loud = np.concatenate((self._loud[-keep:], self._mean.feed(loud)))
        self._n += t.size

    def forget(self) -> None:
        """The foot was not seen for a while, so where it was is of no use."""
        self._anchor = None

    def rest(self, first: int, now: int, left: Floats) -> Leg | None:
        """Settle a rest between samples ``first`` and ``now``; give the leg that it ends.

        left : (3,) the axis across the foot, in the axes of the samples.
        """
        base = self._n - self._t.size
        start = max(first, now - LONGEST + 2 * MARGIN) - base
        if now - base < start + 2 * MARGIN:
            return None
        # The mean over 2 MARGIN + 1 samples at i is that around i - MARGIN.
        window = self._loud[start + 2 * MARGIN : now - base + 1]
        end = start + MARGIN + int(np.argmin(window))
        before, self._anchor = self._anchor, end + base
        if before is None or before < now - LONGEST or end + base <= before:
            return None
        return self._leg(before - base, end, left)

    def up(self, now: int) -> Floats:
        """Gravity's reaction at the last rest (at ``now`` if there was none), (3,), m/s²."""
        base = self._n - self._t.size
        i = max(MARGIN, (now if self._anchor is None else self._anchor) - base)
        up: Floats = self._rows[i - MARGIN : i + MARGIN + 1, :3].mean(axis=0)
        return up

    def _leg(self, start: int, end: int, left: Floats) -> Leg:
        gravity = self._rows[max(0, start - MARGIN) : start + MARGIN + 1, :3].mean(axis=0)
        ahead: Floats = np.cross(left, gravity).astype(np.float64)
        level = leveled(gravity, ahead)
        force, last = _turned(self._rows[start : end + 1].tolist(), _quaternion(level))
        free = force - np.array((0.0, 0.0, GRAVITY_M_S2))
        x, y = _displacement(free[:, 0]), _displacement(free[:, 1])
        # Level axes start with x along the foot, which at the end points ``turned`` further left.
        toward = _rotate(last, left.tolist())
        turned = math.atan2(-toward[0], toward[1])
        cos, sin = math.cos(turned / 2), math.sin(turned / 2)
        return Leg(
            start_t=float(self._t[start]),
            end_t=float(self._t[end]),
            forward=x * cos + y * sin,
            left=y * cos - x * sin,
            turned=turned,
            across=_share(self._rows[start : end + 1, 3:], left),
        )


def _share(gyr: Floats, left: Floats) -> float:
    """Share of (n, 3) turning that was about ``left``, leaving out what no foot can do for long."""
    total: Floats = (gyr * gyr).sum(axis=1)
    about: Floats = gyr[:, 0] * left[0] + gyr[:, 1] * left[1] + gyr[:, 2] * left[2]
    swing = total < FASTEST_RAD_S**2
    return float((about * about)[swing].sum()) / max(float(total[swing].sum()), 1e-9)


def _displacement(a: Floats) -> float:
    """Integrate (n,) accelerations twice, with rest at both ends; m."""
    speed: Floats = np.cumsum((a[1:] + a[:-1]) * (DT_S / 2))
    speed = speed - speed[-1] * (np.arange(1, speed.size + 1) / speed.size)
    return float(speed.sum()) * DT_S


Quaternion = tuple[float, float, float, float]


def _quaternion(r: Floats) -> Quaternion:
    """Unit quaternion (w, x, y, z) of a rotation matrix (Shepperd 1978, largest component)."""
    m: list[list[float]] = r.tolist()
    trace = m[0][0] + m[1][1] + m[2][2]
    squares = [trace, m[0][0], m[1][1], m[2][2]]
    i = squares.index(max(squares))
    if i == 0:
        q = [1 + trace, m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]]
    else:
        j, k = i % 3 + 1, (i + 1) % 3 + 1
        q = [0.0, 0.0, 0.0, 0.0]
        q[0] = m[k - 1][j - 1] - m[j - 1][k - 1]
        q[i] = 1 + 2 * m[i - 1][i - 1] - trace
        q[j] = m[i - 1][j - 1] + m[j - 1][i - 1]
        q[k] = m[i - 1][k - 1] + m[k - 1][i - 1]
    size = math.sqrt(sum(v * v for v in q))
    return (q[0] / size, q[1] / size, q[2] / size, q[3] / size)


def _rotate(q: Quaternion, v: list[float]) -> tuple[float, float, float]:
    w, x, y, z = q
    vx, vy, vz = v
    tx, ty, tz = 2 * (y * vz - z * vy), 2 * (z * vx - x * vz), 2 * (x * vy - y * vx)
    return (
        vx + w * tx + y * tz - z * ty,
        vy + w * ty + z * tx - x * tz,
        vz + w * tz + x * ty - y * tx,
    )


def _turned(rows: list[list[float]], q: Quaternion) -> tuple[Floats, Quaternion]:
    """Turn (n, 6) rows' accelerations into level axes; give them and the last attitude.

    Written out on plain floats: 0.6 µs a sample against 10 µs with small arrays. Turn rates are
    means of neighbours; sine and cosine of the half angle are exact to 1e-9 below 40 rad/s.
    """
    w, x, y, z = q
    half = DT_S / 4
    ox, oy, oz = rows[0][3:]
    out: list[tuple[float, float, float]] = []
    for ax, ay, az, gx, gy, gz in rows:
        if out:
            a, b, c = (gx + ox) * half, (gy + oy) * half, (gz + oz) * half
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
        out.append(
            (
                ax + w * tx + y * tz - z * ty,
                ay + w * ty + z * tx - x * tz,
                az + w * tz + x * ty - y * tx,
            )
        )
    return np.array(out), (w, x, y, z)
