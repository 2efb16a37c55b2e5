"""Cues a step rate that sinks slowly below its first value.

``overlong_stride`` looks for a sudden change, this rule for a slow drift: the mean of about 30
strides against the *opening* stride time of the bin, which is fixed. Its threshold is 3 CV, within
5..12 %, because stride time wanders and a slow mean of it hardly less; so the rule is insensitive
on purpose (docs/coaching.md). It needs the belt's speed, or a trunk sensor that shows when it
changes: otherwise a slower belt looks like a slower step.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.coach.strides.baseline import NO_STRIDE
from cued.coach.strides.overlong import MOST_CV
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import NoOptions, Part

WEIGHT = 0.03  # of the newest stride: a mean of about 30
SPREAD, LEAST, MOST = 3.0, 0.05, 0.12  # the threshold, in own CV, and its bounds; see above
PERSIST = 30  # strides beyond it: as many as the mean covers


class CadenceDrift(Rule):
    """Watches stride time for a slow drift."""

    needs = frozenset(("stride", "pace"))
    keys = ("cadence_drift",)

    def reset(self) -> None:
        """Start again."""
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
        self._mean += WEIGHT * (r - self._mean)
        threshold = min(max(SPREAD * own.cv, LEAST), MOST)
        self._beyond = self._beyond + 1 if self._mean > threshold else 0
        if self._beyond >= PERSIST and self._since is None:
            self._since = known.now
        elif self._mean < threshold / 2.0:
            self._since = None
        if self._since is None or own.cv > MOST_CV:
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


PART = Part(NoOptions, CadenceDrift)
