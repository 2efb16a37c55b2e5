"""Left or right, from how the trunk rolls and sways at a contact.

At a contact of the left foot the pelvis starts to drop on the right, and the body, just thrown to
the left, is caught there. In walking both are waves at the stride frequency, so their phase at a
contact gives the side. Their values at four lags before the contact is known, relative to the wave
of the last 1.1 s, are weighted and added. In a slow walk these times grow with the step's. The
weights are a least-squares fit on the walks of Voisard (11 people), Tripod and Mobgap, tested by
leaving each person out: 96.7 % of all steps, first and last ones included; sway alone, without a
gyroscope, 94.9 %. Fitted again by ``scripts/cross-validate`` on the overground walks alone, all
with the usual lags: 95.3 and 89.0 % with each person left out, against 94.8 and 88.0 % with the
weights as they are; unknown counts as wrong.

Each answer includes half of the one before, reversed, because feet alternate. Only forward walking
with known mounting; the side is otherwise unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.model import Floats, Side
from cued.signal.orientation import Vector

EVERY, EVERY_MOST = 5, 12  # samples between those used, up to ``STEP_S`` and at most
STEP_S = 0.65  # chosen: longer than the steps of Voisard, on which the weights were fitted
SEEN = 23  # samples used: 1.1 s
WAVE = (SEEN - 1) * EVERY_MOST + 1  # samples that the slowest steps need
LAGS = (0, 2, 4, 6)  # back from the newest, in samples used
ROLL = (0.34, -0.74, 0.82, -0.39)  # fitted, as above
SWAY = (-0.26, 0.52, -0.13, 0.26)  # fitted together with ROLL
SWAY_ALONE = (-0.45, 0.76, -0.15, 0.44)  # fitted, without a gyroscope
CARRY = 0.5  # of the answer before, reversed
LEAST = 0.15  # less evidence than this is none
PAUSE_S, PAUSE_STEPS = 1.2, 2.2  # after both, feet need not alternate


class Sides:
    """Sums evidence for left (> 0) and right (< 0), contact by contact."""

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

        step_s : usual step time.
        acc, gyr : slow-filtered rows up to the sample at which the contact is known, at least the
        last ``WAVE``.
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
    """Return the rows used, oldest first."""
    every = min(EVERY_MOST, max(EVERY, round(EVERY * step_s / STEP_S)))
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
