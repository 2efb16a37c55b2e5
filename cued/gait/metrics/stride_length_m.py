"""Stride length: the belt's way during a stride, or a foot sensor's own trajectory.

Not known without either. From the belt it carries the belt's error (real treadmills run at 98 to
103 % of what they show; Willwacher et al., Sci. Rep.) and what the runner drifted on the belt.
The median of five strides as for stride time. With a belt speed valid in every mode, forward and
backward; the trajectory is validated on forward gait over ground only.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.metric import Basis, Cycle, Metric
from cued.gait.metrics._recent import Recent
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the median takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Strides in the median.")] = 5


class StrideLength:
    """Ordinary length of a stride."""

    unit = "m"
    basis = frozenset[Basis]({"belt"})

    def __init__(self, config: Config) -> None:
        self.strides = config.strides
        self._recent = Recent(config.strides)

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the median of the last ones, or None."""
        length = cycle.stride.length_m
        if length is None:
            self._recent.clear()
            return None
        self._recent.add(length)
        return self._recent.median

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()


PART: Part[Config, Metric] = Part(Config, StrideLength)
