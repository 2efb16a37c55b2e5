"""Which foot touched, from how the trunk rolls and sways.

At a contact of the left foot the pelvis starts to drop on the right, and the body, just thrown to
the left, is caught there. In walking both are waves at the frequency of strides, so where they are
at a contact tells the side. Their values at four lags behind the moment of knowing, each relative
to the wave of the last 1.1 s, are weighed together. A slow walk is a usual one, slowed: these times
grow with the step's. The weights are a least-squares fit on the walks of Voisard (11 people),
Tripod and Mobgap, tested by leaving each person out: 96.7 % of all steps, first and last ones
included; sway alone, without a gyroscope, 94.9 %. Fitted again by ``scripts/cross-validate`` on the
walks over ground alone, at their one distance: 95.3 and 89.0 % left out, 94.8 and 88.0 % as they
are, what is unknown counted as wrong.

Each answer also counts half of the one before, reversed, since feet take turns. Walking forward
with known mounting only: anything else is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.model import Floats, Side
from cued.signal.orientation import Vector

STRIDE, MOST = 5, 12  # samples from one that is looked at to the next: at usual pace, and slower
STEP_S = 0.65  # chosen: the steps of Voisard take less, and those weights are theirs
SEEN = 23  # of them: 1.1 s
WAVE = (SEEN - 1) * MOST + 1  # samples that the slowest need
LAGS = (0, 2, 4, 6)  # of the samples looked at, before the moment of knowing
ROLL = (0.34, -0.74, 0.82, -0.39)  # fitted, as above
SWAY = (-0.26, 0.52, -0.13, 0.26)  # fitted, beside ROLL
SWAY_ALONE = (-0.45, 0.76, -0.15, 0.44)  # fitted, without a gyroscope
CARRY = 0.5  # of the answer before, reversed
LEAST = 0.15  # less evidence than this is none
PAUSE_S, PAUSE_STEPS = 1.2, 2.2  # after which, and so many steps, feet need not take turns


class Sides:
    """Weighs evidence for left (> 0) and right contact by contact."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._t = -1e9

    def feed(
        self,
        t: float,
        step_s: float,
        acc: Floats,
        gyr: Floats | None,
        ahead: Vector,
        left: Vector,
    ) -> Side:
        """Return the side of the contact at ``t``.

        step_s : what steps take.
        acc, gyr : slow-filtered rows up to its being known, of the last ``WAVE`` samples at least.
        """
        if t - self._t > max(PAUSE_S, PAUSE_STEPS * step_s):
            self._sum = 0.0
        self._t = t
        swayed = seen(acc, step_s)
        if len(swayed) < SEEN:
            return "unknown"
        if gyr is None:
            evidence = _weighed(swayed, left, SWAY_ALONE)
        else:
            evidence = _weighed(seen(gyr, step_s), ahead, ROLL) + _weighed(swayed, left, SWAY)
        self._sum = evidence - CARRY * self._sum
        if abs(self._sum) < LEAST:
            return "unknown"
        return "left" if self._sum > 0.0 else "right"


def seen(rows: Floats, step_s: float) -> list[list[float]]:
    """Return the rows that are looked at, oldest first."""
    every = min(MOST, max(STRIDE, round(STRIDE * step_s / STEP_S)))
    return rows[-(SEEN - 1) * every - 1 :: every].tolist()


def _weighed(rows: Sequence[Sequence[float]], along: Vector, weights: Sequence[float]) -> float:
    ax, ay, az = along
    wave = [ax * x + ay * y + az * z for x, y, z in rows]
    mean = sum(wave) / len(wave)
    spread = (sum((v - mean) ** 2 for v in wave) / len(wave)) ** 0.5
    if spread < 1e-6:
        return 0.0
    total = 0.0
    for lag, weight in zip(LAGS, weights, strict=True):
        total += weight * (wave[-1 - lag] - mean)
    return total / spread
