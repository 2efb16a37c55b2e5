"""The language of the coach and the page."""

from __future__ import annotations

from typing import Any

from cued.coach.voice.phrases import LANGUAGES
from cued.commands._setup.topics.topic import Talk, Topic


def _ask(talk: Talk) -> dict[str, Any]:
    now = TOPIC.configured(talk.tables)["language"]
    return {"language": talk.person.ask("Language", now, LANGUAGES)}


TOPIC = Topic(
    keys={"language": ("station", "language", "en")}, choices={"language": LANGUAGES}, ask=_ask
)
