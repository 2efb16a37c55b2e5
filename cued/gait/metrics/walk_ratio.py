"""Walk ratio: step length divided by step rate, mm per step a minute, a mean. Walking only.

Speed is the product of step length and step rate; their ratio stays about the same over speeds in a
person's usual walking (about 6.5 forward). Backward the stride shortens and the rate hardly
changes: 3.1 against 5.4 in the one treadmill pair measured. Includes the belt's error. Reliable
after 5 strides.
"""

from __future__ import annotations

from cued.gait.metric import Cycle
from cued.gait.metrics._figure import mean


def figure(cycle: Cycle) -> float | None:
    """Return step length over step rate of a walking stride, mm/spm."""
    stride = cycle.stride
    if stride.length_m is None or stride.mode != "walking":
        return None
    step_m, rate_spm = stride.length_m / 2.0, 120.0 / stride.duration_s
    return 1000.0 * step_m / rate_spm


PART = mean("mm/spm", figure, "belt")
