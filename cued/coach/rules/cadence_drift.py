"""Step rate sinks slowly below what it was at first.

Where ``overlong_stride`` looks for a change, this rule looks for a creep: the mean of about 30
strides against the *opening* stride time of the bin, which does not follow. Its threshold is 3 CV
within 5..12 %, because stride time wanders and a slow mean of it hardly less so; it is therefore
insensitive on purpose (docs/coaching.md). Needs the belt's speed, or a trunk that shows when it
changes: else a slower belt looks like a slower step.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.known import Known
from cued.coach.rule import Need, Proposal
from cued.coach.strides.baseline import NO_STRIDE
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    weight: Annotated[
        float, Meta(gt=0.0, le=0.5, description="Weight of the newest stride in the mean.")
    ] = 0.03
    spread_factor: Annotated[
        float, Meta(ge=1.0, le=6.0, description="Threshold in units of the runner's own CV.")
    ] = 3.0
    least_percent: Annotated[
        float, Meta(ge=3.0, le=20.0, description="Threshold is never below, %.")
    ] = 5.0
    most_percent: Annotated[
        float, Meta(ge=5.0, le=30.0, description="Threshold is never above, %.")
    ] = 12.0
    persist: Annotated[
        int, Meta(ge=1, le=200, description="Strides beyond the threshold before a cue.")
    ] = 30
    most_cv_percent: Annotated[
        float, Meta(ge=1.0, le=20.0, description="Own CV above which nothing is cued, %.")
    ] = 5.5


class CadenceDrift:
    """Watches stride time for a creep."""

    needs: frozenset[Need] = frozenset(("stride", "pace"))
    keys = ("cadence_drift",)

    def __init__(self, config: Config) -> None:
        self._config = config
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._mean = 0.0
        self._beyond = 0
        self._since: float | None = None

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Judge each settled clean stride."""
        stride = news
        if not isinstance(stride, Stride) or known.judged is None or known.carry is not None:
            return None
        own = known.judged.reference
        if own.fitted:
            return None
        r = stride.duration_s / own.opened_s - 1.0
        if abs(r) > NO_STRIDE:
            return None
        config = self._config
        self._mean += config.weight * (r - self._mean)
        low, high = config.least_percent / 100.0, config.most_percent / 100.0
        threshold = min(max(config.spread_factor * own.cv, low), high)
        self._beyond = self._beyond + 1 if self._mean > threshold else 0
        if self._beyond >= config.persist and self._since is None:
            self._since = known.now
        elif self._mean < threshold / 2.0:
            self._since = None
        if self._since is None or own.cv * 100.0 > config.most_cv_percent:
            return None
        return Proposal(
            key="cadence_drift",
            priority=Priority.TECHNIQUE,
            theme="stride",
            since=self._since,
            pattern="step",
            refractory_s=30.0,
            because={
                "cadence_spm": round(120.0 / (own.opened_s * (1.0 + self._mean)), 1),
                "own_spm": round(120.0 / own.opened_s, 1),
                "slower_percent": round(100.0 * self._mean, 2),
                "threshold_percent": round(100.0 * threshold, 2),
            },
        )


PART = Part(Config, CadenceDrift)
