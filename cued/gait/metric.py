"""The protocol of a metric: a number that is updated with every stride."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from cued.gait.finding import Posture
from cued.model import Stride

Basis = Literal["trunk", "belt"]


class Cycle(Struct, frozen=True):
    """One stride and the trunk's posture in it (None when no trunk sensor is worn)."""

    stride: Stride
    posture: Posture | None = None


class Metric(Protocol):
    """One number. ``PART.build(config)`` makes one; its name is its file's name.

    unit : of the value, as people write it: spm, s, m, %, deg.
    strides : how many strides it is taken over.
    basis : what it depends on besides the strides: the trunk's posture, or a constant belt speed.
    """

    unit: str
    strides: int
    basis: frozenset[Basis]

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the new value, or None if the stride does not give one.

        ``fusion/ages.py`` then decides how long the last value still holds.
        """
        ...

    def reset(self) -> None:
        """Start again after a change of belt, direction or mode, or a loss of data."""
        ...
