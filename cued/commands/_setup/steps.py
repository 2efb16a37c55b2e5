"""The steps of set-up and the answers given so far: a state machine without a screen.

Rules
-----
* A step is a few fields. What is configured, or was answered before, is shown as the answer.
* An answer is taken whole or not at all: one that the configuration refuses changes nothing.
* Every step can be left and come back to; nothing is written here. ``tables`` is what would be.
* A secret goes in and never comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from cued import config
from cued.coach.voice.phrases import LANGUAGES
from cued.coach.workout.profile import PROFILES
from cued.commands._setup.answers import Answers, Sensor, Tables, laid_over
from cued.model import ConfigError

SECRETS = ("mqtt_password",)
STEPS: dict[str, tuple[str, ...]] = {
    "language": ("language",),
    "purpose": ("program", "profile"),
    "sensors": ("sensors",),
    "belt": ("belt_kmh",),
    "voice": ("volume",),
    "motors": ("motors", "swap_motors"),
    "buttons": ("buttons", "light"),
    "mqtt": ("mqtt", "mqtt_user", "mqtt_password"),
    "done": (),
}
CHOICES: dict[str, tuple[str, ...]] = {"language": LANGUAGES, "profile": PROFILES}


class View(Struct, frozen=True):
    """A step as it is shown: its fields and the answers that stand."""

    step: str
    number: int
    of: int
    fields: dict[str, Any]
    choices: dict[str, tuple[str, ...]]


class Conversation:
    """Leads through the steps."""

    def __init__(self, raw: Tables) -> None:
        self._raw = raw
        self._answers = Answers()
        self._at = 0

    @property
    def step(self) -> str:
        """The step that is asked now."""
        return list(STEPS)[self._at]

    @property
    def answers(self) -> Answers:
        """What was answered so far."""
        return self._answers

    @property
    def tables(self) -> Tables:
        """The configuration as it would be written now."""
        return laid_over(self._raw, self._answers)

    def view(self) -> View:
        """Return the present step with the answers that stand."""
        shown = standing(self.tables)
        names = STEPS[self.step]
        fields = {name: shown.get(name) for name in names if name not in SECRETS}
        fields |= {name: "" for name in names if name in SECRETS}
        choices = {name: CHOICES[name] for name in names if name in CHOICES}
        return View(self.step, self._at + 1, len(STEPS), fields, choices)

    def answer(self, values: Mapping[str, Any]) -> None:
        """Accept the present step's answers and go on. Raises ConfigError, changing nothing."""
        self._answers = self._with(values)
        self._at = min(self._at + 1, len(STEPS) - 1)

    def back(self) -> None:
        """Return to the step before."""
        self._at = max(self._at - 1, 0)

    def tried(self, values: Mapping[str, Any]) -> Tables:
        """Return the tables with answers that are only being tried. Raises ConfigError."""
        return laid_over(self._raw, self._with(values))

    def _with(self, values: Mapping[str, Any]) -> Answers:
        for name in values:
            if name not in STEPS[self.step]:
                raise ConfigError(f"{name} is not asked in this step")
        try:
            given = asdict(msgspec.convert(dict(values), Answers))
        except msgspec.ValidationError as error:
            raise ConfigError(str(error)) from None
        answers = replace(self._answers, **{name: given[name] for name in values})
        config.convert(laid_over(self._raw, answers))
        return answers


def standing(tables: Tables) -> dict[str, Any]:
    """Return the answers that a configuration amounts to; no secret is among them."""
    station, coach = tables.get("station", {}), tables.get("coach", {})
    sources, sinks = tables.get("sources", {}), tables.get("sinks", {})
    actuators, broker = tables.get("actuators", {}), sinks.get("mqtt", {})
    typed_m_s = sources.get("belt_by_hand", {}).get("speed_m_s", 0.0)
    port = broker.get("port")
    return {
        "station": station.get("name", "treadmill"),
        "language": station.get("language", "en"),
        "program": coach.get("program", True),
        "profile": coach.get("profile", PROFILES[1]),
        "sensors": [_sensor(s) for s in tables.get("sensors", {}).values()],
        "belt_kmh": round(typed_m_s * 3.6, 1),
        "volume": actuators.get("speech", {}).get("volume", 0.8),
        "motors": "haptic" in actuators,
        "swap_motors": False,
        "buttons": "buttons" in sources,
        "light": "light" in sinks,
        "mqtt": broker.get("host", "") + (f":{port}" if port else ""),
        "mqtt_user": broker.get("user", ""),
    }


def _sensor(table: Mapping[str, Any]) -> dict[str, str]:
    known = {name: str(table.get(name, "")) for name in Sensor.__struct_fields__}
    return {name: value for name, value in known.items() if value}
