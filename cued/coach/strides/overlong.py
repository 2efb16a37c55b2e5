"""Detection of strides that have grown too long against a reference.

The reference is the carried stride in the forward carry, else the runner's own under the same
direction, mode, speed and incline. The band is the reference's length, minus and plus the
threshold. It is an event, spans both feet, and is None without a belt speed, a known direction or a
reference.

On a belt of constant speed a stride that takes longer is longer, by the same percentage, so the
statistic is r = T / T_reference - 1. A foot's strides are overlong when
(a) twice in a row, the change shown by the last 5 to 24 strides is at least ``threshold``, the
    exponentially weighted mean of r is above half of it, and the change stands out of the wander by
    4 standard deviations, in backward gait by 5 (``step_change.py``); or, whatever the wander,
(b) that mean has been above 1.5 thresholds for 10 strides.
A stride that is still growing (4 % or 1.5 CV longer than the mean of the three before) does not
count: a belt that slows unreported makes every stride longer than the last. It is over once the
mean has been below half the threshold for 4 strides. Above a CV of 5.5 % there is no verdict.

Deviation from the rule that this project began with (mean above the threshold for 6 strides): with
a baseline learned from the runner instead of known, that rule cued falsely in 2.5 % of steady
ten-minute walks at a CV of 3.5 % (23 % if stride time wanders strongly) and needed 61 strides or
more for +10 % at p95; (a) needs about 20 with false cues in under 1 % (docs/overlong.md).
"""

from __future__ import annotations

import math
from collections import deque

from cued.coach.known import Judged, Known
from cued.coach.strides.baseline import NO_STRIDE, Baseline
from cued.coach.strides.step_change import Change, Evidence
from cued.model import Band, Side, Stride

Span = tuple[float, float]

# Tuned together on simulated 1/f walks: docs/overlong.md has false cues and delays.
WEIGHT = 0.2  # of the newest stride in the mean
SPREAD = 1.8  # threshold in units of the runner's own CV
LEAST, MOST = 0.05, 0.10  # threshold, of stride length: bands of 5-10 % are usual (Sigrist 2013)
EVIDENCE = 4.0  # standard deviations by which a change must stand out of the wander
BACKWARD_EVIDENCE = 5.0  # a wrong cue is worse than none; the price is in docs/overlong.md
TWICE = 2  # strides in a row
FAR = 1.5  # thresholds beyond which no such evidence is needed
PERSIST = 10  # strides beyond that
CLEAR = 4  # strides below half the threshold that end it
MOST_CV = 0.055  # above that verdicts are too often wrong: false cues in 21-84 % of 10 min at 5 %
RISING, RISING_CV = 0.04, 1.5  # tripod-4.4kmh, see FootSeries.rising


def threshold(own: Baseline) -> float:
    """Return the relative stride length above which a stride is too long."""
    return min(max(SPREAD * own.cv, LEAST), MOST)


class FootSeries:
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
        """Forget the strides, but keep their variance."""
        self.change.restart()
        self.mean = 0.0
        self.evident = self.far = self.under = 0
        self.since = None
        self.recent.clear()

    def rising(self, r: float, cv: float) -> bool:
        """Return whether strides are still growing, as on a belt that slows.

        Seen when a treadmill whose speed is not reported comes to a stop (tripod-4.4kmh): every
        stride was 6-15 % longer than the mean of the three before it.
        """
        before = sum(self.recent) / len(self.recent) if self.recent else r
        self.recent.append(r)
        return r - before > max(RISING, RISING_CV * cv)


