"""What a session was in two facts, and how it compares with the last: from history only."""

from __future__ import annotations

from cued.coach.strides.baseline import Baselines
from cued.coach.workout.memory import WEEK_S, Memory
from cued.coach.workout.prompts import Spoken, lasted
from cued.coach.workout.totals import Tally

LEAST_HELD_S = 10.0
LEAST_BACKWARD_S = 20.0


def closing(tally: Tally, memory: Memory) -> list[Spoken]:
    """Return two facts: how long the short step was held, and how much was gone backward."""
    out: list[Spoken] = []
    held = tally.held_s
    if held is not None and held >= LEAST_HELD_S:
        out.append(("fact_held", {"seconds": held}))
        if memory.held_s is not None and memory.held_s >= LEAST_HELD_S:
            out.append(("fact_last", {"seconds": memory.held_s}))
    if tally.backward_s >= LEAST_BACKWARD_S:
        week = tally.backward_s + memory.backward_s(WEEK_S, 0.0)
        key, blanks = lasted("fact_backward", max(week, 60.0))
        out.append((key, blanks))
    return out


def spread_ratios(baselines: Baselines, memory: Memory) -> list[float]:
    """Compare how much backward strides varied with earlier sessions at the same speed."""
    usual = {
        (i.mode, round(i.speed_m_s * 10)): i.cv for i in memory.imprint if i.direction == "backward"
    }
    return [
        own.cv / usual[key.mode, key.speed]
        for key, own in baselines.all().items()
        if key.direction == "backward" and (key.mode, key.speed) in usual
    ]
