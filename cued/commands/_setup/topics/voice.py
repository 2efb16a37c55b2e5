"""The voice: its renderer, sound card and loudness, tried until it is heard well."""

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
    """Return the voice's options in a configuration."""
    return config.convert(tables).part("actuators", "speech") or speech.Config()


def spoken(trials: Trials, tables: Tables, text: str = "") -> str:
    """Speak a text, or a sample cue, as configured; return why it failed, or ""."""
    try:
        config.convert(tables)
    except ConfigError:  # in a file edited by hand; the digits that open set-up are still spoken
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
    given = {"volume": answers.volume, "device": answers.sound, "renderer": answers.renderer}
    voice.update({key: value for key, value in given.items() if value is not None})


def _ask(talk: Talk) -> dict[str, Any]:
    """Speak until it is heard well."""
    person, values = talk.person, _shown(talk.tables)
    values["renderer"] = person.ask("Which voice", values["renderer"], RENDERERS)
    before = values["sound"]
    while True:
        if why := spoken(talk.trials, talk.fits(values)):
            person.tell(why)
            question = "Part of the sound card's name, or - to continue without sound"
            card = person.ask(question, values["sound"] or "-")
            if card == "-":
                return values | {"sound": before}
            values["sound"] = card
            continue
        choices = ("y", "l", "s", "n")
        question = "Heard well? y yes, l louder, s softer, n try another card"
        answer = person.ask(question, "y", choices)
        if answer == "y":
            return values
        if answer == "n":
            values["sound"] = person.ask("Part of the sound card's name", values["sound"])
        else:
            step = STEP if answer == LOUDER else -STEP
            values["volume"] = round(min(1.0, max(0.05, values["volume"] + step)), 2)


def _say(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Speak a sample cue."""
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
