"""Stance: the part of a stride in which its foot is on the belt, per cent, a mean.

Walking forward 63-64 %, backward 69 % (one person, treadmill); below 50 % there is flight and the
person runs. Needs foot or shank sensors, which see the foot leave the belt; running contact times
of foot sensors are biased by speed (Falbriard et al. 2018, doi:10.3389/fphys.2018.00610), so
changes mean more than the number. Trustworthy after 5 strides.
"""

from __future__ import annotations

from cued.gait.metric import Basis, Cycle, Metric
from cued.gait.metrics._figure import STRIDES, Recent
from cued.parts import NoOptions, Part


class Stance:
    """Mean share of the stride a foot is on the belt."""

    unit = "%"
    basis = frozenset[Basis]()
    strides = STRIDES

    def __init__(self, config: NoOptions) -> None:
        self._recent = Recent(STRIDES)

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the mean of the last ones, or None."""
        stance = cycle.stride.stance_s
        if stance is None:
            return None
        self._recent.add(100.0 * stance / cycle.stride.duration_s)
        return self._recent.mean

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()


PART: Part[NoOptions, Metric] = Part(NoOptions, Stance)
