"""What a number ordinarily is under like conditions: in the last minute that was walked so.

Rules of this file
------------------
* Conditions are those of the baselines (direction, mode, speed, incline), so that what begins in a
  turn or with a phase is compared with the same way of going before it, not with another one.
* Time counts while values are noted; what is not ordinary is not noted, and does not become so.
* A way of going that was left for five minutes is known no more, and after a minute without a
  stride none is: somebody else may come.
"""

from __future__ import annotations

from collections import deque
from statistics import median_high

from msgspec import Struct, field

from cued.coach.strides.baseline import Bin

LOOKS_BACK_S = 60.0  # walked so; habits change more slowly
LEAST = 6  # values; chosen
LAST_S = 6.0  # so new a value says nothing of before; chosen
LEFT_S = 300.0  # the longest backward part takes four minutes, and there are turns
FORGOTTEN_S = 60.0  # without a stride
STRIDE_S = 3.0  # no stride takes longer


class Way(Struct):
    """One way of going: its values and when in it they came, and how long it was gone."""

    values: deque[tuple[float, float]] = field(default_factory=deque[tuple[float, float]])
    walked_s: float = 0.0
    noted_at: float = float("-inf")


class Ordinary:
    """Remembers one number."""

    def __init__(self) -> None:
        self._ways: dict[Bin, Way] = {}
        self._walked_at = float("-inf")

    def walk(self, now: float) -> None:
        """Process a stride, whatever it tells."""
        if now - self._walked_at > FORGOTTEN_S:
            self.forget()
        self._walked_at = now

    def of(self, terms: Bin, now: float) -> float | None:
        """Return what was ordinary before the last seconds, or None while that is not known."""
        way = self._ways.get(terms)
        if way is None or now - way.noted_at > LEFT_S:
            return None
        gone = way.walked_s + min(now - way.noted_at, STRIDE_S)
        before = [value for at, value in way.values if gone - at > LAST_S]
        return median_high(before) if len(before) >= LEAST else None

    def note(self, terms: Bin, value: float, now: float) -> None:
        """Remember an ordinary value."""
        way = self._ways.get(terms)
        if way is None or now - way.noted_at > LEFT_S:
            way = self._ways[terms] = Way(noted_at=now)
        way.walked_s += min(now - way.noted_at, STRIDE_S)
        way.noted_at = now
        way.values.append((way.walked_s, value))
        while way.walked_s - way.values[0][0] > LOOKS_BACK_S:
            way.values.popleft()

    def forget(self) -> None:
        """Forget all."""
        self._ways.clear()
