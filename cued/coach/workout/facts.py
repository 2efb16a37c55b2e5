"""What a session was: in two facts, against the last ones, and for the ladder."""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.strides.baseline import Baselines
from cued.coach.workout import ladder
from cued.coach.workout.ladder import Result, Standing
from cued.coach.workout.memory import WEEK_S, Memory
from cued.coach.workout.profile import Profile
from cued.coach.workout.prompts import ABOUT_A_MINUTE_S, Spoken, lasted
from cued.coach.workout.totals import SessionTally
from cued.model import Stability

LEAST_HELD_S = 10.0  # less is not worth telling
LEAST_BACKWARD_S = 20.0  # less is not worth telling


def closing(tally: SessionTally, memory: Memory) -> list[Spoken]:
    """Return two facts: how long the short step was held, and how much was gone backward."""
    out: list[Spoken] = []
    held = tally.held_s
    if held is not None and held >= LEAST_HELD_S:
        out.append(("fact_held", {"seconds": held}))
        if memory.held_s is not None and memory.held_s >= LEAST_HELD_S:
            out.append(("fact_last", {"seconds": memory.held_s}))
    week = tally.backward_s + memory.backward_s(WEEK_S, 0.0)
    if tally.backward_s >= LEAST_BACKWARD_S and week >= ABOUT_A_MINUTE_S[0]:
        out.append(lasted("fact_backward", week))
    return out


def last_words(
    tally: SessionTally, memory: Memory, standing: Standing, *, wrong: bool
) -> list[Spoken]:
    """Return what is said at the end: the facts, where the ladder leads, one thing to take away."""
    out = closing(tally, memory)
    if standing.stage != memory.stage:
        out.append(("stage_up" if standing.stage > memory.stage else "stage_down", {}))
    if tally.backward_s > 0.0 and not wrong:
        out.append(("take_away", {}))
    return out


def standing_after(
    known: Known, tally: SessionTally, memory: Memory, profile: Profile, elapsed_s: float
) -> Standing:
    """Return where the runner stands on the ladder after a session; a free run changes nothing."""
    tally.compare_spread(spread_ratios(known.baselines, memory))
    tally.feed(Stability(t=known.now, level="unknown", score=None))  # unsteady to the end
    if tally.kind != "program":
        return Standing(memory.stage, memory.clean_sessions, clean=False)
    result = Result(
        stage=known.stage,
        backward_s=tally.backward_s,
        peak_m_s=tally.peak_m_s,
        stumbles=tally.stumbles,
        unsteady_s=tally.unsteady_s,
        cv_ratio=tally.cv_ratio,
        effort=tally.effort,
        wrong=known.wrong,
    )
    return ladder.advance(memory, profile, result, elapsed_s)


def no_higher(standing: Standing, memory: Memory) -> Standing:
    """Return where a runner stands after a session that may be somebody else's."""
    clean = min(standing.clean_sessions, memory.clean_sessions)
    return Standing(min(standing.stage, memory.stage), clean, clean=False)


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
