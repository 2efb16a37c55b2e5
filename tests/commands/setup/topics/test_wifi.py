"""The Wi-Fi to join: refused if none can be called so, and not in the configuration."""

from __future__ import annotations

import pytest

from cued.commands._setup.answers import Answers
from cued.commands._setup.topics.wifi import TOPIC
from cued.model import ConfigError


def test_a_network_is_checked_and_not_written():
    tables = {"station": {"name": "hall"}}
    TOPIC.write(tables, Answers(wifi="home", wifi_password="long enough"))
    assert tables == {"station": {"name": "hall"}}
    with pytest.raises(ConfigError, match="8 to 63"):
        TOPIC.write(tables, Answers(wifi="home", wifi_password="short"))
