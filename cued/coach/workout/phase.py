"""The definition of a phase, of a line in its script, and of the triggers between phases.

The phases are rows in ``phases.py``; no other file compares a phase's name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from cued.model import Direction

if TYPE_CHECKING:
    from cued.coach.known import Known
    from cued.coach.workout.profile import Profile

Trigger: TypeAlias = Literal[
    "begin",  # somebody moves, or start_program
    "wander",  # somebody moves, and the program is off
    "ready",  # every question of the check-in is answered
    "timeout",  # the phase's time is over
    "mount",  # the belt has to be set first, from the side rails
    "uphill",  # the phase's time is over and the stage goes uphill
    "jog",  # ... and the stage jogs
    "again",  # ... and another round is due
    "turned",  # the runner faces the way that was asked for
    "turned_away",  # the runner has faced the other way for long: follow
    "dose",  # the backward time of the session, day or week is used up
    "wrong",  # the runner says that something is wrong
    "ease",  # ... and has turned to the front
    "stumbled",
    "fell",
    "acknowledge",
    "lost",  # no sensor sees the runner while something moves
    "seen",
    "step_off",  # no stride for long
    "back_on",
    "away",  # the daemon was away in the middle of a session
    "skip",
    "pause",
    "resume",
    "stop",
    "over",  # nobody moved for very long
]
Pace = Literal["own", "turn", "walk", "due"]  # the runner's own; slow; a stage-1 walk; the stage's
Entry = Literal["session", "round", "imprint", "carry", "carry_on", "retention", "wrong", "summary"]


def always(_known: Known) -> bool:
    """Return True: the line has no condition."""
    return True


class Line(Struct, frozen=True):
    """A line of a phase's script.

    key : entry of the catalogue; "belt" stands for a setting of the belt, if one is due.
    at_s : time in the phase; negative: before its end.  part : fraction of the phase instead.
    only : dropped unless this holds when it is due.  when : waits until this holds.
    first : said only in the runner's first sessions, this many.
    """

    key: str
    at_s: float = 0.0
    part: float | None = None
    only: Callable[[Known], bool] = always
    when: Callable[[Known], bool] = always
    first: int = 1_000_000


class PhaseSpec(Struct, frozen=True, kw_only=True):
    """A phase.

    direction : expected of the runner.  turn : the direction they are asked to turn to.
    says : its script.
    lasts : its duration, s; None if that depends on the runner.
    leads : the trigger that the phase itself raises now, if any.
    pace : the belt's speed in it.  uphill, jog : only at stages that allow it.
    entry : what happens on entering it.
    still : standing is expected, so it does not mean stepping off.  stands : standing time counts.
    quiet : no technique cues.  overlay : it interrupts another phase, which resumes later.
    program : it belongs to a workout.
    """

    direction: Direction = "unknown"
    turn: Direction = "unknown"
    says: tuple[Line, ...] = ()
    lasts: Callable[[Known, Profile], float | None] = lambda _, __: None
    leads: Callable[[Known, Profile], Trigger | None] = lambda _, __: None
    pace: Pace = "own"
    backward: bool = False
    uphill: bool = False
    jog: bool = False
    entry: frozenset[Entry] = frozenset()
    still: bool = False
    stands: bool = False
    quiet: bool = False
    overlay: bool = False
    program: bool = True
