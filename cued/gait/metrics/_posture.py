"""The mean of one figure of the trunk's posture over strides: what several metrics are."""

from __future__ import annotations

from collections.abc import Callable

from cued.gait.finding import Posture
from cued.gait.metric import Basis, Cycle
from cued.gait.metrics._recent import Recent


class PostureMean:
    """Mean over ``strides`` strides of what ``figure`` takes from a posture, in ``unit``.

    ``figure`` returns None where the posture does not hold it; then the mean starts anew.
    """

    basis = frozenset[Basis]({"trunk"})

    def __init__(self, unit: str, strides: int, figure: Callable[[Posture], float | None]) -> None:
        self.unit = unit
        self.strides = strides
        self._figure = figure
        self._recent = Recent(strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the mean of the last ones, or None."""
        posture = cycle.posture
        value = None if posture is None else self._figure(posture)
        if posture is None or value is None:
            self.reset()
            return None
        if posture.t != self._seen_t:  # two feet end two strides in one of the trunk's
            self._recent.add(value)
            self._seen_t = posture.t
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()
        self._seen_t = None
