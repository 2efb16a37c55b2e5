"""Sway: the lateral share of the trunk's root mean square acceleration, per cent, a mean.

The RMS ratio of Sekine et al. 2013 (doi:10.1186/1743-0003-10-118), free of speed among the healthy
and higher in hemiplegia. Healthy walking at the lower back: 42 +- 7 % (19 people), good to 10 %
after 5 strides: the quickest of the measures of unsteadiness. Backward no norm exists; compare with
the wearer's own. Needs a trunk sensor with known mounting.
"""

from __future__ import annotations

from math import hypot
from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.metric import Cycle, Metric
from cued.gait.metrics._recent import Recent
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 5


class Sway:
    """Mean share of lateral acceleration."""

    unit = "%"

    def __init__(self, config: Config) -> None:
        self.strides = config.strides
        self._recent = Recent(config.strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Take a stride; the mean of the last ones, or None."""
        posture = cycle.posture
        if posture is None or not any(posture.rms):
            self.reset()
            return None
        if posture.t != self._seen_t:  # two feet end two strides in one of the trunk's
            self._recent.add(100.0 * posture.rms[1] / hypot(*posture.rms))
            self._seen_t = posture.t
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()
        self._seen_t = None


PART: Part[Config, Metric] = Part(Config, Sway)
