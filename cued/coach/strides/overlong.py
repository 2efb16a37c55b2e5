"""Tell whether strides have grown too long against a reference; one series a foot.

Used against the runner's own stride (``rules/overlong_stride.py``) and, in the forward carry,
against the stride brought along from the backward step (``carry.py``). Statistic and figures:
docs/coaching.md.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.strides.baseline import NO_STRIDE, Baseline
from cued.coach.strides.step_change import Change, Evidence
from cued.model import Side

TWICE = 2
RISING, RISING_CV = 0.04, 1.5


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When strides are too long; the defaults are those of docs/coaching.md."""

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
    persist: Annotated[int, Meta(ge=1, le=30, description="Strides beyond that before a cue.")] = 10
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
        self.recent: deque[float] = deque(maxlen=3)

    def restart(self) -> None:
        """Forget the strides so far, keep how much they vary."""
        self.change.restart()
        self.mean = 0.0
        self.evident = self.far = self.under = 0
        self.since = None
        self.recent.clear()

    def rising(self, r: float, cv: float) -> bool:
        """Tell whether strides are still growing: rather a belt that slows than a longer stride.

        Seen when a treadmill whose speed is not reported comes to a stop (tripod-4.4kmh): every
        stride was 6-15 % longer than the mean of the three before it.
        """
        before = sum(self.recent) / len(self.recent) if self.recent else r
        self.recent.append(r)
        return r - before > max(RISING, RISING_CV * cv)


class Lengthening:
    """Watches the stride times of both feet."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._feet: dict[Side, Foot] = {}
        self._opening: dict[Side, list[float]] = {}

    @property
    def since(self) -> float | None:
        """Since when strides are too long, or None."""
        return min((f.since for f in self._feet.values() if f.since is not None), default=None)

    def restart(self) -> None:
        """Start each foot's series anew."""
        self._opening = {}
        for foot in self._feet.values():
            foot.restart()

    def threshold(self, own: Baseline) -> float:
        """Relative stride length above which a stride is too long."""
        low, high = self._limits.least_percent / 100.0, self._limits.most_percent / 100.0
        return min(max(self._limits.spread_factor * own.cv, low), high)

    def tells(self, own: Baseline) -> bool:
        """Tell whether strides are even enough for a verdict."""
        return own.cv * 100.0 <= self._limits.most_cv_percent

    def before(self, side: Side, stride_s: float) -> None:
        """Take a stride of the opening, while there is no reference yet."""
        self._opening.setdefault(side, []).append(stride_s)

    def take(self, side: Side, stride_s: float, own: Baseline, now: float) -> bool:
        """Take a stride; whether this foot's strides are too long now and that can be told."""
        foot = self._feet.setdefault(side, Foot())
        for duration in (*self._opening.pop(side, ()), stride_s):
            self._judge(foot, duration / own.stride_s - 1.0, own, now)
        return foot.since is not None and foot.under == 0 and self.tells(own)

    def because(self, side: Side, stride_s: float, own: Baseline) -> dict[str, float | str | None]:
        """Give the numbers that a cue about this foot rests on."""
        foot = self._feet[side]
        return {
            "over_percent": round(100.0 * foot.mean, 2),
            "threshold_percent": round(100.0 * self.threshold(own), 2),
            "evidence": round(foot.evidence.score, 2),
            "step_percent": round(100.0 * foot.evidence.size, 2),
            "stride_s": round(stride_s, 4),
            "own_stride_s": round(own.stride_s, 4),
            "own_cv_percent": round(100.0 * own.cv, 2),
            "own_strides": float(own.strides),
        }

    def _judge(self, foot: Foot, r: float, own: Baseline, now: float) -> None:
        if abs(r) > NO_STRIDE:
            return
        limits, threshold = self._limits, self.threshold(own)
        rising = foot.rising(r, own.cv)
        foot.mean += limits.weight * (r - foot.mean)
        evidence = foot.change.update(math.log1p(r), learn=abs(foot.mean) < threshold / 2.0)
        if evidence:
            foot.evidence = evidence
            evident = evidence.score > limits.evidence and evidence.size > threshold
            evident = evident and foot.mean > threshold / 2.0 and not rising
            foot.evident = foot.evident + 1 if evident else 0
        far = foot.mean > limits.far_factor * threshold and not rising
        foot.far = foot.far + 1 if far else 0
        foot.under = foot.under + 1 if foot.mean < threshold / 2.0 else 0
        if foot.since is None and (foot.evident >= TWICE or foot.far >= limits.persist):
            foot.since, foot.under = now, 0
        elif foot.since is not None and foot.under >= limits.clear:
            foot.since = None
