"""A person's commands, and their answers: done, or why not.

| command | value | does |
|---|---|---|
| start_program | | begins the workout |
| pause, resume, skip, stop | | as the phase table allows |
| mute, unmute | | technique and guidance; never safety (``coach.py``) |
| acknowledge | | ends the alarm after a fall, or answers the check-in |
| press | | a single button: yes, "the belt is slow", else resume, begin or pause |
| same_runner, new_runner | | answers whether the chosen runner is walking |
| something_wrong | | a long press: no to a question; else the session eases off |
| profile | name | chooses the kind of workout, between sessions |
| mark | any text | puts a mark into the events; a belt of unreported speed was changed |
| say | a key of ``SAYABLE`` | says that cue, unless something is more urgent; at most every 6 s |
| set_speed | m/s | asks the treadmill; refused above the stage's limit in a backward phase |
| set_incline | % | asks the treadmill |
| faster, slower | | the console shows a tenth of a km/h (mph) more or less than was typed |
| effort | 6..20 | perceived exertion on Borg's scale, for the ladder |
| runner | name | chooses the runner, between sessions |
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal
from cued.coach.safety import Safety
from cued.coach.workout.belt_requests import against_more, asks_more
from cued.coach.workout.phase import Trigger
from cued.coach.workout.prompts import UNITS
from cued.coach.workout.session import Session
from cued.model import AnyEvent, BeltRequest, Command, CommandResult, Notice, Priority

NAMES = (
    "acknowledge", "effort", "faster", "mark", "mute", "new_runner", "pause", "press", "profile",
    "resume", "runner", "same_runner", "say", "set_incline", "set_speed", "skip", "slower",
    "something_wrong", "start_program", "stop", "unmute",
)  # fmt: skip
# Cues that a person next to the treadmill may request.
SAYABLE = (
    "overlong_stride", "cadence_drift", "trunk_lean", "asymmetry", "hard_landing", "look_ahead",
    "toes_first", "recall", "too_fast",
)  # fmt: skip
SAY_EVERY_S = 6.0  # so that one cue has ended before the next
FASTEST_M_S = 7.0  # 25 km/h; treadmills for runners end at 20 to 25
STEEPEST_PERCENT = 25.0  # chosen: far beyond an ordinary treadmill's 15
TYPED_STEP = {"km/h": 0.1 / 3.6, "mph": 0.1 * 1.609344 / 3.6}  # one press of a console's key
PRESSED: tuple[Trigger, ...] = ("resume", "pause", "begin")  # the first that applies
_TRIGGERS: dict[str, Trigger] = {
    "start_program": "begin",
    "pause": "pause",
    "resume": "resume",
    "skip": "skip",
    "stop": "stop",
}


def answer(command: Command, why: str, now: float) -> CommandResult:
    """Answer a command: ok unless there is a reason not to."""
    return CommandResult(t=now, name=command.name, ok=not why, why=why, id=command.id)


def to_say(command: Command, known: Known, now: float, said_at: float) -> tuple[str, Proposal]:
    """Return why a requested cue is refused, or an empty text, and the cue."""
    key = str(command.value or "")
    cue = Proposal(
        key=key,
        priority=Priority.INFO,
        theme="program",
        since=now,
        pattern="notice",
        refractory_s=0.0,
        valid_s=3.0,
        because={"asked": "person"},
    )
    if key not in SAYABLE:
        return f"there are {', '.join(SAYABLE)}", cue
    if known.muted or known.blind or known.hold in ("fall", "after_stumble", "unsteady"):
        return "not while it is muted or blind, or the runner is unsteady", cue
    left = said_at + SAY_EVERY_S - now
    return (f"again in {left:.0f} s" if left > 0.0 else ""), cue


def carry_out(
    command: Command,
    session: Session,
    safety: Safety,
    known: Known,
    now: float,
    speed_unit: str = "km/h",
) -> list[AnyEvent]:
    """Carry out a command; return the answer and the events that follow."""
    extra: list[AnyEvent] = []
    match command.name:
        case "start_program" | "pause" | "resume" | "skip" | "stop":
            why = session.ask(_TRIGGERS[command.name])
        case "acknowledge":
            why = _acknowledge(session, safety, now)
        case "press":
            why = _press(session, safety, now)
        case "mark":
            text = str(command.value or "mark")
            extra.append(Notice(t=now, level="info", code="mark", text=text))
            why = ""
        case "set_speed" | "set_incline":
            why, request = _belt(command, safety, known, speed_unit, now)
            extra += [request] if request else []
        case "faster" | "slower":
            why, request = _typed(command, known, speed_unit, now)
            extra += [request] if request else []
        case "effort":
            why = _effort(command, session, known)
        case "runner":
            name = str(command.value or "").strip()
            why = session.kept.choose(name) if name else "the value is the runner's name"
        case "profile":
            why = session.kept.choose_profile(str(command.value or "").strip())
        case "same_runner" | "new_runner":
            why = session.kept.same(command.name == "same_runner")
        case "something_wrong":
            why = session.wrong()
        case _:
            why = f"unknown command; there are {', '.join(NAMES)}"
    return [answer(command, why, now), *extra]


def _acknowledge(session: Session, safety: Safety, now: float) -> str:
    if safety.acknowledge(now):
        session.ask("acknowledge")
        return ""
    return session.yes()


def _press(session: Session, safety: Safety, now: float) -> str:
    if not _acknowledge(session, safety, now):
        return ""
    for trigger in PRESSED:
        if not session.ask(trigger):
            return ""
    return "a press does nothing here"


def _belt(
    command: Command, safety: Safety, known: Known, speed_unit: str, now: float
) -> tuple[str, BeltRequest | None]:
    speed = command.name == "set_speed"
    most = FASTEST_M_S if speed else STEEPEST_PERCENT
    value = command.value
    if not isinstance(value, int | float) or not 0.0 <= value <= most:
        return f"the value is a number from 0 to {most:g}", None
    limit = known.limit_m_s
    wanted = {"speed_m_s": float(value)} if speed else {"incline_percent": float(value)}
    request = BeltRequest(t=now, why="command", **wanted)
    why = against_more(known, lost=safety.lost) if asks_more(request, known) else ""
    if why:
        return (f"not faster {why}" if speed else f"not steeper {why}"), None
    if speed and limit is not None and value > limit + 1e-9:
        return f"the stage's limit is {limit * UNITS[speed_unit]:.1f} {speed_unit}", None
    return "", request


def _typed(
    command: Command, known: Known, speed_unit: str, now: float
) -> tuple[str, BeltRequest | None]:
    """Correct a typed speed by one step of the console; refused if the speed is reported."""
    if known.belt_state.source in ("console", "sensor"):
        return "the belt's speed cannot be typed: the treadmill reports it", None
    step = TYPED_STEP[speed_unit]
    signed = step if command.name == "faster" else -step
    return "", BeltRequest(t=now, typed_step_m_s=signed, why="command")


def _effort(command: Command, session: Session, known: Known) -> str:
    value = command.value
    if not isinstance(value, int | float) or not 6 <= value <= 20:
        return "the value is a number from 6 to 20"
    if not known.active:
        return "no session is going on"
    session.tally.effort = float(value)
    return ""
