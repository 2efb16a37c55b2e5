"""The triggers that phases raise themselves: their time is over, or the runner has turned.

Pure functions of the snapshot, named in the rows of ``phases.py``; they return a trigger of its
table.
"""

from __future__ import annotations

import math

from cued.coach.known import Known
from cued.coach.workout import ladder
from cued.coach.workout.conditions import jogs_next, turned, turns_next
from cued.coach.workout.phase import Trigger
from cued.coach.workout.profile import Profile

TURN_S = 45.0  # ample time to turn on a slow belt; after it an unseen turn counts as done
# Shorter to the front, without risk: nothing is judged until the direction is known.
TURN_FRONT_S = 10.0
FOLLOW_S = 4.0  # backward on a slow belt for this long: follow the runner
CONTRADICTED_S = 30.0  # facing the other way for this long: follow the runner
UNTURNED_S = 60.0  # still walking forward this long after the prompt to turn: follow
MOUNT_S = 60.0  # for the rails, the console and stepping on


def checked(known: Known, profile: Profile) -> Trigger | None:
    """Leave the check-in once every question is answered."""
    del profile
    return "ready" if known.answered else None


def settled_in(known: Known, profile: Profile) -> Trigger | None:
    """Turn after settling in, if there is backward time left."""
    if known.elapsed_s < profile.settle_s or known.upset:
        return _turned_unasked(known)
    return "timeout" if _worth(known) else "dose"


def timed(known: Known, profile: Profile) -> Trigger | None:
    """Move on when the time is over."""
    lasts = known.spec.lasts(known, profile)
    return "timeout" if lasts is not None and known.elapsed_s >= lasts else _turned_unasked(known)


def turning(known: Known, profile: Profile) -> Trigger | None:
    """Move on once the runner has turned as asked, or has had time if no sensor can see it."""
    del profile
    wanted = known.spec.turn
    if wanted == "backward" and (known.left_s or 0.0) <= 0.0:
        return "dose"
    if not known.walking and known.mode != "walking":  # a slow walker's strides come late
        return None
    if turned(known):
        return _turned(wanted == "backward", known)
    if wanted == "backward" and known.direction == "forward":
        return "turned_away" if known.elapsed_s >= UNTURNED_S else None
    if known.direction != "unknown" or not _had_time(known):
        return None
    return "ease" if known.wrong and wanted == "forward" else "timeout"


def mounting(known: Known, profile: Profile) -> Trigger | None:
    """Move on once the runner walks backward after setting the belt."""
    del profile
    if (known.left_s or 0.0) <= 0.0:
        return "dose"
    if known.walking and known.against_s > CONTRADICTED_S:
        return "turned_away"
    ready = known.stepped_on and known.walking and known.direction != "forward"
    return "turned" if ready or (known.walking and known.elapsed_s >= MOUNT_S) else None


def walking_back(known: Known, profile: Profile) -> Trigger | None:
    """End backward walking: uphill or with a jog if the stage has one, else by turning."""
    over = _over(known)
    if over or known.elapsed_s < walk_lasts(known, profile):
        return over
    if turns_next(known):
        return "timeout"
    if known.upset:
        return None
    if jogs_next(known):
        return "jog"
    return "mount" if known.by_hand else "uphill"


def ending(known: Known, profile: Profile) -> Trigger | None:
    """Turn round at the bout's end."""
    lasts = bout_lasts(known, profile)
    return _over(known) or ("timeout" if known.elapsed_s >= lasts else None)


def jogging(known: Known, profile: Profile) -> Trigger | None:
    """Return to walking after a jog."""
    return _over(known) or ("timeout" if known.elapsed_s >= jog_lasts(known, profile) else None)


def resting(known: Known, profile: Profile) -> Trigger | None:
    """Jog again after a rest, while there is jogging time left."""
    over, more = _over(known), jogs_next(known)
    early = known.elapsed_s < rest_lasts(known, profile)
    early = early or (more and known.upset)
    return over or (None if early else "jog" if more else "timeout")


