"""The wearer's own ordinary, kept apart by direction, mode, speed and incline.

Nothing measured on the trunk or in a stride's timing has a norm worth cueing from: it depends on
the person, the speed, the direction and the mounting. So a value is compared with the same
person's values under the same terms. Backward strides never meet forward ones.

Rules: centre and spread are median and MAD (x 1.4826, the SD of a normal distribution), so a few
odd strides among the first do no harm. A spread is never smaller than a floor per quantity, for a
very even walker must not be alarmed by what nobody could see. A baseline takes its first ``FULL``
strides and then stays, so that slow tiring shows instead of being learnt.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from cued.model import Direction, Mode, Stride

READY = 20  # strides; a choice: a median and a MAD of fewer are hardly known
FULL = 100  # chosen: two minutes; such a median is good to an eighth of the spread
SPEED_M_S = 0.1  # width of a bin
INCLINE_PERCENT = 2.0  # within which strides are compared; chosen
SIGMA = 1.4826  # SD of a normal distribution over its MAD


class Terms(NamedTuple):
    """What two strides must share to be compared; speed and incline are bin numbers."""

    direction: Direction
    mode: Mode
    speed: int | None
    incline: int | None

    @classmethod
    def of(cls, stride: Stride, before: Terms | None = None) -> Terms:
        """Return the terms of a stride; ``before``'s bins hold until left by half a bin more.

        Speeds from a foot's trajectory scatter; without that they would fall into two bins.
        """
        speed = _bin(stride.speed_m_s, SPEED_M_S, before.speed if before else None)
        incline = _bin(stride.incline_percent, INCLINE_PERCENT, before.incline if before else None)
        return cls(stride.direction, stride.mode, speed, incline)


def _bin(value: float | None, width: float, before: int | None) -> int | None:
    if value is None:
        return None
    if before is not None and abs(value / width - before) <= 1.0:
        return before
    return round(value / width)


class Baseline:
    """Median and spread of named quantities over the first strides under the same terms."""

    def __init__(self, floors: Mapping[str, float]) -> None:
        self._floors = dict(floors)
        self._seen: dict[str, list[float]] = {name: [] for name in floors}
        self._typical: dict[str, tuple[float, float]] = {}

    def learn(self, values: Mapping[str, float]) -> None:
        """Process one stride's values, those that were measured."""
        for name, value in values.items():
            seen = self._seen[name]
            if len(seen) >= FULL:
                continue
            seen.append(value)
            if len(seen) >= READY:
                centre = median(seen)
                spread = SIGMA * median(abs(v - centre) for v in seen)
                self._typical[name] = (centre, max(spread, self._floors[name]))

    def typical(self, name: str) -> tuple[float, float] | None:
        """Return median and spread of a quantity, None while it is being learnt."""
        return self._typical.get(name)

    def z(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return how many spreads each value that can be judged lies above its median."""
        out: dict[str, float] = {}
        for name, value in values.items():
            typical = self._typical.get(name)
            if typical is not None:
                out[name] = (value - typical[0]) / typical[1]
        return out
