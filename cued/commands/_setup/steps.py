"""The steps of set-up and the answers given so far: a state machine without a screen.

Rules
-----
* A step is a topic (``topics/``) with a few fields. What is configured, or was answered before, is
  shown as the answer. Terminal and phone go through the same steps in the same order.
* An answer is accepted whole or not at all: one that the configuration refuses changes nothing.
* Any step can be left and returned to. Nothing is written here; ``tables`` is what would be.
* Answers are laid over plain TOML tables, so that settings unknown to this version are kept.
* A secret that was entered is never shown again.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from cued import config
from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics import (
    belt,
    broker,
    buttons,
    front,
    language,
    motors,
    purpose,
    sensors,
    voice,
    walked,
    wifi,
)
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials, unit_of
from cued.model import ConfigError

SECRETS = ("mqtt_password", "wifi_password")
LAST = "done"
TOPICS: dict[str, Topic] = {
    "language": language.TOPIC,
    "purpose": purpose.TOPIC,
    "sensors": sensors.TOPIC,
    "front": front.TOPIC,
    "belt": belt.TOPIC,
    "voice": voice.TOPIC,
    "motors": motors.TOPIC,
    "buttons": buttons.TOPIC,
    "wifi": wifi.TOPIC,
    "mqtt": broker.TOPIC,
    "walk": walked.TOPIC,
}
STEPS = (*TOPICS, LAST)


class View(Struct, frozen=True):
    """A step as it is shown: its fields, their present answers, and what can be tried.

    steps : all of them in order, to jump to.
    """

    step: str
    number: int
    of: int
    fields: dict[str, Any]
    choices: dict[str, tuple[str, ...]]
    trials: tuple[str, ...]
    noted: bool
    speed_unit: str
    steps: tuple[str, ...]


class Conversation:
    """Leads through the steps of set-up.

    at : the step to begin with.
    step : the present step.
    wifi : whether to ask for a network to join, too.
    """

    def __init__(self, raw: Tables, at: str = STEPS[0]) -> None:
        self._raw = raw
        self._answers = Answers()
        self.step = at
        self.wifi = False

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that this machine has."""
        return tuple(step for step in STEPS if self.wifi or step != "wifi")

    @property
    def answers(self) -> Answers:
        """The answers so far."""
        return self._answers

    @property
    def tables(self) -> Tables:
        """The configuration as it would be written now."""
        return laid_over(self._raw, self._answers)

    def view(self) -> View:
        """Return the present step with its present answers."""
        topic = TOPICS.get(self.step)
        return View(
            self.step,
            self.steps.index(self.step) + 1,
            len(self.steps),
            self._fields(topic) if topic else {},
            topic.choices if topic else {},
            tuple(topic.trials) if topic else (),
            noted=not topic or topic.noted,
            speed_unit=unit_of(self.tables),
            steps=self.steps,
        )

    def answer(self, values: Mapping[str, Any]) -> None:
        """Accept the present step's answers and move on. Raises ConfigError, changing nothing."""
        self._answers = self._with(values)
        self._move(1)

    def back(self) -> None:
        """Go back to the step before."""
        self._move(-1)

    def go(self, step: str) -> None:
        """Go to any step; all answers stay. Raises ConfigError."""
        if step not in self.steps:
            raise ConfigError(f"{step} is not a step of set-up")
        self.step = step

    def tried(self, values: Mapping[str, Any]) -> Tables:
        """Return the tables with answers that are only being tried. Raises ConfigError."""
        return laid_over(self._raw, self._with(values))

    def tries(
        self, name: str, trials: Trials, values: Mapping[str, Any], how: Mapping[str, Any]
    ) -> list[Finding]:
        """Try something of the present step with the answers given so far, and with ``values``."""
        trial = TOPICS[self.step].trials.get(name) if self.step in TOPICS else None
        if trial is None:
            raise ConfigError(f"{name} cannot be tried in this step")
        return trial(trials, self.tried(values), how)

    def ask(self, talk: Talk) -> None:
        """Ask the present step at a terminal, and move on."""
        self.answer(TOPICS[self.step].ask(talk))

    def _fields(self, topic: Topic) -> dict[str, Any]:
        """Return what the fields show: the configured value, else the answer given."""
        shown, asked = topic.configured(self.tables), topic.asked()
        given = {name: getattr(self._answers, name) or "" for name in asked if name not in shown}
        return {name: "" if name in SECRETS else (shown | given)[name] for name in asked}

    def _move(self, by: int) -> None:
        at = self.steps.index(self.step) + by
        self.step = self.steps[min(max(at, 0), len(self.steps) - 1)]

    def _with(self, values: Mapping[str, Any]) -> Answers:
        topic = TOPICS.get(self.step)
        for name in values:
            if not topic or name not in topic.asked():
                raise ConfigError(f"{name} is not asked in this step")
        try:
            given = asdict(msgspec.convert(dict(values), Answers))
        except msgspec.ValidationError as error:
            raise ConfigError(str(error)) from None
        answers = replace(self._answers, **{name: given[name] for name in values})
        config.convert(laid_over(self._raw, answers))
        return answers


def laid_over(raw: Tables, answers: Answers) -> Tables:
    """Return a copy of a configuration's tables with the answers written into it."""
    out = copy.deepcopy(raw)
    for topic in TOPICS.values():
        topic.write(out, answers)
    return out
