"""A button and a status light: whether they are wired, and whether a press arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued.commands._setup.answers import Tables
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials
from cued.model import Command

LISTEN_S = 8.0  # chosen: time to press


def _ask(talk: Talk) -> dict[str, Any]:
    now = TOPIC.configured(talk.tables)
    return {
        "buttons": talk.yes("Is a button wired", now["buttons"]),
        "light": talk.yes("Is a status light wired", now["light"]),
    }


def _press(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Check whether a press arrives."""
    wired = tables.get("sources", {}).get("buttons", {})
    only: Tables = {**tables, "sensors": {}, "sources": {"buttons": wired}}
    heard = trials.listen(only, LISTEN_S)
    pressed = any(isinstance(i, Command) and i.source == "button" for i in heard)
    return [Finding("trial.pressed" if pressed else "trial.not_pressed", good=pressed)]


TOPIC = Topic(
    switches={"buttons": ("sources", "buttons"), "light": ("sinks", "light")},
    ask=_ask,
    trials={"press": _press},
)
