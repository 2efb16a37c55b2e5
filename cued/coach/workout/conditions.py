"""Conditions for the lines of a script, as named functions of the snapshot."""

from __future__ import annotations

import math

from cued.coach.known import Known
from cued.coach.workout import ladder

STANDS_AFTER_S = 6.0  # time to step on the rails after the prompt; then it counts as done
FELT_S = 10.0  # least backward time that leaves a feeling to keep; chosen
SAME_SPEED_S = 60.0  # forward at the backward speed: 33 strides per foot, most of them settled
OWN_SPEED_S = 30.0  # a shorter time is not worth a second trip to the console
TURNS_IN_S = 5.0  # time to turn in small steps, a hand on the rail
INCLINE_OFF_PERCENT = 0.5  # a step of most consoles
ANNOUNCED_S = 75.0  # backward time left: rules/time_cap.py announces the last minute
SETTING_S = 15.0  # time to find the console, and for an unreported belt to get there


def standing(known: Known) -> bool:
    """Return whether nobody walks, so that sentences are allowed."""
    return not known.walking


def moving(known: Known) -> bool:
    """Return whether somebody walks."""
    return known.walking


def at_rest(known: Known) -> bool:
    """Return whether nobody walks and the belt is known to stand."""
    return known.at_rest


def not_at_rest(known: Known) -> bool:
    """Return whether somebody walks, or the belt may move."""
    return not known.at_rest


def on_rails(known: Known) -> bool:
    """Return whether the steps have stopped, or there was time enough to stop."""
    return not known.walking or known.elapsed_s >= STANDS_AFTER_S


def not_on_rails(known: Known) -> bool:
    """Return whether somebody walks, or was only just asked to stop."""
    return known.walking or known.elapsed_s < STANDS_AFTER_S


def turned(known: Known) -> bool:
    """Return whether the runner is known to face the way that the phase turns to."""
    wanted = known.spec.turn
    perhaps_turning = wanted == "forward" and known.now < known.turns_back_until
    return wanted != "unknown" and known.direction == wanted and not perhaps_turning


def to_turn(known: Known) -> bool:
    """Return whether the runner isn't known to face the way that the phase turns to."""
    return not turned(known)


def turn_not_asked(known: Known) -> bool:
    """Return whether the prompt to turn is still to come in this phase."""
    return known.turn_asked_at is None and to_turn(known)


def slow(known: Known) -> bool:
    """Return whether the belt is slow enough to turn on, or assumed so if unreported."""
    if known.belt is not None:
        return known.belt.speed_m_s <= ladder.TURN_M_S + ladder.SPEED_OFF_M_S
    return known.slowed


def turnable(known: Known) -> bool:
    """Return whether the belt is slow enough to turn away from the console, and runs."""
    return slow(known) and not at_rest(known)


def not_slow(known: Known) -> bool:
    """Return whether the runner has to slow the belt, because the coach may not or could not."""
    by_runner = known.by_hand or known.elapsed_s >= SETTING_S
    return not slow(known) and by_runner and to_turn(known)


def not_slow_by_hand(known: Known) -> bool:
    """Return whether a runner with their back to the console has to slow the belt."""
    return known.by_hand and not_slow(known)


def could_turn(known: Known) -> bool:
    """Return whether a runner on the rails has had time to turn since the prompt."""
    if known.turn_asked_at is None or known.now - known.turn_asked_at < TURNS_IN_S:
        return False
    stood = known.now - max(known.stride_at, known.footfall_at, known.walked_at) >= SETTING_S
    return stood or known.railed_at >= known.since


def as_set(known: Known) -> bool:
    """Return whether the belt has the speed and incline that are due, or there was time to."""
    if known.belt is not None and known.due_m_s is not None:
        speeds = abs(known.belt.speed_m_s - known.due_m_s) <= 2 * ladder.SPEED_OFF_M_S
        level = abs(known.belt.incline_percent - known.due_percent) <= INCLINE_OFF_PERCENT
        return speeds and (level or known.elapsed_s >= SETTING_S)
    return known.elapsed_s >= SETTING_S


def fast(known: Known) -> bool:
    """Return whether the belt is nearly as fast as the jog that is due."""
    if known.belt is not None and known.due_m_s is not None:
        return known.belt.speed_m_s >= 0.9 * known.due_m_s
    return known.elapsed_s >= ladder.JOG_ON_S / 3


def walkable(known: Known) -> bool:
    """Return whether the belt is slow enough to walk backward after a jog."""
    if known.belt is not None:
        return known.belt.speed_m_s <= ladder.WALK_M_S + 2 * ladder.SPEED_OFF_M_S
    return known.elapsed_s >= SETTING_S


def steady(known: Known) -> bool:
    """Return whether the runner is steady enough to let go of the rail."""
    return known.stability == "steady"


def felt(known: Known) -> bool:
    """Return whether the last backward part was long enough to leave a feeling."""
    return known.part_s >= FELT_S


def not_felt(known: Known) -> bool:
    """Return whether the last backward part was too short to leave a feeling."""
    return not felt(known)


def turns_next(known: Known) -> bool:
    """Return whether the phase ends with turning round."""
    return not (known.spec.pace == "walk" and (climbs_next(known) or jogs_next(known)))


def half_way_back(known: Known) -> bool:
    """Return whether the part ends with turning round, and not within the announced minute."""
    return turns_next(known) and (known.left_s is None or known.left_s > ANNOUNCED_S)


def climbs_next(known: Known) -> bool:
    """Return whether the phase ends with a steeper belt, and there is time for it."""
    return ladder.STAGES[known.stage].uphill and _left_after(known) >= ladder.LEAST_BOUT_S


def jogs_next(known: Known) -> bool:
    """Return whether the phase ends with a jog, with time to jog and to walk after it."""
    more = known.jogged_s < ladder.JOG_SESSION_S
    room = _left_after(known) >= ladder.JOG_ROOM_S
    return ladder.STAGES[known.stage].jog and known.may_jog and more and room


def _left_after(known: Known) -> float:
    """Return the backward time left at the end of the phase, s."""
    left = math.inf if known.left_s is None else known.left_s
    return left - (known.remaining_s or 0.0)


def no_more_jogs(known: Known) -> bool:
    """Return whether there was enough jogging for this session."""
    return not jogs_next(known)


def goes_backward_next(known: Known) -> bool:
    """Return whether there is time for a backward part after this phase."""
    return (known.left_s or 0.0) >= ladder.LEAST_BOUT_S


def again(known: Known) -> bool:
    """Return whether another round follows."""
    return known.more_rounds and goes_backward_next(known)


def turns_soon(known: Known) -> bool:
    """Return whether the belt is set for the next backward part now or before long."""
    return again(known) and (known.remaining_s or 0.0) <= SAME_SPEED_S + OWN_SPEED_S


def room_for_own_speed(known: Known) -> bool:
    """Return whether there is time at the runner's own speed before the belt is set again."""
    lasts = (known.remaining_s or 0.0) - SAME_SPEED_S
    return felt(known) and (not again(known) or lasts >= OWN_SPEED_S)


def not_backward(known: Known) -> bool:
    """Return whether the runner is not known to face backward."""
    return known.direction != "backward"


def walks_backward(known: Known) -> bool:
    """Return whether the runner walks backward, with the console behind them."""
    return known.walking and known.direction == "backward"


def by_hand(known: Known) -> bool:
    """Return whether the runner sets the belt."""
    return known.by_hand
