"""Loudspeaker, loudness and what renders the voice, tried until it is heard well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued import config, parts
from cued.actuators import speech
from cued.coach.voice import phrases
from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials
from cued.model import ConfigError

LOUDER, STEP = "l", 0.15  # of full volume; chosen: seven steps
SAMPLE = "overlong_stride"
RENDERERS = tuple(parts.names("voices"))


def options_of(tables: Tables) -> speech.Config:
    """Return the voice that a configuration amounts to."""
    return config.convert(tables).part("actuators", "speech") or speech.Config()


def spoken(trials: Trials, tables: Tables, text: str = "") -> str:
    """Speak a text or a usual cue as configured; return why it failed, or an empty text."""
    try:
        config.convert(tables)
    except ConfigError:  # somebody has edited the file: the digits that open set-up are still said
        tables = {}
    language = str(tables.get("station", {}).get("language", "en"))
    return trials.say(text or phrases.load(language).say(SAMPLE), options_of(tables), language)


def _shown(tables: Tables) -> dict[str, Any]:
    voice = tables.get("actuators", {}).get("speech", {})
    return {
        "volume": voice.get("volume", 0.8),
        "renderer": voice.get("renderer", speech.Config().renderer),
        "sound": voice.get("device", ""),
    }


def _lay(out: Tables, answers: Answers) -> None:
    voice = out.setdefault("actuators", {}).setdefault("speech", {})
    told = {"volume": answers.volume, "device": answers.sound, "renderer": answers.renderer}
    voice.update({key: value for key, value in told.items() if value is not None})


def _ask(talk: Talk) -> dict[str, Any]:
    """Speak until it is heard well."""
    person, values = talk.person, _shown(talk.tables)
    values["renderer"] = person.ask("What speaks", values["renderer"], RENDERERS)
    before = values["sound"]
    while True:
        if why := spoken(talk.trials, talk.fits(values)):
            person.tell(why)
            question = "Part of the sound card's name, or - to go on without"
            card = person.ask(question, values["sound"] or "-")
            if card == "-":
                return values | {"sound": before}
            values["sound"] = card
            continue
        choices = ("y", "l", "s", "n")
        answer = person.ask("Heard? y, l louder, s softer, n another card", "y", choices)
        if answer == "y":
            return values
        if answer == "n":
            values["sound"] = person.ask("Part of the sound card's name", values["sound"])
        else:
            step = STEP if answer == LOUDER else -STEP
            values["volume"] = round(min(1.0, max(0.05, values["volume"] + step)), 2)


def _say(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Speak a usual cue."""
    why = spoken(trials, tables)
    return [Finding("trial.refused", {"why": why}, good=False) if why else Finding("trial.heard")]


TOPIC = Topic(
    fields=("volume", "renderer", "sound"),
    choices={"renderer": RENDERERS},
    shown=_shown,
    lay=_lay,
    ask=_ask,
    trials={"say": _say},
)
