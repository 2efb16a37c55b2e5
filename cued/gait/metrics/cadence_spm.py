"""Cadence: steps a minute, over the last eight steps.

Eight steps are the window in which the error is to be at most 1 step a minute; an even number, so
that a limp does not sway it. With both feet known each step is timed; with one foot a stride is two
steps. Valid in every mode and direction: backward walking hardly changes it at a given stride time,
backward running raises it by 10-20 %.
"""

from __future__ import annotations

from collections import deque
from typing import Annotated

from msgspec import Meta, Struct

from cued.gait.metric import Basis, Cycle, Metric
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many steps the mean takes."""

    steps: Annotated[int, Meta(ge=2, le=64, description="Steps in the mean, an even number.")] = 8

    def __post_init__(self) -> None:
        if self.steps % 2:
            raise ValueError("steps must be even, or a limp sways the mean")


class Cadence:
    """Steps a minute."""

    unit = "spm"
    basis = frozenset[Basis]()

    def __init__(self, config: Config) -> None:
        self.strides = config.steps // 2
        self._steps = config.steps
        self._recent: deque[tuple[float, int]] = deque(maxlen=config.steps)  # time, steps in it

    def update(self, cycle: Cycle) -> float | None:
        """Process a stride and return the step rate, or None until enough steps were timed."""
        stride = cycle.stride
        if stride.step_s is None:
            self._recent.append((stride.duration_s, 2))
        else:
            self._recent.append((stride.step_s, 1))
        time_s, steps = 0.0, 0
        for duration, count in reversed(self._recent):
            time_s += duration
            steps += count
            if steps >= self._steps:
                return 60.0 * steps / time_s
        return None

    def reset(self) -> None:
        """Start anew."""
        self._recent.clear()


PART: Part[Config, Metric] = Part(Config, Cadence)
