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

from cued.gait.finding import Posture
from cued.gait.metric import Metric
from cued.gait.metrics._posture import PostureMean
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 15


def figure(posture: Posture) -> float | None:
    """Return the roll of the trunk from side to side, degrees."""
    return None if posture.roll_range is None else degrees(posture.roll_range)


def build(config: Config) -> PostureMean:
    """Make the metric."""
    return PostureMean("deg", config.strides, figure)


PART: Part[Config, Metric] = Part(Config, build)
