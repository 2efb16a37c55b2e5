"""What a metric is: a number that is renewed with every stride."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from cued.gait.finding import Posture
from cued.model import Stride

Basis = Literal["trunk", "belt"]


class Cycle(Struct, frozen=True):
    """One stride with what the trunk did in it (None when no trunk sensor is worn)."""

    stride: Stride
    posture: Posture | None = None


class Metric(Protocol):
    """One number. ``PART.build(config)`` makes one; its name is its file's name.

    unit : of the value, as people write it: spm, s, m, %, deg.
    strides : over how many strides it is taken.
    basis : what it rests on beside the strides: the trunk's posture, or one speed of the belt.
    """

    unit: str
    strides: int
    basis: frozenset[Basis]

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the new value, or None if the stride does not give one.

        What becomes of the last value then is decided in ``fusion/ages.py``.
        """
        ...

    def reset(self) -> None:
        """Start again: belt, direction or mode changed, or data were lost."""
        ...
