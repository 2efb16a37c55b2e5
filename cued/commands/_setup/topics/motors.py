"""Vibration motors: whether they are wired, and whether left and right are swapped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued import config
from cued.actuators import haptic
from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials


def options_of(tables: Tables) -> haptic.Config:
    """Return the motors' options in a configuration."""
    return config.convert(tables).part("actuators", "haptic") or haptic.Config()


def _lay(out: Tables, answers: Answers) -> None:
    if answers.swap_motors:
        motors = out.setdefault("actuators", {}).setdefault("haptic", {})
        left, right = motors.get("left_pin", 12), motors.get("right_pin", 13)
        motors.update(left_pin=right, right_pin=left)


def _ask(talk: Talk) -> dict[str, Any]:
    """Buzz the left motor, and find out whether the sides are swapped."""
    there = TOPIC.configured(talk.tables)["motors"] or talk.fresh  # usual on a new machine
    if not talk.yes("Are vibration motors wired", there):
        return {"motors": False, "swap_motors": False}
    if why := talk.trials.buzz("left", options_of(talk.tables)):
        talk.person.tell(why)
        return {"motors": True, "swap_motors": False}
    question = "The left motor should have buzzed twice. Which one did?"
    felt = talk.person.ask(question, "left", ("left", "right", "none"))
    if felt == "none":
        talk.person.tell("See the test sheet in hardware/, then run cued selftest --ask.")
    return {"motors": True, "swap_motors": felt == "right"}


def _buzz(trials: Trials, tables: Tables, values: Mapping[str, Any]) -> list[Finding]:
    """Buzz the requested side."""
    side = "left" if values.get("side") == "left" else "right"
    why = trials.buzz(side, options_of(tables))
    return [Finding("trial.refused", {"why": why}, good=False) if why else Finding("trial.felt")]


TOPIC = Topic(
    switches={"motors": ("actuators", "haptic")},
    fields=("swap_motors",),
    shown=lambda _: {"swap_motors": False},
    lay=_lay,
    ask=_ask,
    trials={"buzz": _buzz},
)
