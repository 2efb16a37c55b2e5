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

from cued.gait.finding import Posture
from cued.gait.metric import Metric
from cued.gait.metrics._posture import PostureMean
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 5


def figure(posture: Posture) -> float:
    """Return the lean of the trunk toward the chest, degrees."""
    return degrees(posture.lean_forward)


def build(config: Config) -> PostureMean:
    """Make the metric."""
    return PostureMean("deg", config.strides, figure)


PART: Part[Config, Metric] = Part(Config, build)
