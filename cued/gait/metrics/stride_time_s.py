"""Stride time: from one contact of a foot to its next, the median over strides of both feet.

Feedback is usually smoothed over five strides (Van den Berghe et al. 2021). They take the mean;
this is the median, in which a missed footfall, which doubles a stride, does not show. A clinical
mean takes six cycles (PMC7558375). Valid walking and running, forward and backward; backward its
spread is about twice as large (3.5 against 1.5 %), so a value over five strides is good to about
2 %.
"""

from __future__ import annotations

from cued.gait.metric import Cycle
from cued.gait.metrics._figure import median


def figure(cycle: Cycle) -> float:
    """Return the time of the stride, s."""
    return cycle.stride.duration_s


PART = median("s", figure)