def carrying(known: Known, profile: Profile) -> Trigger | None:
    """Start another round after the carry, or cool down, or follow a runner who turned backward."""
    turned = _turned_unasked(known)
    if turned or known.elapsed_s < profile.carry_s or known.upset:
        return turned
    return "again" if known.more_rounds and _worth(known) else "timeout"


def bout_lasts(known: Known, profile: Profile) -> float:
    """Return the duration of a backward part, s."""
    del profile
    return _capped(known, ladder.STAGES[known.stage].bout_s)


def bout_left_s(known: Known) -> float:
    """Return the time left in the backward part, caps aside, s; inf if only a cap ends it."""
    rung = ladder.STAGES[known.stage]
    if not known.spec.backward or known.spec.jog or (rung.jog and known.may_jog):
        return math.inf
    if rung.uphill and not known.spec.uphill:
        return math.inf
    return rung.bout_s - known.elapsed_s


def to_be_set(known: Known) -> bool:
    """Return whether the belt has to be made faster by hand once the runner has turned.

    Turning feet give no useful speed; a belt that the runner turned on is assumed to be as slow as
    that requires.
    """
    belt = known.belt if known.belt_state.steady else None
    has = belt.speed_m_s if belt else ladder.TURN_M_S
    return known.by_hand and (known.due_m_s or 0.0) > has + 2 * ladder.SPEED_OFF_M_S


def walk_lasts(known: Known, profile: Profile) -> float:
    """Return the duration of backward walking on the flat, s."""
    rung = ladder.STAGES[known.stage]
    if rung.uphill:
        return _capped(known, ladder.BEFORE_UPHILL_S)
    if rung.jog and known.may_jog:
        return _capped(known, ladder.BEFORE_JOG_S)
    return bout_lasts(known, profile)


def jog_lasts(known: Known, profile: Profile) -> float:
    """Return the duration of a jog, s."""
    del profile
    return _capped(known, ladder.JOG_ON_S)


def rest_lasts(known: Known, profile: Profile) -> float:
    """Return the duration of the walk between jogs, s: to the end if there is no time to jog."""
    del profile
    all_s = _capped(known, math.inf)
    no_room = all_s - ladder.JOG_OFF_S < ladder.JOG_ROOM_S
    return all_s if no_room else ladder.JOG_OFF_S


def _capped(known: Known, lasts: float) -> float:
    """Return a duration limited by the backward time left, s."""
    return lasts if known.left_s is None else min(lasts, known.left_s + known.elapsed_s)


def _turned(backward: bool, known: Known) -> Trigger:
    if backward and known.to_be_set:
        return "mount"
    return "ease" if known.wrong and not backward else "turned"


def _had_time(known: Known) -> bool:
    """Return whether a runner whose turn no sensor sees has had time to turn."""
    if known.spec.turn == "forward" and known.turn_asked_at is not None:
        return known.now - max(known.turn_asked_at, known.faced_at) >= TURN_FRONT_S
    return known.elapsed_s >= TURN_S


def _worth(known: Known) -> bool:
    """Return whether the backward time left is worth turning round for."""
    return (known.left_s or 0.0) >= ladder.LEAST_BOUT_S


def _turned_unasked(known: Known) -> Trigger | None:
    """Follow a runner who turned backward unasked: soon on a slow belt, else later."""
    if known.direction != "backward" or not _worth(known) or known.wrong:
        return None
    if known.far_too_fast:
        return None  # the warning comes first, not a greeting
    patience = FOLLOW_S if known.belt_slow or known.offered else CONTRADICTED_S
    return "turned_away" if known.against_s >= patience else None


def _over(known: Known) -> Trigger | None:
    """Return the triggers that end any backward phase."""
    if (known.left_s or 0.0) <= 0.0:
        return "dose"
    return "turned_away" if known.against_s > CONTRADICTED_S else None