class Lengthening:
    """Watches the stride times of both feet."""

    def __init__(self) -> None:
        self._feet: dict[Side, FootSeries] = {}
        self._opening: dict[Side, list[float]] = {}

    @property
    def since(self) -> float | None:
        """Since when strides are too long, or None."""
        return min((f.since for f in self._feet.values() if f.since is not None), default=None)

    def restart(self) -> None:
        """Restart each foot's series."""
        self._opening = {}
        for foot in self._feet.values():
            foot.restart()

    def is_even(self, own: Baseline) -> bool:
        """Return whether strides vary little enough for a verdict."""
        return own.cv <= MOST_CV

    def before(self, side: Side, stride_s: float) -> None:
        """Keep an opening stride until there is a reference."""
        self._opening.setdefault(side, []).append(stride_s)

    def feed(
        self, side: Side, stride_s: float, own: Baseline, now: float, *, backward: bool = False
    ) -> bool:
        """Judge a stride; return True if this foot's strides are too long now."""
        least = BACKWARD_EVIDENCE if backward else EVIDENCE
        foot = self._feet.setdefault(side, FootSeries())
        for duration in (*self._opening.pop(side, ()), stride_s):
            self._judge(foot, duration / own.stride_s - 1.0, own, now, least)
        return foot.since is not None and foot.under == 0 and self.is_even(own)

    def over(self, side: Side) -> float:
        """Return a foot's mean excess over the reference, as a share."""
        return self._feet[side].mean

    def because(self, side: Side, stride_s: float, own: Baseline) -> dict[str, float | str | None]:
        """Return the numbers behind a cue about this foot."""
        foot = self._feet[side]
        return {
            "over_percent": round(100.0 * foot.mean, 2),
            "threshold_percent": round(100.0 * threshold(own), 2),
            "evidence": round(foot.evidence.score, 2),
            "step_percent": round(100.0 * foot.evidence.size, 2),
            "stride_s": round(stride_s, 4),
            "own_stride_s": round(own.stride_s, 4),
            "own_cv_percent": round(100.0 * own.cv, 2),
            "own_strides": float(own.strides),
        }

    def _judge(self, foot: FootSeries, r: float, own: Baseline, now: float, least: float) -> None:
        if abs(r) > NO_STRIDE:
            return
        most = threshold(own)
        rising = foot.rising(r, own.cv)
        foot.mean += WEIGHT * (r - foot.mean)
        evidence = foot.change.update(math.log1p(r), learn=abs(foot.mean) < most / 2.0)
        if evidence:
            foot.evidence = evidence
            evident = evidence.score > least and evidence.size > most
            evident = evident and foot.mean > most / 2.0 and not rising
            foot.evident = foot.evident + 1 if evident else 0
        far = foot.mean > FAR * most and not rising
        foot.far = foot.far + 1 if far else 0
        foot.under = foot.under + 1 if foot.mean < most / 2.0 else 0
        if foot.since is None and (foot.evident >= TWICE or foot.far >= PERSIST):
            foot.since, foot.under = now, 0
        elif foot.since is not None and foot.under >= CLEAR:
            foot.since = None


class Judge:
    """Judges each settled, clean stride once."""

    def __init__(self) -> None:
        self._watch = Lengthening()
        self._feet: dict[Side, Span] = {}
        self._terms: tuple[float, str, str] | None = None
        self._sent: Span | None = None

    def restart(self) -> None:
        """Start the series again: phase, belt or balance changed."""
        self._watch.restart()

    def forget(self) -> None:
        """Forget the runner."""
        self._watch = Lengthening()
        self._feet = {}

    def feed(self, stride: Stride, known: Known) -> Judged | None:
        """Return the verdict on a stride, or None without a reference."""
        if not known.settled(stride.side) or not stride.clean:
            return None
        reference = known.carry.target if known.carry else known.own(stride)
        if reference is None:
            self._watch.before(stride.side, stride.duration_s)
            return None
        self._span(stride.side, reference, known)
        off = self._watch.feed(
            stride.side,
            stride.duration_s,
            reference,
            known.now,
            backward=stride.direction == "backward",
        )
        over = self._watch.over(stride.side) / threshold(reference) - 1.0
        return Judged(
            size=min(max(over, 0.0), 1.0),
            reference=reference,
            since=self._watch.since if off else None,
            lasting=self._watch.since,
            even=self._watch.is_even(reference),
            because=self._watch.because(stride.side, stride.duration_s, reference),
        )

    def band(self, known: Known) -> list[Band]:
        """Return the band if it has changed by a millimetre."""
        terms = (known.belt_changed, known.mode, known.direction)
        if terms != self._terms:
            self._terms, self._feet = terms, {}
        span = None
        if self._feet:
            lows, highs = zip(*self._feet.values(), strict=True)
            span = (round(min(lows), 3), round(max(highs), 3))
        if span == self._sent:
            return []
        self._sent = span
        low, high = span or (None, None)
        return [Band(t=known.now, low_m=low, high_m=high)]

    def _span(self, side: Side, reference: Baseline, known: Known) -> None:
        if known.belt is None:
            return
        length, part = reference.stride_s * known.belt.speed_m_s, threshold(reference)
        self._feet[side] = (length * (1.0 - part), length * (1.0 + part))
