"""Sway: the lateral share of the trunk's root mean square acceleration, per cent, a mean.

The RMS ratio of Sekine et al. 2013 (doi:10.1186/1743-0003-10-118), independent of speed in healthy
people and higher in hemiplegia. Healthy walking at the lower back: 42 +- 7 % (19 people), good to
10 % after 5 strides, the quickest measure of unsteadiness. No norm exists for backward gait:
compare only with the same wearer's. Needs a trunk sensor with known mounting.
"""

from __future__ import annotations

from math import hypot

from cued.gait.finding import Posture
from cued.gait.metrics._figure import trunk_mean


def figure(posture: Posture) -> float | None:
    """Return the lateral share of the acceleration, per cent."""
    return 100.0 * posture.rms[1] / hypot(*posture.rms) if any(posture.rms) else None


PART = trunk_mean("%", figure)
