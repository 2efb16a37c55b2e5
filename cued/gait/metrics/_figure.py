"""Means and medians of a figure over the last strides, shared by the metrics."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import fsum
from statistics import median as middle

from cued.gait.finding import Posture
from cued.gait.metric import Basis, Cycle, Metric
from cued.parts import NoOptions, Part

STRIDES = 5  # chosen: some six seconds; one odd stride hardly moves a median of five


class Recent:
    """The last ``size`` values; gives no mean or median until it is full."""

    def __init__(self, size: int) -> None:
        self._values: deque[float] = deque(maxlen=size)

    def add(self, value: float) -> None:
        """Add a value and drop the oldest."""
        self._values.append(value)

    def clear(self) -> None:
        """Remove all values."""
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
        return middle(self._values) if self.full else None


class Figure:
    """Mean or median of a ``figure`` of each stride, in ``unit``.

    It starts again after a stride without the figure, unless ``patient``.
    """

    def __init__(
        self,
        unit: str,
        strides: int,
        figure: Callable[[Cycle], float | None],
        basis: Basis | None,
        *,
        mean: bool,
        patient: bool = False,
    ) -> None:
        self.unit = unit
        self.strides = strides
        self.basis = frozenset[Basis]({basis} if basis else ())
        self._figure = figure
        self._mean, self._patient = mean, patient
        self._recent = Recent(strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the mean or median of the last ones, or None."""
        value = self._figure(cycle)
        if value is None:
            if not self._patient:
                self.reset()
            return None
        t = cycle.posture.t if cycle.posture and "trunk" in self.basis else None
        if t is None or t != self._seen_t:  # one posture may serve two strides, one of each foot
            self._recent.add(value)
            self._seen_t = t
        return self._recent.mean if self._mean else self._recent.median

    def reset(self) -> None:
        """Start again."""
        self._recent.clear()
        self._seen_t = None


def mean(
    unit: str,
    figure: Callable[[Cycle], float | None],
    basis: Basis | None = None,
    strides: int = STRIDES,
    *,
    patient: bool = False,
) -> Part[NoOptions, Metric]:
    """Make the part for a mean over strides."""

    def build(_config: NoOptions) -> Metric:
        return Figure(unit, strides, figure, basis, mean=True, patient=patient)

    return Part(NoOptions, build)


def median(
    unit: str, figure: Callable[[Cycle], float | None], basis: Basis | None = None
) -> Part[NoOptions, Metric]:
    """Make the part for a median over strides."""

    def build(_config: NoOptions) -> Metric:
        return Figure(unit, STRIDES, figure, basis, mean=False)

    return Part(NoOptions, build)


def trunk_mean(
    unit: str, figure: Callable[[Posture], float | None], strides: int = STRIDES
) -> Part[NoOptions, Metric]:
    """Make the part for a mean of one of the trunk's figures."""

    def of_posture(cycle: Cycle) -> float | None:
        return figure(cycle.posture) if cycle.posture else None

    return mean(unit, of_posture, "trunk", strides)
