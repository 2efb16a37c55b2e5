"""Step symmetry: how much of the trunk's forward acceleration repeats with every step, per cent.

The improved harmonic ratio of Pasciuto et al. 2017 (doi:10.1016/j.jbiomech.2017.01.005): the power
of the even harmonics of the stride over that of the first twenty; 100 when left and right are
alike. Healthy walking at the lower back 88 +- 4.5 (19 people), good to 10 % after 9 strides; the
plain harmonic ratio would need fifty. It tells symmetry, not stability (Bellanca et al. 2013), and
falls away from one's preferred speed. No norm exists for backward gait or for running: compare with
the wearer's own. Needs a trunk sensor with known mounting; a missed step looks asymmetric.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.metric import Cycle, Metric
from cued.gait.metrics._recent import Recent
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 10


class StepSymmetry:
    """Mean share of what both steps have in common."""

    unit = "%"

    def __init__(self, config: Config) -> None:
        self.strides = config.strides
        self._recent = Recent(config.strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Take a stride; the mean of the last ones, or None."""
        posture = cycle.posture
        if posture is None or posture.even_share is None:
            self.reset()
            return None
        if posture.t != self._seen_t:  # two feet end two strides in one of the trunk's
            self._recent.add(100.0 * posture.even_share)
            self._seen_t = posture.t
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()
        self._seen_t = None


PART: Part[Config, Metric] = Part(Config, StepSymmetry)
