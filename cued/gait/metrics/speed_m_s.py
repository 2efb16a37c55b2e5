"""Speed: the length of the last strides over their time, m/s.

On a treadmill it is the belt's speed, without the runner's drift; from a foot sensor's trajectory
it is the speed over ground. Unknown without either. Never negative: backward gait has a direction,
not a sign. Five strides as for stride length, whose errors and validity it shares.
"""

from __future__ import annotations

from cued.gait.metric import Basis, Cycle, Metric
from cued.gait.metrics._figure import STRIDES, Recent
from cued.parts import NoOptions, Part


class Speed:
    """Mean speed, long strides counting more than short ones."""

    unit = "m/s"
    basis = frozenset[Basis]({"belt"})
    strides = STRIDES

    def __init__(self, config: NoOptions) -> None:
        self._lengths = Recent(STRIDES)
        self._times = Recent(STRIDES)

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the speed, or None."""
        if cycle.stride.length_m is None:
            self.reset()
            return None
        self._lengths.add(cycle.stride.length_m)
        self._times.add(cycle.stride.duration_s)
        return self._lengths.total / self._times.total if self._times.full else None

    def reset(self) -> None:
        """Start again."""
        self._lengths.clear()
        self._times.clear()


PART: Part[NoOptions, Metric] = Part(NoOptions, Speed)
