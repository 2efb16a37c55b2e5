"""The phases of a session as two tables: what a phase is, and what leads from one to the next.

Rules of this file
------------------
* All transitions of a session are here. ``session.py`` finds out which trigger applies and asks
  ``after``; a trigger that is not in the table does nothing, a command that is not is refused.
* The order is the method's: check in, settle, turn, walk backward on the flat, uphill, jog, turn
  round, carry it forward, cool down. No entry leads past a stage of the ladder: uphill and jog are
  reached only by the triggers ``uphill`` and ``jog``, which the ladder's stage allows or not.
* ``BEFORE`` means the phase that was interrupted; an interrupted backward phase is entered again
  by turning, guided, and never by a belt that just goes on.
* docs/coaching.md shows the diagram that ``scripts/diagrams`` draws from these tables; a test keeps
  it current.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from cued.model import Direction, Mode

Trigger: TypeAlias = Literal[
    "begin",  # somebody moves, or start_program
    "wander",  # somebody moves, and no program is wanted
    "ready",  # acknowledged, or walking after the questions
    "timeout",  # the phase's time is over
    "uphill",  # ... and the stage goes uphill
    "jog",  # ... and the stage jogs
    "again",  # ... and another round is due
    "turned",  # the runner faces the way that was asked for
    "turned_away",  # the runner has faced the other way for long: go along
    "dose",  # enough backward: session, day or week
    "stumbled",
    "fell",
    "acknowledge",
    "lost",  # no sensor sees the runner while something moves
    "seen",
    "step_off",  # no stride for long
    "back_on",
    "skip",
    "pause",
    "resume",
    "stop",
    "over",  # nobody moved for very long
]

BEFORE = "(before)"
IDLE = "idle"
OVERLAYS = ("paused", "blind", "fallen")
TURNS: dict[str, Direction] = {"turn_back": "backward", "turn_front": "forward"}


class PhaseSpec(Struct, frozen=True, kw_only=True):
    """What a phase is.

    says : entries of the catalogue spoken on entry, one after the other.
    still : standing is expected, so no stride is no stepping off.
    """

    direction: Direction = "unknown"
    mode: Mode = "unknown"
    says: tuple[str, ...] = ()
    backward: bool = False
    still: bool = False


PHASES: dict[str, PhaseSpec] = {
    IDLE: PhaseSpec(still=True),
    "free_run": PhaseSpec(says=("free_run",)),
    "check_in": PhaseSpec(says=("check_in", "check_rails"), still=True),
    "settle": PhaseSpec(direction="forward", mode="walking", says=("settle",), still=True),
    "turn_back": PhaseSpec(says=("turn_back",), still=True),
    "backward_walk": PhaseSpec(
        direction="backward", mode="walking", says=("backward_walk",), backward=True
    ),
    "backward_uphill": PhaseSpec(
        direction="backward", mode="walking", says=("backward_uphill",), backward=True
    ),
    "backward_jog": PhaseSpec(
        direction="backward", mode="running", says=("backward_jog",), backward=True
    ),
    "backward_rest": PhaseSpec(
        direction="backward", mode="walking", says=("backward_rest",), backward=True
    ),
    "turn_front": PhaseSpec(says=("turn_front",), still=True),
    "carry": PhaseSpec(direction="forward", says=("carry",)),
    "cool_down": PhaseSpec(direction="forward", mode="walking", says=("cool_down",)),
    "paused": PhaseSpec(says=("paused",), still=True),
    "blind": PhaseSpec(still=True),
    "fallen": PhaseSpec(still=True),
}

_ANYWHERE: dict[Trigger, str] = {
    "fell": "fallen",
    "lost": "blind",
    "pause": "paused",
    "stop": IDLE,
    "over": IDLE,
}
_MOVING: dict[Trigger, str] = {**_ANYWHERE, "step_off": "paused"}
_BACKWARD: dict[Trigger, str] = {
    **_MOVING,
    "timeout": "turn_front",
    "skip": "turn_front",
    "dose": "turn_front",
    "turned_away": "carry",
}

TABLE: dict[str, dict[Trigger, str]] = {
    IDLE: {"begin": "check_in", "wander": "free_run"},
    "free_run": {**_ANYWHERE, "begin": "check_in"},
    "check_in": {**_ANYWHERE, "ready": "settle", "skip": "settle"},
    "settle": {**_MOVING, "timeout": "turn_back", "skip": "turn_back", "dose": "carry"},
    "turn_back": {
        **_ANYWHERE,
        "turned": "backward_walk",
        "timeout": "backward_walk",
        "skip": "carry",
        "turned_away": "carry",
        "dose": "turn_front",
    },
    "backward_walk": {
        **_BACKWARD,
        "uphill": "backward_uphill",
        "jog": "backward_jog",
        "stumbled": "turn_front",
    },
    "backward_uphill": {**_BACKWARD, "stumbled": "backward_walk"},
    "backward_jog": {**_BACKWARD, "timeout": "backward_rest", "stumbled": "backward_walk"},
    "backward_rest": {**_BACKWARD, "jog": "backward_jog", "stumbled": "backward_walk"},
    "turn_front": {**_ANYWHERE, "turned": "carry", "timeout": "carry", "skip": "carry"},
    "carry": {
        **_MOVING,
        "turned_away": "backward_walk",
        "again": "turn_back",
        "timeout": "cool_down",
        "skip": "cool_down",
    },
    "cool_down": {**_MOVING, "timeout": IDLE, "skip": IDLE},
    "paused": {
        "resume": BEFORE,
        "back_on": BEFORE,
        "fell": "fallen",
        "stop": IDLE,
        "over": IDLE,
    },
    "blind": {"seen": BEFORE, "fell": "fallen", "stop": IDLE, "over": IDLE},
    "fallen": {"acknowledge": "paused", "stop": IDLE},
}


def after(phase: str, trigger: Trigger, before: str = IDLE) -> str | None:
    """Return the phase that a trigger leads to, or None when it does nothing there.

    before : the phase under ``paused``, ``blind`` or ``fallen``.
    """
    target = TABLE[phase].get(trigger)
    if target != BEFORE:
        return target
    if PHASES[before].backward and phase == "paused":
        return "turn_back"
    return before


def diagram() -> str:
    """Draw the tables as a mermaid state diagram; what leads anywhere from everywhere, once."""
    lines = ["stateDiagram-v2"]
    for phase, exits in TABLE.items():
        for trigger, target in exits.items():
            if _ANYWHERE.get(trigger) == target or target == BEFORE:
                continue
            lines.append(f"    {phase} --> {target}: {trigger}")
    everywhere = ", ".join(f"{trigger} → {target}" for trigger, target in _ANYWHERE.items())
    lines.append(f"    note right of idle : from every phase of a session {everywhere}")
    lines.append("    note right of paused : resume and back_on lead to the phase before")
    lines.append("    note right of blind : seen leads to the phase before")
    return "\n".join(lines) + "\n"
