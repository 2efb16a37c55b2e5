"""The runner's own usual values under the same conditions, with which new ones are compared.

No figure of a stride or of the trunk has a norm worth cueing from: it depends on the person, the
speed, the direction and the mounting. So each is compared with the same person's figures under the
same ``Terms``, and backward strides are never compared with forward ones.

Rules of this file
------------------
* Centre and spread are median and MAD, so that a few odd strides do no harm.
* ``FirstValues``: the first ones stay the reference, so that slow tiring shows instead of being
  learnt.
* ``LastMinute``: the last minute under the same terms. Only ordinary values are noted, so that an
  unusual one never becomes ordinary, and only the time between noted values counts. Terms not met
  for five minutes are forgotten, and all of them after a minute without a stride: somebody else may
  have stepped on.
* Stride time has its own reference, which follows the runner: ``coach/strides/baseline.py``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from statistics import median, median_high
from typing import NamedTuple

from msgspec import Struct, field

from cued.model import Direction, Mode, Side

SPEED_BIN_M_S = 0.1  # chosen
UNKNOWN_BIN = -1000  # of a speed or incline that nobody reports; far from any other
SIGMA = 1.4826  # SD of a normal distribution over its MAD
WINDOW_S = 60.0  # under the same terms; habits change more slowly
LEAST = 6  # values; chosen
EXCLUDED_S = 6.0  # values newer than this are not used; chosen
TERMS_LEFT_S = 300.0  # the longest backward part takes four minutes, and there are turns
FORGOTTEN_S = 60.0  # without a stride
STRIDE_S = 3.0  # no stride takes longer


class Terms(NamedTuple):
    """The conditions two strides must share to be compared; speed and incline are bin numbers."""

    side: Side
    direction: Direction
    mode: Mode
    speed: int = UNKNOWN_BIN
    incline: int = UNKNOWN_BIN

    @property
    def sideless(self) -> Terms:
        """The same terms for both feet together."""
        return Terms("unknown", *self[1:])

    @property
    def feet(self) -> list[Terms]:
        """The same terms for the left foot, the right foot and an unknown side."""
        return [Terms(side, *self[1:]) for side in ("left", "right", "unknown")]


def usual(values: Collection[float]) -> tuple[float, float]:
    """Return median and robust spread."""
    centre = median(values)
    return centre, SIGMA * median(abs(v - centre) for v in values)


class FirstValues:
    """Median and spread of the first values: at least ``ready`` and at most ``full`` of them.

    floor : the least spread, so that differences too small to see raise no alarm.
    """

    def __init__(self, ready: int, full: int, floor: float = 0.0) -> None:
        self._ready, self._full, self._floor = ready, full, floor
        self._values: list[float] = []
        self.usual: tuple[float, float] | None = None

    def learn(self, value: float) -> None:
        """Add a value if it is one of the first; later ones change nothing."""
        if len(self._values) >= self._full:
            return
        self._values.append(value)
        if len(self._values) >= self._ready:
            centre, spread = usual(self._values)
            self.usual = centre, max(spread, self._floor)


class _Walked(Struct):
    """Walking under the same terms: how long so far, and each value with that time."""

    values: deque[tuple[float, float]] = field(default_factory=deque[tuple[float, float]])
    time_s: float = 0.0
    noted_at: float = float("-inf")


class LastMinute:
    """Remembers one number's values in the last minute under the same terms."""

    def __init__(self) -> None:
        self._by_terms: dict[Terms, _Walked] = {}
        self._stride_at = float("-inf")

    def walk(self, now: float) -> None:
        """Process a stride, even one without a value."""
        if now - self._stride_at > FORGOTTEN_S:
            self.forget()
        self._stride_at = now

    def of(self, terms: Terms, now: float) -> float | None:
        """Return what was ordinary before the last seconds, or None while that is not known."""
        walked = self._by_terms.get(terms)
        if walked is None or now - walked.noted_at > TERMS_LEFT_S:
            return None
        time_s = walked.time_s + min(now - walked.noted_at, STRIDE_S)
        before = [value for at, value in walked.values if time_s - at > EXCLUDED_S]
        return median_high(before) if len(before) >= LEAST else None

    def note(self, terms: Terms, value: float, now: float) -> None:
        """Remember an ordinary value."""
        walked = self._by_terms.get(terms)
        if walked is None or now - walked.noted_at > TERMS_LEFT_S:
            walked = self._by_terms[terms] = _Walked(noted_at=now)
        walked.time_s += min(now - walked.noted_at, STRIDE_S)
        walked.noted_at = now
        walked.values.append((walked.time_s, value))
        while walked.time_s - walked.values[0][0] > WINDOW_S:
            walked.values.popleft()

    def forget(self) -> None:
        """Forget everything."""
        self._by_terms.clear()
