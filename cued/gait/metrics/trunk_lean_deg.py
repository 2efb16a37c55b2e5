"""Trunk lean: how far the trunk sensor is tipped toward the chest, degrees, a mean over strides.

Positive toward the chest in both directions of travel: walking backward, a person who leans the way
they go has a negative lean. It is the lean of the sensor as worn. Unless it was levelled in
standing, only changes mean something. Needs a trunk sensor with known mounting. Valid in every
mode; the gyroscope holds it during the stride. Trustworthy after 5 strides, ranges of trunk angles
need 15-20.
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

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 5


class TrunkLean:
    """Mean forward lean of the trunk."""

    unit = "deg"

    def __init__(self, config: Config) -> None:
        self.strides = config.strides
        self._recent = Recent(config.strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Take a stride; the mean of the last ones, or None."""
        posture = cycle.posture
        if posture is None:
            self.reset()
            return None
        if posture.t != self._seen_t:  # two feet end two strides in one of the trunk's
            self._recent.add(degrees(posture.lean_forward))
            self._seen_t = posture.t
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()
        self._seen_t = None


PART: Part[Config, Metric] = Part(Config, TrunkLean)
