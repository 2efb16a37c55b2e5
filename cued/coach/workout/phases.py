"""The phases of a session as two tables: the phases, and the transitions between them.

Rules of this file
------------------
* A row defines all of a phase; no other file compares a phase's name. All transitions are here too:
  ``session.py`` finds the trigger and asks ``after``; a trigger that is not in the table does
  nothing, a command that is not is refused.
* The order is the method's: check in, settle, turn, walk backward on the flat, uphill, jog, turn
  round, carry it forward, cool down. No transition skips a stage of the ladder: uphill and jog are
  reached only by the triggers ``uphill``, ``mount`` and ``jog``, which the stage has to allow.
* A moving person hears five words at most. Sentences are for people who stand.
* Belt and incline are set facing forward, or with the feet on the side rails. So the last minute of
  settling in is at the speed of the backward part, and a belt faster or steeper than a turn allows
  is set while mounting.
* After a fall, a runner who is well rests with the belt off; then the workout is over.
* ``BEFORE`` means the phase that was interrupted; an interrupted backward phase is entered again
  by a guided turn, never by a belt that just keeps running.
* docs/phases.md shows the diagram that ``scripts/diagrams`` draws from these tables; a test keeps
  it current.
"""

from __future__ import annotations

from msgspec.structs import replace

from cued.coach.workout import conditions as c
from cued.coach.workout import phase_triggers as t
from cued.coach.workout.conditions import SAME_SPEED_S
from cued.coach.workout.ladder import CARRY_SAME_S
from cued.coach.workout.phase import Line, PhaseSpec, Trigger
from cued.coach.workout.prompts import NOTICE_S

BEFORE = "(before)"
IDLE = "idle"
FREE = "free_run"
REST_S = 60.0  # after a fall: to stop the belt, and to check whether all is well; chosen
WARNING_S = 5.0  # before the belt changes its speed in a backward phase

TURN_FRONT = (
    Line("rails", only=c.not_slow_by_hand),
    Line("turn_slow", only=c.not_slow, when=c.on_rails),
    Line("turn_front", only=c.to_turn, when=c.slow),
    Line("step_on", only=c.standing, when=c.could_turn),  # for a runner who stands on the rails
)
MOUNT = PhaseSpec(
    still=True,
    stands=True,
    quiet=True,
    pace="due",
    says=(
        Line("rails", only=c.not_on_rails),
        Line("belt", when=c.on_rails),
        Line("step_on", when=c.as_set),
    ),
    leads=t.mounting,
)
SOON = Line("turning_soon", at_s=-NOTICE_S, only=c.turns_next)
HALF = Line("half_way", part=0.5)  # of the phase
HALF_BACK = Line("half_way", part=0.5, only=c.half_way_back)

