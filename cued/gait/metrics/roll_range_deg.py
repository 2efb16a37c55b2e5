"""Roll range: how far the trunk rolls from side to side within a stride, degrees, a mean.

Healthy walking at the lower back: 7.0 +- 1.9 degrees (19 people). Good to 10 % after 15-20 strides,
hence the long mean. Compare with the wearer's own at the same speed and direction only; backward it
is expected to be larger, without published norms. Needs a trunk sensor with a gyroscope and known
mounting.
"""

from __future__ import annotations

from math import degrees
from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.metric import Cycle, Metric
from cued.gait.metrics._recent import Recent
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 15


class RollRange:
    """Mean side-to-side roll within a stride."""

    unit = "deg"

    def __init__(self, config: Config) -> None:
        self.strides = config.strides
        self._recent = Recent(config.strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Take a stride; the mean of the last ones, or None."""
        posture = cycle.posture
        if posture is None or posture.roll_range is None:
            self.reset()
            return None
        if posture.t != self._seen_t:  # two feet end two strides in one of the trunk's
            self._recent.add(degrees(posture.roll_range))
            self._seen_t = posture.t
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()
        self._seen_t = None


PART: Part[Config, Metric] = Part(Config, RollRange)
