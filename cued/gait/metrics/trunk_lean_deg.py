"""Trunk lean: how far the trunk sensor is tipped toward the chest, degrees, a mean over strides.

Positive toward the chest in both directions of travel: a person who walks backward and leans that
way has a negative lean. It is the lean of the sensor as worn, so unless it was leveled in standing,
only changes mean something. Needs a trunk sensor with known mounting. Valid in every mode. Reliable
after 5 strides; ranges of trunk angles need 15-20.
"""

from __future__ import annotations

from math import degrees

from cued.gait.finding import Posture
from cued.gait.metrics._figure import trunk_mean


def figure(posture: Posture) -> float:
    """Return the lean of the trunk toward the chest, degrees."""
    return degrees(posture.lean_forward)


PART = trunk_mean("deg", figure)
