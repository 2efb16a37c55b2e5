"""Roll range: how far the trunk rolls from side to side within a stride, degrees, a mean.

Healthy walking at the lower back: 7.0 +- 1.9 degrees (19 people). Good to 10 % after 15-20 strides,
hence the long mean. Compare only with the same wearer's at the same speed and direction; backward
it is probably larger, but no norms are published. Needs a trunk sensor with a gyroscope and known
mounting.
"""

from __future__ import annotations

from math import degrees

from cued.gait.finding import Posture
from cued.gait.metrics._figure import trunk_mean


def figure(posture: Posture) -> float | None:
    """Return the roll of the trunk from side to side, degrees."""
    return None if posture.roll_range is None else degrees(posture.roll_range)


PART = trunk_mean("deg", figure, strides=15)
