"""Strides grow too long for the belt's speed, against the runner's own.

On a belt of constant speed a stride that takes longer is longer, by the same percentage, so the
statistic is r = T / T_own - 1 with the runner's own stride time for this direction, mode, speed
and incline (``coach/baseline.py``). Forward and backward are never compared with each other.

Strides are overlong when, for one foot, twice in a row
(a) the step that the last 5 to 24 strides show is at least ``on``, the exponentially weighted mean
    of r is above half of it, and the step stands out of the wander by 4 standard deviations
    (``coach/change.py``); or, whatever the wander,
(b) that mean has been above 1.5 ``on`` for 10 strides.
A stride that is still growing (4 % or 1.5 CV longer than the mean of the three before) does not
count: a belt that slows unreported makes every stride longer than the last.
They are no longer so once the mean is below half of ``on`` for 4 strides. ``on`` follows the
runner's own variability: 1.8 CV, within 5..10 %. Above a CV of 5.5 % nothing is cued.

Deviation from the rule that this project began with (mean above ``on`` for 6 strides): with a
baseline learned from the runner instead of known, that rule cued falsely in 2.5 % of steady
ten-minute walks at a CV of 3.5 % (23 % if stride time wanders strongly) and needed 61 strides or
more for +10 % at p95; (a) needs about 20 with false cues in under 1 % (docs/coaching.md).

In the forward carry another rule (``old_pattern``) watches.
"""

from __future__ import annotations

from cued.coach.rule import Need, Proposal, Situation
from cued.coach.strides.overlong import Lengthening, Limits
from cued.model import Priority, Stride
from cued.parts import Part


class OverlongStride:
    """Watches stride time against the runner's own."""

    needs: frozenset[Need] = frozenset(("stride", "belt"))

    def __init__(self, config: Limits) -> None:
        self._watch = Lengthening(config)

    def reset(self) -> None:
        """Start each foot's mean anew."""
        self._watch.restart()

    def consider(self, situation: Situation) -> Proposal | None:
        """Take each settled clean stride; propose while a foot's strides are overlong."""
        stride, own = situation.news, situation.baseline
        if not isinstance(stride, Stride) or situation.carry is not None:
            return None
        if not situation.settled or not stride.clean:
            return None
        if own is None:
            self._watch.before(stride.side, stride.duration_s)
            return None
        overlong = self._watch.take(stride.side, stride.duration_s, own, situation.now)
        since = self._watch.since
        if not self._watch.tells(own):
            return self._no_telling(own.cv)
        if not overlong or since is None:
            return None
        because = self._watch.because(stride.side, stride.duration_s, own)
        over, threshold = because["over_percent"], because["threshold_percent"]
        assert isinstance(over, float)
        assert isinstance(threshold, float)
        return Proposal(
            key="overlong_stride",
            priority=Priority.TECHNIQUE,
            theme="stride",
            since=since,
            pattern="step",
            size=min(max(over / threshold - 1.0, 0.0), 1.0),  # full at twice the threshold
            because={**because, "direction": stride.direction},
        )

    def _no_telling(self, cv: float) -> Proposal:
        """Say, at most every quarter of an hour, that strides vary too much for a verdict."""
        return Proposal(
            key="no_telling",
            priority=Priority.INFO,
            theme="stride",
            since=0.0,
            refractory_s=900.0,
            because={"own_cv_percent": round(100.0 * cv, 2)},
        )


PART = Part(Limits, OverlongStride)
