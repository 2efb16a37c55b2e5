"""Bounce: how far the trunk goes up and down in a stride, cm, a mean over strides.

Vertical acceleration integrated twice, without slow changes of height (``trunk/posture.py``).
Running forward it is 6-10 cm; no norm is known for running backward. Reliable after 5 strides.
Needs a trunk sensor.
"""

from __future__ import annotations

from cued.gait.finding import Posture
from cued.gait.metrics._figure import trunk_mean


def figure(posture: Posture) -> float | None:
    """Return the vertical movement of the trunk, cm."""
    return None if posture.bounce_m is None else 100.0 * posture.bounce_m


PART = trunk_mean("cm", figure)
