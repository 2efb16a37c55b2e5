"""The Wi-Fi to join after set-up, asked for where set-up has its own network (``place.py``)."""

from __future__ import annotations

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.place import refuse_odd
from cued.commands._setup.topics.topic import Topic


def _lay(_out: Tables, answers: Answers) -> None:
    """Check the network; it is the machine's, so the configuration does not hold it."""
    refuse_odd(answers.wifi or "", answers.wifi_password or "")


TOPIC = Topic(fields=("wifi", "wifi_password"), lay=_lay, noted=True)
