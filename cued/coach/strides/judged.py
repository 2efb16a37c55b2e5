"""The one verdict on a stride's length, for every rule, the metronome and the band on a page.

The stride is compared with what it is to be: in the forward carry with the stride brought along,
else with the runner's own under the same direction, mode, speed and incline. ``overlong.py`` says
when it is too long; the band is the reference's length, minus and plus the threshold.

The band is an event. It spans both feet, and is None while there is no belt speed, no known
direction, or not yet a reference.
"""

from __future__ import annotations

from cued.coach.known import Judged, Known
from cued.coach.strides.baseline import Baseline
from cued.coach.strides.overlong import Lengthening, threshold
from cued.model import Band, Side, Stride

Span = tuple[float, float]


class Judge:
    """Judges each settled, clean stride once."""

    def __init__(self) -> None:
        self._watch = Lengthening()
        self._feet: dict[Side, Span] = {}
        self._terms: tuple[float, str, str] | None = None
        self._told: Span | None = None

    def restart(self) -> None:
        """Start the series again: phase, belt or balance changed."""
        self._watch.restart()

    def forget(self) -> None:
        """Forget the runner."""
        self._watch = Lengthening()
        self._feet = {}

    def feed(self, stride: Stride, known: Known) -> Judged | None:
        """Judge a stride against what it is to be; None where that is not known."""
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
            tells=self._watch.tells(reference),
            because=self._watch.because(stride.side, stride.duration_s, reference),
        )

    def band(self, known: Known) -> list[Band]:
        """Return the band when it has changed by a millimetre."""
        terms = (known.belt_changed, known.mode, known.direction)
        if terms != self._terms:
            self._terms, self._feet = terms, {}
        span = None
        if self._feet:
            lows, highs = zip(*self._feet.values(), strict=True)
            span = (round(min(lows), 3), round(max(highs), 3))
        if span == self._told:
            return []
        self._told = span
        low, high = span or (None, None)
        return [Band(t=known.now, low_m=low, high_m=high)]

    def _span(self, side: Side, reference: Baseline, known: Known) -> None:
        if known.belt is None:
            return
        length, part = reference.stride_s * known.belt.speed_m_s, threshold(reference)
        self._feet[side] = (length * (1.0 - part), length * (1.0 + part))
