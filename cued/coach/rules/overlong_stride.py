"""Strides grow too long for the belt's speed, against the runner's own.

On a belt of constant speed a stride that takes longer is longer, by the same percentage, so the
statistic is r = T / T_own - 1 with the runner's own stride time for this direction, mode, speed
and incline (``coach/baseline.py``). An exponentially weighted mean of r above ``on`` for 6 strides
of a foot is an overlong stride; below half of it for 4 strides it is over. The threshold follows
the runner's own variability, 1.8 CV within 5..10 %; above a CV of 5.5 % there is no telling and
the rule says so instead of cueing.

Delay: 6 strides at least; measured delays are in docs/coaching.md. Forward and backward are never
compared with each other. In the forward carry another rule (``old_pattern``) watches.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.baseline import NO_STRIDE, Baseline
from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority, Stride
from cued.parts import Part


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
    persist: Annotated[
        int, Meta(ge=1, le=30, description="Strides above the threshold before a cue.")
    ] = 6
    clear: Annotated[
        int, Meta(ge=1, le=30, description="Strides below half of it before it is over.")
    ] = 4
    most_cv_percent: Annotated[
        float, Meta(ge=1.0, le=20.0, description="Own CV above which nothing is cued, %.")
    ] = 5.5


class Foot:
    """The state of one foot's series."""

    def __init__(self) -> None:
        self.mean = 0.0
        self.over = 0
        self.under = 0
        self.since: float | None = None


class OverlongStride:
    """Watches stride time against the runner's own."""

    needs: frozenset[Need] = frozenset(("stride", "belt"))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._feet: dict[str, Foot] = {}

    def reset(self) -> None:
        """Start each foot's mean anew."""
        self._feet = {}

    def consider(self, situation: Situation) -> Proposal | None:
        """Take each settled clean stride; propose while a foot is over."""
        stride, own = situation.news, situation.baseline
        if not isinstance(stride, Stride) or situation.carried is not None:
            return None
        if own is None or not situation.settled or not stride.clean:
            return None
        r = stride.duration_s / own.stride_s - 1.0
        if abs(r) > NO_STRIDE:
            return None
        foot = self._feet.setdefault(stride.side, Foot())
        threshold = self.threshold(own)
        self._judge(foot, r, threshold, situation.now)
        if foot.since is None or own.cv * 100.0 > self._config.most_cv_percent:
            return None
        since = min(f.since for f in self._feet.values() if f.since is not None)
        return self._proposal(foot, since, own, threshold, stride)

    def threshold(self, own: Baseline) -> float:
        """Relative stride length above which a stride is overlong."""
        low, high = self._config.least_percent / 100.0, self._config.most_percent / 100.0
        return min(max(self._config.spread_factor * own.cv, low), high)

    def _judge(self, foot: Foot, r: float, threshold: float, now: float) -> None:
        foot.mean += self._config.weight * (r - foot.mean)
        foot.over = foot.over + 1 if foot.mean > threshold else 0
        foot.under = foot.under + 1 if foot.mean < threshold / 2.0 else 0
        if foot.since is None and foot.over >= self._config.persist:
            foot.since = now
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
                "own_stride_s": round(own.stride_s, 4),
                "own_cv_percent": round(100.0 * own.cv, 2),
                "own_strides": float(own.strides),
                "stride_s": round(stride.duration_s, 4),
                "direction": stride.direction,
            },
        )


PART = Part(Config, OverlongStride)
