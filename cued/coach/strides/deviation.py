"""Deviation of a measurement from its first values under like conditions.

The values of the first 25 strides of a bin (direction, mode, speed, incline) make the reference,
their robust spread its width. It is a deviation when the mean over about 10 strides is off by more
than the limit and than four widths for 12 strides; it ends when the mean is within half of that for
6. The limits are choices, tried on simulated walking only (docs/coaching.md).
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.strides.baseline import OPENING_STRIDES, terms_of
from cued.gait.ordinary import FirstValues, Terms
from cued.model import AnyEvent, Input, Stride

WEIGHT = 0.1  # of a stride in the mean, which so covers about 10 strides
PERSIST = 12  # strides beyond the limit; chosen
CLEAR = 6  # strides within it end it; chosen
WIDTHS = 4.0  # spreads of the first strides that a deviation exceeds; chosen


class Deviation:
    """Watches one measurement by its name."""

    def __init__(self, name: str, limit: float) -> None:
        self._name = name
        self._limit = limit
        self._references: dict[Terms, FirstValues] = {}
        self._terms: Terms | None = None
        self._beyond = 0
        self._within = 0
        self.mean = 0.0
        self.limit = limit
        self.reference = 0.0
        self.since: float | None = None

    def restart(self) -> None:
        """Start again; the references stay."""
        self._beyond = self._within = 0
        self.mean = 0.0
        self.since = None

    def feed(self, news: Input | AnyEvent, known: Known, least: float = 0.0) -> float | None:
        """Judge the value of a settled stride; return since when it deviates.

        None while it does not deviate, or cannot be judged.
        least : raises the limit to at least this.
        """
        stride, measured = news, known.measured.get(self._name)
        if not isinstance(stride, Stride) or measured is None or measured.value is None:
            return None
        terms = terms_of(stride, known.belt)
        if terms is None or not known.settled(stride.side):
            return None
        return self._follow(terms.sideless, measured.value, known.now, least)

    def _follow(self, terms: Terms, value: float, now: float, least: float = 0.0) -> float | None:
        if terms != self._terms:
            self.restart()
            self._terms = terms
        first = self._references.setdefault(terms, FirstValues(OPENING_STRIDES, OPENING_STRIDES))
        if first.usual is None:
            first.learn(value)
            return None
        self.reference, width = first.usual
        self.limit = max(self._limit, WIDTHS * width, least)
        self.mean += WEIGHT * (value - self.reference - self.mean)
        self._judge(now)
        return self.since

    def _judge(self, now: float) -> None:
        self._beyond = self._beyond + 1 if abs(self.mean) > self.limit else 0
        self._within = self._within + 1 if abs(self.mean) < self.limit / 2.0 else 0
        if self.since is None and self._beyond >= PERSIST:
            self.since, self._within = now, 0
        elif self.since is not None and self._within >= CLEAR:
            self.since = None

    def because(self) -> dict[str, float | str | None]:
        """Return the numbers behind a cue."""
        return {
            self._name: round(self.reference + self.mean, 2),
            "own": round(self.reference, 2),
            "deviation": round(self.mean, 2),
            "limit": round(self.limit, 2),
        }
