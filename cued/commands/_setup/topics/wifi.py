"""The network to join after set-up, asked for where set-up has one of its own (``network.py``)."""

from __future__ import annotations

from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.network import refuse_odd
from cued.commands._setup.topics.topic import Talk, Topic


def _shown(tables: Tables) -> dict[str, Any]:
    del tables
    return {}


def _lay(out: Tables, answers: Answers) -> None:
    """Write nothing: the network is the machine's, not the coach's."""
    del out
    refuse_odd(answers.wifi or "", answers.wifi_password or "")


def _ask(talk: Talk) -> dict[str, Any]:
    del talk
    return {}


TOPIC = Topic(fields=("wifi", "wifi_password"), shown=_shown, lay=_lay, ask=_ask, noted=True)
