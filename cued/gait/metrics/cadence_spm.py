"""Cadence: steps a minute, over the last eight steps.

Eight steps, over which the error should be at most 1 step a minute; an even number, so that a limp
does not sway it. With both feet known each step is timed; with one foot a stride is two steps.
Valid in every mode and direction: backward walking hardly changes it at a given stride time,
backward running raises it by 10-20 %.
"""

from __future__ import annotations

from collections import deque

from cued.gait.metric import Basis, Cycle, Metric
from cued.parts import NoOptions, Part

STEPS = 8  # chosen: five seconds; even, so that a limp does not sway the mean


class Cadence:
    """Steps a minute."""

    unit = "spm"
    basis = frozenset[Basis]()
    strides = STEPS // 2

    def __init__(self, config: NoOptions) -> None:
        self._recent: deque[tuple[float, int]] = deque(maxlen=STEPS)  # time, steps in it

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
            if steps >= STEPS:
                return 60.0 * steps / time_s
        return None

    def reset(self) -> None:
        """Start again."""
        self._recent.clear()


PART: Part[NoOptions, Metric] = Part(NoOptions, Cadence)
