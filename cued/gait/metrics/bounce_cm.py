"""Bounce: how far the trunk goes up and down in a stride, cm, a mean over strides.

Twice integrated vertical acceleration, high-passed, so slow changes of height are not in it.
Running forward it is 6-10 cm; no norm is known for running backward. Trustworthy after 5 strides.
Needs a trunk sensor.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.metric import Cycle, Metric
from cued.gait.metrics._recent import Recent
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 5


class Bounce:
    """Mean vertical movement of the trunk."""

    unit = "cm"

    def __init__(self, config: Config) -> None:
        self.strides = config.strides
        self._recent = Recent(config.strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Take a stride; the mean of the last ones, or None."""
        posture = cycle.posture
        if posture is None or posture.bounce_m is None:
            self.reset()
            return None
        if posture.t != self._seen_t:  # two feet end two strides in one of the trunk's
            self._recent.add(posture.bounce_m * 100.0)
            self._seen_t = posture.t
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()
        self._seen_t = None


PART: Part[Config, Metric] = Part(Config, Bounce)
