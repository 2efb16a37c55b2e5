"""Stance: the part of a stride in which its foot is on the belt, per cent, a mean.

Walking forward 63-64 %, backward 69 % (one person, treadmill); below 50 % there is flight and the
person runs. Needs foot or shank sensors, which see the foot leave the belt; running contact times
of foot sensors are biased by speed (Falbriard et al. 2018, doi:10.3389/fphys.2018.00610), so
changes mean more than the number. Reliable after 5 strides.
"""

from __future__ import annotations

from cued.gait.metric import Cycle
from cued.gait.metrics._figure import mean


def figure(cycle: Cycle) -> float | None:
    """Return the share of the stride in which its foot is on the belt, per cent."""
    stance = cycle.stride.stance_s
    return None if stance is None else 100.0 * stance / cycle.stride.duration_s


PART = mean("%", figure, patient=True)  # a foot without a sensor has strides without stance
