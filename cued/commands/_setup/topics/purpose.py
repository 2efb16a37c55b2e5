"""Who trains, what for, and in which unit speeds are told."""

from __future__ import annotations

from typing import Any

from cued.coach.workout.profile import PROFILES, load
from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Talk, Topic, put, unit_of

SPEED_UNITS = ("km/h", "mph")


def _shown(tables: Tables) -> dict[str, Any]:
    coach = tables.get("coach", {})
    return {
        "runner": coach.get("runner", "runner"),
        "program": coach.get("program", True),
        "profile": coach.get("profile", PROFILES[1]),
        "speed_unit": unit_of(tables),
    }


def _lay(out: Tables, answers: Answers) -> None:
    put(
        out,
        "coach",
        runner=answers.runner,
        program=answers.program,
        profile=answers.profile,
        speed_unit=answers.speed_unit,
    )


def _ask(talk: Talk) -> dict[str, Any]:
    now, person = _shown(talk.tables), talk.person
    values = talk.fitting("Name of who runs", now["runner"], lambda text: {"runner": text})
    before = "guided" if now["program"] else "free"
    program = person.ask("Guided workouts or free run", before, ("guided", "free")) == "guided"
    profile = now["profile"]
    if program:
        for name in PROFILES:
            person.tell(f"  {name}: {load(name).about}")
        profile = person.ask("Whom for", profile, PROFILES)
    unit = person.ask("Speeds in", now["speed_unit"], SPEED_UNITS)
    return {**values, "program": program, "profile": profile, "speed_unit": unit}


TOPIC = Topic(
    fields=("runner", "program", "profile", "speed_unit"),
    choices={"profile": PROFILES, "speed_unit": SPEED_UNITS},
    shown=_shown,
    lay=_lay,
    ask=_ask,
)
