"""Over how many strides a metric is taken, and the mean or median of a figure over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, cast

from msgspec import Meta, Struct, defstruct

from cued.gait.finding import Posture
from cued.gait.metric import Basis, Cycle, Metric
from cued.gait.metrics._recent import Recent
from cued.parts import Part

Statistic = Literal["mean", "median"]


class Over(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Over how many strides a metric is taken."""

    strides: int


def over(strides: int, what: str, least: int = 1, most: int = 50) -> type[Over]:
    """Make the configuration whose only option is how many strides; ``what`` describes them."""
    option = Annotated[int, Meta(ge=least, le=most, description=what)]
    made = defstruct(
        "Config",
        [("strides", option, strides)],
        bases=(Over,),
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )
    return cast("type[Over]", made)


class Figure:
    """Mean or median of what ``figure`` takes from each stride, in ``unit``.

    Where a stride does not hold it, that starts anew.
    """

    def __init__(
        self,
        unit: str,
        strides: int,
        figure: Callable[[Cycle], float | None],
        statistic: Statistic,
        basis: Basis | None,
    ) -> None:
        self.unit = unit
        self.strides = strides
        self.basis = frozenset[Basis]({basis} if basis else ())
        self._figure = figure
        self._mean = statistic == "mean"
        self._recent = Recent(strides)
        self._seen_t: float | None = None

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the mean or median of the last ones, or None."""
        value = self._figure(cycle)
        if value is None:
            self.reset()
            return None
        t = cycle.posture.t if cycle.posture and "trunk" in self.basis else None
        if t is None or t != self._seen_t:  # two feet end two strides in one of the trunk's
            self._recent.add(value)
            self._seen_t = t
        return self._recent.mean if self._mean else self._recent.median

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()
        self._seen_t = None


def mean(
    unit: str, figure: Callable[[Cycle], float | None], basis: Basis | None = None
) -> Part[Over, Metric]:
    """Make the part of a mean over five strides, if not configured otherwise."""
    return _part(over(5, "Strides in the mean."), unit, figure, "mean", basis)


def median(
    unit: str, figure: Callable[[Cycle], float | None], basis: Basis | None = None
) -> Part[Over, Metric]:
    """Make the part of a median over five strides, if not configured otherwise."""
    return _part(over(5, "Strides in the median."), unit, figure, "median", basis)


def trunk_mean(
    unit: str, figure: Callable[[Posture], float | None], strides: int = 5
) -> Part[Over, Metric]:
    """Make the part of a mean of one of the trunk's figures, over ``strides`` if not configured."""

    def of_posture(cycle: Cycle) -> float | None:
        return figure(cycle.posture) if cycle.posture else None

    return _part(over(strides, "Trunk strides in the mean."), unit, of_posture, "mean", "trunk")


def _part(
    config: type[Over],
    unit: str,
    figure: Callable[[Cycle], float | None],
    statistic: Statistic,
    basis: Basis | None,
) -> Part[Over, Metric]:
    def build(chosen: Over) -> Metric:
        return Figure(unit, chosen.strides, figure, statistic, basis)

    return Part(config, build)
