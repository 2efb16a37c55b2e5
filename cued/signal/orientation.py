"""Direction of gravity from the mean of an accelerometer, and small vectors.

Rules: no gyroscope is needed, so a chest strap without one is leveled like any other sensor; the
estimate changes only at the ends of fixed half-second slots of the grid, so it is the same however
the samples were split, and the frame is constant between two slot ends.

Method: over whole strides a walker's mean acceleration is zero, so the mean specific force is
gravity, also on a moving belt (steady mean speed). Slot means go through a mean that grows to
``SETTLE_S`` and then forgets exponentially: the first slot already levels, later slots average
over strides. Delay: about ``SETTLE_S`` after a change of posture. Not for falls or for tilt within
a stride, which need turn rates.
"""

from __future__ import annotations

import math

SETTLE_S = 2.0  # two to four strides; ripple of a stride's mean stays below 1 degree
SLOT = 50  # grid samples
SLOT_S = 0.5  # about a step

Vector = tuple[float, float, float]
Rows = tuple[Vector, Vector, Vector]


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector product, right-handed."""
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def scaled(a: Vector, k: float) -> Vector:
    """Return ``k`` times the vector."""
    return (k * a[0], k * a[1], k * a[2])


def plus(a: Vector, b: Vector, k: float = 1.0) -> Vector:
    """Return ``a + k b``."""
    return (a[0] + k * b[0], a[1] + k * b[1], a[2] + k * b[2])


def length(a: Vector) -> float:
    """Return the Euclidean length."""
    return math.sqrt(dot(a, a))


def unit(a: Vector) -> Vector | None:
    """Return a vector of length 1 in the same direction, None for one of (nearly) zero length."""
    n = length(a)
    return None if n < 1e-9 else scaled(a, 1.0 / n)


def level(a: Vector, up: Vector) -> Vector | None:
    """Return the horizontal direction of ``a``, None when ``a`` is (nearly) vertical."""
    flat = plus(a, up, -dot(a, up))
    return None if length(flat) < 0.05 * max(1e-9, length(a)) else unit(flat)


def angle(a: Vector, b: Vector) -> float:
    """Return the angle between two unit vectors, rad."""
    return math.acos(max(-1.0, min(1.0, dot(a, b))))


class Gravity:
    """Mean specific force of one sensor, in sensor axes, m/s²."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._mean: Vector = (0.0, 0.0, 0.0)

    def feed(self, slot_mean: Vector, share: float = 1.0) -> None:
        """Process the mean of a slot; ``share`` is the part of its samples that were good."""
        if share <= 0.0:
            return
        self._weight = min(SETTLE_S / SLOT_S, self._weight + share)
        k = share / self._weight
        self._mean = plus(scaled(self._mean, 1.0 - k), slot_mean, k)

    @property
    def known(self) -> bool:
        """Whether anything was fed."""
        return self._weight > 0.0

    @property
    def size(self) -> float:
        """Length of the mean, m/s²: close to 9.81 in any steady gait."""
        return length(self._mean)

    @property
    def up(self) -> Vector | None:
        """Unit vector against gravity; None before the first sample."""
        return unit(self._mean) if self.known else None
