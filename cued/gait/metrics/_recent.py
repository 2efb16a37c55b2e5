"""A window over the last strides, shared by the metrics."""

from __future__ import annotations

from collections import deque
from math import fsum
from statistics import median


class Recent:
    """The last ``size`` values; says nothing until it is full."""

    def __init__(self, size: int) -> None:
        self._values: deque[float] = deque(maxlen=size)

    def add(self, value: float) -> None:
        """Add a value and drop the oldest."""
        self._values.append(value)

    def clear(self) -> None:
        """Start anew."""
        self._values.clear()

    @property
    def full(self) -> bool:
        """Enough values were seen."""
        return len(self._values) == self._values.maxlen

    @property
    def values(self) -> tuple[float, ...]:
        """The values, oldest first."""
        return tuple(self._values)

    @property
    def total(self) -> float:
        """Their sum, rounded once."""
        return fsum(self._values)

    @property
    def mean(self) -> float | None:
        """Their mean, None until full."""
        return self.total / len(self._values) if self.full else None

    @property
    def median(self) -> float | None:
        """Their median, None until full."""
        return median(self._values) if self.full else None
