"""Walk ratio: step length divided by step rate, mm per step a minute, a mean. Walking only.

Speed is step length times step rate; this is the other thing one can do with the two, and stays
about the same over speeds in a person's ordinary walking (about 6.5 forward). Backward the stride
shortens and the rate hardly changes: 3.1 against 5.4 in the one treadmill pair measured. Carries
the belt's error. Trustworthy after 5 strides.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.metric import Basis, Cycle, Metric
from cued.gait.metrics._recent import Recent
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Strides in the mean.")] = 5


class WalkRatio:
    """Mean step length over step rate."""

    unit = "mm/spm"
    basis = frozenset[Basis]({"belt"})

    def __init__(self, config: Config) -> None:
        self.strides = config.strides
        self._recent = Recent(config.strides)

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the mean of the last ones, or None."""
        stride = cycle.stride
        if stride.length_m is None or stride.mode != "walking":
            self._recent.clear()
            return None
        step_m, rate_spm = stride.length_m / 2.0, 120.0 / stride.duration_s
        self._recent.add(1000.0 * step_m / rate_spm)
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()


PART: Part[Config, Metric] = Part(Config, WalkRatio)
