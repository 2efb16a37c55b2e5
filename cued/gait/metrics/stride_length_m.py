"""Stride length: the distance the belt runs in a stride, or a foot sensor's trajectory.

Unknown without either. From the belt it has the belt's error (real treadmills run at 98 to 103 % of
what they show; Willwacher et al., Sci. Rep.) and that of the runner's drift on the belt. The median
of five strides as for stride time. With a belt speed valid in every mode, forward and backward; the
trajectory is validated on forward gait over ground only.
"""

from __future__ import annotations

from cued.gait.metric import Cycle
from cued.gait.metrics._figure import median


def figure(cycle: Cycle) -> float | None:
    """Return the length of the stride, m."""
    return cycle.stride.length_m


PART = median("m", figure, "belt")
