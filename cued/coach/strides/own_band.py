"""The runner's own stride length here and now, as a band: what a page draws strides against.

The same baseline and the same threshold that ``rules/overlong_stride.py`` judges by, turned into
metres: own stride time x belt speed, minus and plus the threshold. It is kept here a second time,
from events, so that whoever shows it needs nothing of the coach. Two differences follow: it also
learns in the seconds after a stumble, and it is not known in a new session before the first 25
clean strides at a speed.

Feet have baselines of their own; the band spans both. None while there is no belt speed, no known
direction, or not yet a baseline.
"""

from __future__ import annotations

from cued.coach.known import View
from cued.coach.strides.overlong import Lengthening, Limits
from cued.model import AnyEvent, Side, Stride, Summary

Span = tuple[float, float]


class Band:
    """Follows a session and says between what lengths the runner's own strides lie."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._view = View()
        self._threshold = Lengthening(limits or Limits()).threshold
        self._feet: dict[Side, Span] = {}
        self._terms: tuple[float, str, str] | None = None

    def see(self, item: AnyEvent) -> None:
        """Process an event."""
        self._view.see(item, item.t)
        terms = (self._view.belt_changed, self._view.mode, self._view.direction)
        if terms != self._terms:
            self._terms, self._feet = terms, {}
        if isinstance(item, Stride):
            self._stride(item)
        elif isinstance(item, Summary):
            self._view.forget_runner()
            self._feet = {}

    @property
    def span_m(self) -> Span | None:
        """Low and high end, m, or None while it is not known."""
        if not self._feet:
            return None
        return min(low for low, _ in self._feet.values()), max(
            high for _, high in self._feet.values()
        )

    def _stride(self, stride: Stride) -> None:
        own, belt = self._view.own(stride), self._view.belt
        if own and belt:
            length, part = own.stride_s * belt.speed_m_s, self._threshold(own)
            self._feet[stride.side] = (length * (1.0 - part), length * (1.0 + part))
        self._view.learn(stride)
