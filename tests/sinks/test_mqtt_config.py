"""Consistency of the broker's options."""

from __future__ import annotations

import pytest

from cued.model import ConfigError
from cued.reading import convert
from cued.sinks._mqtt_config import PORTS, Config


def test_each_way_to_a_broker_has_its_usual_port():
    assert [PORTS[way, tls] for way in ("tcp", "websockets") for tls in (False, True)] == [
        1883, 8883, 9001, 443,
    ]  # fmt: skip


@pytest.mark.parametrize(("options", "message"), [
    ({"commands": ["pauze"]}, "did you mean pause"),
    ({"certificate": "a.pem", "tls": True}, "certificate and key belong together"),
    ({"ca": "a.pem"}, "without tls = true"),
    ({"password_file": "secret"}, "of no use without user"),
    ({"discovery_prefix": "home#"}, "discovery_prefix"),
    ({"page": "ftp://here"}, "page"),
    ({"password": "hunter2"}, "password"),
])  # fmt: skip
def test_impossible_options_are_refused_in_one_line(options, message):
    with pytest.raises(ConfigError, match=message) as refused:
        convert(options, Config, "[sinks.mqtt]")
    assert "\n" not in str(refused.value)


def test_moving_the_belt_is_off_by_default():
    assert not {"set_speed", "set_incline"} & set(Config().commands)
