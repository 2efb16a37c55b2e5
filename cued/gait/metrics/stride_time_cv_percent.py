"""Stride-time variability: SD over mean of one foot's stride times, per cent. A trend, no alarm.

Healthy walking forward: 2.0 +- 0.7 % (19 people); backward 3.5 % in the one person measured on a
treadmill. It is good to 10 % only after hundreds of strides, so it starts after 50 of one foot and
should be read over minutes; ``stability.py`` is for quick warnings. Strides while the belt changes
are left out, and so are those more than a third off the foot's median, which are missed footfalls.
The mean of both feet if both are seen. Valid in every mode.
"""

from __future__ import annotations

from math import fsum, sqrt
from statistics import median

from cued.gait.metric import Basis, Cycle, Metric
from cued.gait.metrics._figure import Recent
from cued.model import Side
from cued.parts import NoOptions, Part

STRIDES = 50  # of one foot; fewer say little, see above


class StrideTimeCv:
    """Variability of stride time."""

    unit = "%"
    basis = frozenset[Basis]({"belt"})
    strides = STRIDES

    def __init__(self, config: NoOptions) -> None:
        self._feet: dict[Side, Recent] = {}
        self._cv: dict[Side, float] = {}  # of the feet with enough strides

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the variability, or None until a foot has enough strides."""
        stride = cycle.stride
        foot = self._feet.setdefault(stride.side, Recent(STRIDES))
        if stride.clean:
            foot.add(stride.duration_s)
            if foot.full:
                self._cv[stride.side] = _cv_percent(_without_missed(foot.values))
        return fsum(self._cv.values()) / len(self._cv) if self._cv else None

    def reset(self) -> None:
        """Start again."""
        self._feet.clear()
        self._cv.clear()


def _without_missed(times: tuple[float, ...]) -> list[float]:
    usual = median(times)
    return [t for t in times if abs(t - usual) <= usual / 3.0]


def _cv_percent(times: list[float]) -> float:
    mean = fsum(times) / len(times)
    # statistics.stdev is exact to the last bit, which costs 0.1 ms a stride
    deviation = sqrt(fsum((t - mean) ** 2 for t in times) / (len(times) - 1))
    return 100.0 * deviation / mean


PART: Part[NoOptions, Metric] = Part(NoOptions, StrideTimeCv)
