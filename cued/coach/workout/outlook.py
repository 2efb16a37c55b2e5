"""Estimate of the time left in a workout, for a runner who does what is asked.

It walks through the phases along the table and their own triggers, without interruptions. A phase
that lasts as long as the runner needs (a turn, stepping on) counts as ``OWN_S``: an estimate.
"""

from __future__ import annotations

import copy
import math

from cued.coach.known import Known
from cued.coach.workout.phases import IDLE, PHASES, after
from cued.coach.workout.profile import Profile

OWN_S = 20.0  # for a phase that takes the runner's own time
MOST_PHASES = 100  # in case the rules contain a loop


def left_s(known: Known, profile: Profile) -> float | None:
    """Return the time until the end of the workout, s; None outside one or while paused."""
    if not known.program or known.spec.overlay:
        return None
    ahead, total = copy.copy(known), 0.0
    for _ in range(MOST_PHASES):
        total += _walk(ahead, profile)
        trigger = ahead.spec.leads(ahead, profile)
        target = after(ahead.phase, trigger) if trigger else None
        if target is None or target == IDLE:
            return total if target else None
        _enter(ahead, target, profile)
    return None


def _walk(ahead: Known, profile: Profile) -> float:
    """Go to the planned end of the present phase; return how long that takes."""
    spec = ahead.spec
    whole = spec.lasts(ahead, profile)
    lasts = OWN_S if whole is None else max(whole - ahead.elapsed_s, 0.0)
    ahead.elapsed_s += lasts
    ahead.remaining_s = 0.0
    if spec.backward:
        ahead.left_s = max((ahead.left_s or 0.0) - lasts, 0.0)
        ahead.jogged_s += lasts if spec.jog else 0.0
    ahead.stride_at, ahead.against_s = ahead.now, 0.0
    ahead.direction = spec.direction if spec.turn == "unknown" else spec.turn
    ahead.stability, ahead.upset_at = "steady", -math.inf
    ahead.answered, ahead.stepped_on = True, True
    return lasts


def _enter(ahead: Known, target: str, profile: Profile) -> None:
    was, ahead.phase, ahead.spec = ahead.spec, target, PHASES[target]
    ahead.elapsed_s = 0.0
    if "round" in ahead.spec.entry and was.turn == "unknown" and not (was.stands or was.backward):
        ahead.rounds += 1
    ahead.more_rounds = ahead.rounds < profile.rounds and not ahead.wrong
    ahead.to_be_set = ahead.to_be_set and not ahead.spec.stands
