"""The runner, the purpose of training, and the unit of speeds."""

from __future__ import annotations

from typing import Any

from cued.coach.workout.profile import PROFILES, load
from cued.commands._setup.topics.topic import Talk, Topic

SPEED_UNITS = ("km/h", "mph")


def _ask(talk: Talk) -> dict[str, Any]:
    now, person = TOPIC.configured(talk.tables), talk.person
    values = talk.fitting("The runner's name", now["runner"], lambda text: {"runner": text})
    before = "guided" if now["program"] else "free"
    program = person.ask("Guided workouts or free run", before, ("guided", "free")) == "guided"
    profile = now["profile"]
    if program:
        for name in PROFILES:
            person.tell(f"  {name}: {load(name).about}")
        profile = person.ask("Which profile", profile, PROFILES)
    unit = person.ask("Unit of speeds", now["speed_unit"], SPEED_UNITS)
    return {**values, "program": program, "profile": profile, "speed_unit": unit}


TOPIC = Topic(
    keys={
        "runner": ("coach", "runner", "runner"),
        "program": ("coach", "program", True),
        "profile": ("coach", "profile", PROFILES[1]),
        "speed_unit": ("coach", "speed_unit", SPEED_UNITS[0]),
    },
    choices={"profile": PROFILES, "speed_unit": SPEED_UNITS},
    ask=_ask,
)
