"""The runner's own ordinary under like conditions: what everything measured is held against.

No number of a stride or of the trunk has a norm worth cueing from: it depends on the person, the
speed, the direction and the mounting. So it is compared with the same person's numbers under the
same ``Terms``, and backward strides never meet forward ones.

Rules of this file
------------------
* Centre and spread are median and MAD, so that a few odd strides do no harm.
* ``First``: the first values stay the reference, so that slow tiring shows instead of being learnt.
* ``Lately``: the last minute of going that way. Time counts while values are noted; what is not
  ordinary is not noted, so it never becomes ordinary. Terms left for five minutes are forgotten,
  and so are all of them after a minute without a stride: somebody else may have come.
* Stride time has a reference of its own, which follows the runner: ``coach/strides/baseline.py``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from statistics import median, median_high
from typing import NamedTuple

from msgspec import Struct, field

from cued.model import Direction, Mode, Side

SPEED_BIN_M_S = 0.1  # chosen
UNTOLD = -1000  # the bin of what nobody tells; far from any other
SIGMA = 1.4826  # SD of a normal distribution over its MAD
LOOKS_BACK_S = 60.0  # of going that way; habits change more slowly
LEAST = 6  # values; chosen
LAST_S = 6.0  # a newer value does not count as before; chosen
LEFT_S = 300.0  # the longest backward part takes four minutes, and there are turns
FORGOTTEN_S = 60.0  # without a stride
STRIDE_S = 3.0  # no stride takes longer


class Terms(NamedTuple):
    """What two strides must share to be compared; speed and incline are bin numbers."""

    side: Side
    direction: Direction
    mode: Mode
    speed: int = UNTOLD
    incline: int = UNTOLD

    @property
    def sideless(self) -> Terms:
        """The same for both feet as one."""
        return self._replace(side="unknown")

    @property
    def feet(self) -> list[Terms]:
        """The same for each foot, and for strides of unknown side."""
        return [self._replace(side=side) for side in ("left", "right", "unknown")]


def usual(values: Collection[float]) -> tuple[float, float]:
    """Return median and robust spread."""
    centre = median(values)
    return centre, SIGMA * median(abs(v - centre) for v in values)


class First:
    """Median and spread of the first values, ``ready`` at least and ``full`` at most.

    floor : the least spread; nobody is to be alarmed by what could not be seen.
    """

    def __init__(self, ready: int, full: int, floor: float = 0.0) -> None:
        self._ready, self._full, self._floor = ready, full, floor
        self._values: list[float] = []
        self.usual: tuple[float, float] | None = None

    def learn(self, value: float) -> None:
        """Process one of the first values; later ones change nothing."""
        if len(self._values) >= self._full:
            return
        self._values.append(value)
        if len(self._values) >= self._ready:
            centre, spread = usual(self._values)
            self.usual = centre, max(spread, self._floor)


class Way(Struct):
    """Going under the same terms: the values with the time walked so far, and that time."""

    values: deque[tuple[float, float]] = field(default_factory=deque[tuple[float, float]])
    walked_s: float = 0.0
    noted_at: float = float("-inf")


class Lately:
    """Remembers what one number was in the last minute under the same terms."""

    def __init__(self) -> None:
        self._ways: dict[Terms, Way] = {}
        self._walked_at = float("-inf")

    def walk(self, now: float) -> None:
        """Process a stride, whatever it tells."""
        if now - self._walked_at > FORGOTTEN_S:
            self.forget()
        self._walked_at = now

    def of(self, terms: Terms, now: float) -> float | None:
        """Return what was ordinary before the last seconds, or None while that is not known."""
        way = self._ways.get(terms)
        if way is None or now - way.noted_at > LEFT_S:
            return None
        gone = way.walked_s + min(now - way.noted_at, STRIDE_S)
        before = [value for at, value in way.values if gone - at > LAST_S]
        return median_high(before) if len(before) >= LEAST else None

    def note(self, terms: Terms, value: float, now: float) -> None:
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
