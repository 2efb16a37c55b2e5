"""A button and a status light: whether they are wired, and whether a press arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials, switch
from cued.model import Command

LISTEN_S = 8.0  # chosen: time to press


def _shown(tables: Tables) -> dict[str, Any]:
    return {
        "buttons": "buttons" in tables.get("sources", {}),
        "light": "light" in tables.get("sinks", {}),
    }


def _lay(out: Tables, answers: Answers) -> None:
    switch(out, "sources", "buttons", answers.buttons)
    switch(out, "sinks", "light", answers.light)


def _ask(talk: Talk) -> dict[str, Any]:
    now = _shown(talk.tables)
    return {
        "buttons": talk.yes("Is a button wired", now["buttons"]),
        "light": talk.yes("Is a status light wired", now["light"]),
    }


def _press(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """See whether a press arrives."""
    wired = tables.get("sources", {}).get("buttons", {})
    only: Tables = {**tables, "sensors": {}, "sources": {"buttons": wired}}
    heard = trials.listen(only, LISTEN_S)
    pressed = any(isinstance(i, Command) and i.source == "button" for i in heard)
    return [Finding("trial.pressed" if pressed else "trial.not_pressed", good=pressed)]


TOPIC = Topic(
    fields=("buttons", "light"), shown=_shown, lay=_lay, ask=_ask, trials={"press": _press}
)
