"""In which language the coach speaks and the page is written."""

from __future__ import annotations

from typing import Any

from cued.coach.voice.phrases import LANGUAGES
from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Talk, Topic, put


def _shown(tables: Tables) -> dict[str, Any]:
    return {"language": tables.get("station", {}).get("language", "en")}


def _lay(out: Tables, answers: Answers) -> None:
    put(out, "station", language=answers.language)


def _ask(talk: Talk) -> dict[str, Any]:
    now = _shown(talk.tables)["language"]
    return {"language": talk.person.ask("Language", now, LANGUAGES)}


TOPIC = Topic(
    fields=("language",), choices={"language": LANGUAGES}, shown=_shown, lay=_lay, ask=_ask
)
