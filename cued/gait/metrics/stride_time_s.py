"""Stride time: from one contact of a foot to its next, the median over strides of both feet.

Five strides are what a fed-back value is usually smoothed over (Van den Berghe et al. 2021). The
median, where they take the mean, so that a missed footfall, which doubles a stride, does not show.
For a clinical mean six cycles are asked for (PMC7558375). Valid walking and running, forward and
backward; backward its spread is about twice that of forward (3.5 against 1.5 %), so a value over
five strides is good to about 2 % there.
"""

from __future__ import annotations

from cued.gait.metric import Cycle
from cued.gait.metrics._figure import median


def figure(cycle: Cycle) -> float:
    """Return the time of the stride, s."""
    return cycle.stride.duration_s


PART = median("s", figure)
