"""Bounce: how far the trunk goes up and down in a stride, cm, a mean over strides.

Twice integrated vertical acceleration, high-passed, so slow changes of height are not in it.
Running forward it is 6-10 cm; no norm is known for running backward. Trustworthy after 5 strides.
Needs a trunk sensor.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.finding import Posture
from cued.gait.metric import Metric
from cued.gait.metrics._posture import PostureMean
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many strides the mean takes."""

    strides: Annotated[int, Meta(ge=1, le=50, description="Trunk strides in the mean.")] = 5


def figure(posture: Posture) -> float | None:
    """Return the vertical movement of the trunk, cm."""
    return None if posture.bounce_m is None else 100.0 * posture.bounce_m


def build(config: Config) -> PostureMean:
    """Make the metric."""
    return PostureMean("cm", config.strides, figure)


PART: Part[Config, Metric] = Part(Config, build)