PHASES: dict[str, PhaseSpec] = {
    IDLE: PhaseSpec(
        still=True, entry=frozenset(("imprint", "summary")),
        says=(
            Line("rails", only=c.walks_backward),
            Line("finished", only=c.not_at_rest),
            Line("done", only=c.at_rest),
        ),
    ),
    FREE: PhaseSpec(says=(Line("free_run"),), entry=frozenset(("session",)), program=False),
    "check_in": PhaseSpec(
        still=True, stands=True, quiet=True, entry=frozenset(("session",)),
        says=(Line("welcome", only=c.standing, first=1), Line("questions")),
        leads=t.checked,
    ),
    "settle": PhaseSpec(
        direction="forward", still=True, entry=frozenset(("retention",)),
        says=(
            Line("plan", only=c.standing, first=1),
            Line("how_to_stop", only=c.standing, first=1),
            Line("start_belt", only=c.standing),
            Line("settle", when=c.moving),
            Line("belt", at_s=-SAME_SPEED_S, only=c.goes_backward_next),
            Line("turning_soon", at_s=-NOTICE_S, only=c.goes_backward_next),
        ),
        lasts=lambda _, profile: profile.settle_s,
        leads=t.settled_in,
    ),
    "turn_back": PhaseSpec(
        turn="backward", still=True, quiet=True, pace="turn", entry=frozenset(("round",)),
        says=(
            Line("start_belt", only=c.at_rest),  # not with the console behind
            Line("turn_slow", only=c.not_slow),
            Line("count_in", only=c.turn_not_asked, when=c.turnable, first=3),
            Line("turn_back", only=c.to_turn, when=c.turnable),
        ),
        leads=t.turning,
    ),
    "mount": MOUNT,
    "mount_uphill": replace(MOUNT, uphill=True),
    "backward_walk": PhaseSpec(
        direction="backward", backward=True, pace="walk",
        entry=frozenset(("round",)),
        says=(
            Line("backward_walk"),
            Line("look_ahead", at_s=9.0, first=3),
            Line("toes_first", at_s=19.0, first=3),
            HALF_BACK,
            Line("let_go", at_s=34.0, when=c.steady, first=4),
            SOON,
            Line("faster_soon", at_s=-WARNING_S, only=c.jogs_next),
        ),
        lasts=t.walk_lasts,
        leads=t.walking_back,
    ),
    "backward_uphill": PhaseSpec(
        direction="backward", backward=True, pace="due", uphill=True,
        says=(Line("backward_uphill"), Line("push_belt", at_s=12.0), HALF_BACK, SOON),
        lasts=t.bout_lasts,
        leads=t.ending,
    ),
    "backward_jog": PhaseSpec(
        direction="backward", backward=True, pace="due", jog=True,
        says=(
            Line("belt"),
            Line("backward_jog", when=c.fast),
            Line("slower_soon", at_s=-WARNING_S),
        ),
        lasts=t.jog_lasts,
        leads=t.jogging,
    ),
    "backward_rest": PhaseSpec(
        direction="backward", backward=True, pace="walk",
        says=(
            Line("belt"),
            Line("backward_rest", when=c.walkable),
            Line("faster_soon", at_s=-WARNING_S, only=c.jogs_next),
            Line("turning_soon", at_s=-NOTICE_S, only=c.no_more_jogs),
        ),
        lasts=t.rest_lasts,
        leads=t.resting,
    ),
    "turn_front": PhaseSpec(
        turn="forward", still=True, quiet=True, pace="turn", entry=frozenset(("imprint",)),
        says=TURN_FRONT,
        leads=t.turning,
    ),
    "carry": PhaseSpec(
        direction="forward", entry=frozenset(("carry", "carry_on")),
        says=(
            Line("same_speed", only=c.felt),
            Line("belt", only=c.felt),
            Line("forward_on", only=c.not_felt),
            Line("part_done", at_s=8.0, only=c.felt),
            Line("carry", at_s=18.0, only=c.felt),
            Line(
                "own_speed", at_s=CARRY_SAME_S, only=c.room_for_own_speed, when=c.not_backward
            ),
            Line("belt", at_s=-SAME_SPEED_S, only=c.again),
            Line("turning_soon", at_s=-NOTICE_S, only=c.again),
        ),
        lasts=lambda _, profile: profile.carry_s,
        leads=t.carrying,
    ),
    "cool_down": PhaseSpec(
        direction="forward",
        says=(Line("cool_down"), HALF),
        lasts=lambda _, profile: profile.cool_down_s,
        leads=t.timed,
    ),
    "paused": PhaseSpec(
        says=(Line("paused"),), still=True, stands=True, quiet=True, overlay=True,
        entry=frozenset(("carry_on",)),
    ),
    "blind": PhaseSpec(
        still=True, stands=True, overlay=True, entry=frozenset(("carry_on",))
    ),
    "fallen": PhaseSpec(still=True, stands=True, overlay=True),
    "rest": PhaseSpec(
        says=(Line("rails", only=c.walks_backward), Line("rest"), Line("fall_kept")),
        still=True, stands=True, quiet=True, entry=frozenset(("wrong",)),
        lasts=lambda _, __: REST_S,
        leads=t.timed,
    ),
}  # fmt: skip

