"""Asymmetry: how much longer the left step takes than the right one, per cent of their mean.

Positive: the left foot comes late after the right. Medians over ten steps of each foot. Healthy
people show a few per cent, and a constant asymmetry may come from sensors worn differently on the
two feet, so only a change matters. Needs both sides: two foot or shank sensors, or a trunk sensor
that distinguishes left from right, whose step times are less accurate (25 ms against 10 ms). Valid
in every mode and direction; no norms exist for backward gait.
"""

from __future__ import annotations

from cued.gait.metric import Basis, Cycle, Metric
from cued.gait.metrics._figure import Recent
from cued.parts import NoOptions, Part

STRIDES = 10  # of each foot; chosen: medians good to a third of the spread of steps


class Asymmetry:
    """Left against right step time."""

    unit = "%"
    basis = frozenset[Basis]()
    strides = STRIDES

    def __init__(self, config: NoOptions) -> None:
        self._left = Recent(STRIDES)
        self._right = Recent(STRIDES)

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the asymmetry, or None until both feet have enough steps."""
        stride = cycle.stride
        if stride.step_s is None or stride.side == "unknown":
            return None
        (self._left if stride.side == "left" else self._right).add(stride.step_s)
        left, right = self._left.median, self._right.median
        if left is None or right is None:
            return None
        return 200.0 * (left - right) / (left + right)

    def reset(self) -> None:
        """Start again."""
        self._left.clear()
        self._right.clear()


PART: Part[NoOptions, Metric] = Part(NoOptions, Asymmetry)
