"""What a phase leads to by itself: when its time is over, and when the runner has turned.

Pure functions of how far the phase has come; what they answer is a trigger of ``program.py``.
"""

from __future__ import annotations

import math

from msgspec import Struct

from cued.coach.workout import ladder
from cued.coach.workout.phases import PHASES, TURNS, Trigger
from cued.coach.workout.profile import Profile
from cued.model import Direction

CHECK_S = 12.0  # the questions take so long
TURN_S = 45.0  # long enough to turn with the belt stopped
CONTRADICTED_S = 30.0  # facing the other way for so long: go along with it
UNTURNED_S = 60.0  # walking on forward for so long, though asked to turn: go along with it


class Progress(Struct, frozen=True, kw_only=True):
    """How far a phase has come.

    elapsed_s : walked in it; stood in it, where standing is expected.  left_s : backward, by the
    caps.  against_s : for how long the runner has faced the other way.  unsteady : nothing harder
    than this is begun.
    """

    phase: str
    elapsed_s: float
    left_s: float
    stage: int
    rounds: int
    jogged_s: float
    against_s: float
    walking: bool
    direction: Direction
    unsteady: bool = False


def due(progress: Progress, profile: Profile) -> Trigger | None:
    """Find the trigger that the phase itself gives now."""
    if PHASES[progress.phase].backward:
        return _backward(progress)
    match progress.phase:
        case "turn_back" | "turn_front":
            return _turning(progress)
        case "check_in":
            ready = progress.elapsed_s >= CHECK_S and progress.walking
            return "ready" if ready else None
        case "settle" if progress.elapsed_s >= profile.settle_s and not progress.unsteady:
            return _if_time(progress, "timeout") or "dose"
        case "carry":
            return _carrying(progress, profile)
        case "cool_down" if progress.elapsed_s >= profile.cool_down_s:
            return "timeout"
        case _:
            return None


def lasts(phase: str, stage: int, left_s: float, profile: Profile) -> float | None:
    """Return how long a phase lasts, s; None where that depends on the runner."""
    bout = min(ladder.STAGES[stage].bout_s, left_s)
    return {
        "settle": profile.settle_s,
        "carry": profile.carry_s,
        "cool_down": profile.cool_down_s,
        "backward_walk": bout,
        "backward_uphill": bout,
        "backward_jog": ladder.JOG_ON_S,
        "backward_rest": ladder.JOG_OFF_S,
    }.get(phase)


def bout_left_s(phase: str, stage: int, elapsed_s: float) -> float:
    """Return the time until the backward part ends by itself, s; inf where only a cap ends it."""
    rung = ladder.STAGES[stage]
    flat = phase == "backward_walk" and not (rung.uphill or rung.jog)
    return rung.bout_s - elapsed_s if flat or phase == "backward_uphill" else math.inf


def _if_time(progress: Progress, trigger: Trigger) -> Trigger | None:
    """Allow a trigger that leads backward only while there is time backward left."""
    return trigger if progress.left_s >= ladder.LEAST_BOUT_S else None


def _turning(progress: Progress) -> Trigger | None:
    wanted = TURNS[progress.phase]
    if wanted == "backward" and progress.left_s <= 0.0:
        return "dose"
    if not progress.walking:
        return None
    if progress.direction == wanted:
        return "turned"
    if wanted == "backward" and progress.direction == "forward":
        return "turned_away" if progress.elapsed_s >= UNTURNED_S else None
    unsure = progress.direction == "unknown" and progress.elapsed_s >= TURN_S
    return "timeout" if unsure else None


def _backward(progress: Progress) -> Trigger | None:
    if progress.left_s <= 0.0:
        return "dose"
    if progress.against_s > CONTRADICTED_S:
        return "turned_away"
    stage, elapsed = ladder.STAGES[progress.stage], progress.elapsed_s
    match progress.phase:
        case "backward_jog":
            return "timeout" if elapsed >= ladder.JOG_ON_S else None
        case "backward_rest":
            more = stage.jog and progress.jogged_s < ladder.JOG_SESSION_S
            early = elapsed < ladder.JOG_OFF_S or (more and progress.unsteady)
            return None if early else "jog" if more else "timeout"
        case "backward_walk" if stage.uphill and elapsed >= ladder.BEFORE_UPHILL_S:
            return None if progress.unsteady else "uphill"
        case "backward_walk" if stage.jog and elapsed >= ladder.BEFORE_JOG_S:
            more = progress.jogged_s < ladder.JOG_SESSION_S
            return "timeout" if not more else None if progress.unsteady else "jog"
        case _:
            return "timeout" if elapsed >= stage.bout_s else None


def _carrying(progress: Progress, profile: Profile) -> Trigger | None:
    if progress.against_s > CONTRADICTED_S:
        return _if_time(progress, "turned_away")
    if progress.elapsed_s < profile.carry_s or progress.unsteady:
        return None
    again = progress.rounds < profile.rounds and _if_time(progress, "again") is not None
    return "again" if again else "timeout"