_ANYWHERE: dict[Trigger, str] = {
    "fell": "fallen",
    "lost": "blind",
    "pause": "paused",
    "stop": IDLE,
    "over": IDLE,
}
_FORWARD: dict[Trigger, str] = {**_ANYWHERE, "step_off": "paused", "wrong": "cool_down"}
_TO_BACKWARD: dict[Trigger, str] = {
    **_ANYWHERE,
    "turned_away": "carry",
    "wrong": "turn_front",
    "dose": "turn_front",
    "stumbled": "turn_front",
}
_BACKWARD: dict[Trigger, str] = {
    **_TO_BACKWARD,
    "step_off": "paused",
    "timeout": "turn_front",
    "skip": "turn_front",
}

TABLE: dict[str, dict[Trigger, str]] = {
    IDLE: {"begin": "check_in", "wander": FREE, "away": "paused"},
    FREE: {**_ANYWHERE, "begin": "check_in"},
    "check_in": {**_ANYWHERE, "ready": "settle", "skip": "settle"},
    "settle": {
        **_FORWARD, "timeout": "turn_back", "skip": "turn_back",
        "turned_away": "backward_walk", "dose": "carry",
    },
    "turn_back": {
        **_TO_BACKWARD, "turned": "backward_walk", "timeout": "backward_walk",
        "mount": "mount", "skip": "carry",
    },
    "mount": {**_TO_BACKWARD, "turned": "backward_walk", "skip": "backward_walk"},
    "mount_uphill": {**_TO_BACKWARD, "turned": "backward_uphill", "skip": "turn_front"},
    "backward_walk": {
        **_BACKWARD, "mount": "mount_uphill", "uphill": "backward_uphill",
        "jog": "backward_jog",
    },
    "backward_uphill": {**_BACKWARD, "stumbled": "backward_walk"},
    "backward_jog": {**_BACKWARD, "timeout": "backward_rest", "stumbled": "backward_walk"},
    "backward_rest": {**_BACKWARD, "jog": "backward_jog", "stumbled": "backward_walk"},
    "turn_front": {
        **_ANYWHERE, "turned": "carry", "timeout": "carry", "skip": "carry",
        "ease": "cool_down",
    },
    "carry": {
        **_FORWARD, "turned_away": "backward_walk", "again": "turn_back",
        "timeout": "cool_down", "skip": "cool_down",
    },
    "cool_down": {
        **_ANYWHERE, "step_off": "paused", "turned_away": "backward_walk", "timeout": IDLE,
        "skip": IDLE,
    },
    "paused": {
        "resume": BEFORE, "back_on": BEFORE, "fell": "fallen", "stop": IDLE, "over": IDLE,
    },
    "blind": {"seen": BEFORE, "fell": "fallen", "stop": IDLE, "over": IDLE},
    "fallen": {"acknowledge": "rest", "stop": IDLE},
    # Without "over": standing is expected here, and during the alarm before.
    "rest": {
        "fell": "fallen", "lost": "blind", "stop": IDLE, "timeout": IDLE, "skip": IDLE,
    },
}  # fmt: skip


def after(phase: str, trigger: Trigger, before: str = IDLE) -> str | None:
    """Return the phase that a trigger leads to, or None if it does nothing there.

    before : the phase under ``paused``, ``blind`` or ``fallen``.
    """
    target = TABLE[phase].get(trigger)
    if target != BEFORE:
        return target
    mounts = PHASES[before].stands and PHASES[before].pace == "due"
    if (PHASES[before].backward or mounts) and trigger != "seen":
        return "turn_back"
    return before


def diagram() -> str:
    """Draw the tables as a mermaid state diagram; transitions from every phase appear once."""
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
