"""Strides grow too long for the belt's speed, against the runner's own.

On a belt of constant speed a stride that takes longer is longer, by the same percentage, so the
statistic is r = T / T_own - 1 with the runner's own stride time for this direction, mode, speed
and incline (``coach/baseline.py``). Forward and backward are never compared with each other.

Strides are overlong when, for one foot, twice in a row
(a) the step that the last 5 to 24 strides show is at least ``on``, the exponentially weighted mean
    of r is above half of it, and the step stands out of the wander by 4 standard deviations
    (``coach/change.py``); or, whatever the wander,
(b) that mean has been above 1.5 ``on`` for 10 strides.
They are no longer so once the mean is below half of ``on`` for 4 strides. ``on`` follows the
runner's own variability: 1.8 CV, within 5..10 %. Above a CV of 5.5 % nothing is cued.

Deviation from the rule that this project began with (mean above ``on`` for 6 strides): with a
baseline learned from the runner instead of known, that rule cued falsely in 2.5 % of steady
ten-minute walks at a CV of 3.5 % (23 % if stride time wanders strongly) and needed 61 strides or
more for +10 % at p95; (a) needs about 20 with false cues in under 1 % (docs/coaching.md).

In the forward carry another rule (``old_pattern``) watches.
"""

from __future__ import annotations

import math
from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.baseline import NO_STRIDE, Baseline
from cued.coach.change import Change, Evidence
from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority, Side, Stride
from cued.parts import Part

TWICE = 2


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options; the defaults are those of docs/coaching.md."""

    weight: Annotated[
        float, Meta(gt=0.0, le=1.0, description="Weight of the newest stride in the mean.")
    ] = 0.2
    spread_factor: Annotated[
        float, Meta(ge=1.0, le=4.0, description="Threshold in units of the runner's own CV.")
    ] = 1.8
    least_percent: Annotated[
        float, Meta(ge=3.0, le=20.0, description="Threshold is never below, % of stride length.")
    ] = 5.0
    most_percent: Annotated[
        float, Meta(ge=5.0, le=30.0, description="Threshold is never above, % of stride length.")
    ] = 10.0
    evidence: Annotated[
        float,
        Meta(
            ge=2.0,
            le=10.0,
            description="How far a change must stand out of the wander, standard deviations.",
        ),
    ] = 4.0
    far_factor: Annotated[
        float,
        Meta(ge=1.0, le=3.0, description="Beyond so many thresholds no such evidence is needed."),
    ] = 1.5
    persist: Annotated[int, Meta(ge=1, le=30, description="Strides beyond that before a cue.")] = 6
    clear: Annotated[
        int, Meta(ge=1, le=30, description="Strides below half the threshold before it is over.")
    ] = 4
    most_cv_percent: Annotated[
        float, Meta(ge=1.0, le=20.0, description="Own CV above which nothing is cued, %.")
    ] = 5.5


class Foot:
    """The state of one foot's series."""

    def __init__(self) -> None:
        self.change = Change()
        self.mean = 0.0
        self.evident = 0
        self.far = 0
        self.under = 0
        self.since: float | None = None
        self.evidence = Evidence(0.0, 0.0)

    def restart(self) -> None:
        """Forget the strides so far, keep how much they vary."""
        self.change.restart()
        self.mean = 0.0
        self.evident = self.far = self.under = 0
        self.since = None


class OverlongStride:
    """Watches stride time against the runner's own."""

    needs: frozenset[Need] = frozenset(("stride", "belt"))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._feet: dict[Side, Foot] = {}
        self._opening: dict[Side, list[float]] = {}

    def reset(self) -> None:
        """Start each foot's series anew."""
        self._opening = {}
        for foot in self._feet.values():
            foot.restart()

    def consider(self, situation: Situation) -> Proposal | None:
        """Take each settled clean stride; propose while a foot's strides are overlong."""
        stride, own = situation.news, situation.baseline
        if not isinstance(stride, Stride) or situation.carried is not None:
            return None
        if not situation.settled or not stride.clean:
            return None
        if own is None:
            self._opening.setdefault(stride.side, []).append(stride.duration_s)
            return None
        foot = self._feet.setdefault(stride.side, Foot())
        threshold = self.threshold(own)
        for duration in (*self._opening.pop(stride.side, ()), stride.duration_s):
            self._judge(foot, duration / own.stride_s - 1.0, threshold, situation.now)
        if foot.since is None or own.cv * 100.0 > self._config.most_cv_percent:
            return None
        since = min(f.since for f in self._feet.values() if f.since is not None)
        return self._proposal(foot, since, own, threshold, stride)

    def threshold(self, own: Baseline) -> float:
        """Relative stride length above which a stride is overlong."""
        low, high = self._config.least_percent / 100.0, self._config.most_percent / 100.0
        return min(max(self._config.spread_factor * own.cv, low), high)

    def _judge(self, foot: Foot, r: float, threshold: float, now: float) -> None:
        if abs(r) > NO_STRIDE:
            return
        foot.mean += self._config.weight * (r - foot.mean)
        quiet = abs(foot.mean) < threshold / 2.0
        evidence = foot.change.update(math.log1p(r), learn=quiet)
        if evidence:
            foot.evidence = evidence
            evident = evidence.score > self._config.evidence and evidence.size > threshold
            foot.evident = foot.evident + 1 if evident and foot.mean > threshold / 2.0 else 0
        foot.far = foot.far + 1 if foot.mean > self._config.far_factor * threshold else 0
        foot.under = foot.under + 1 if foot.mean < threshold / 2.0 else 0
        if foot.since is None and (foot.evident >= TWICE or foot.far >= self._config.persist):
            foot.since, foot.under = now, 0
        elif foot.since is not None and foot.under >= self._config.clear:
            foot.since = None

    def _proposal(
        self, foot: Foot, since: float, own: Baseline, threshold: float, stride: Stride
    ) -> Proposal:
        return Proposal(
            key="overlong_stride",
            priority=Priority.TECHNIQUE,
            theme="stride",
            since=since,
            pattern="long",
            because={
                "over_percent": round(100.0 * foot.mean, 2),
                "threshold_percent": round(100.0 * threshold, 2),
                "evidence": round(foot.evidence.score, 2),
                "step_percent": round(100.0 * foot.evidence.size, 2),
                "own_stride_s": round(own.stride_s, 4),
                "own_cv_percent": round(100.0 * own.cv, 2),
                "own_strides": float(own.strides),
                "stride_s": round(stride.duration_s, 4),
                "direction": stride.direction,
            },
        )


PART = Part(Config, OverlongStride)
