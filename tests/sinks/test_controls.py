"""Home Assistant's controls: only accepted commands, in a form that the station accepts."""

from __future__ import annotations

import re
from pathlib import Path

from cued.coach.commands import NAMES
from cued.sinks._controls import BUTTONS
from cued.sinks._requests import Gate
from tests.sinks.described import described


def test_belt_controls_appear_only_with_consent(tmp_path: Path) -> None:
    assert "set_speed" not in described(tmp_path)["components"]
    assert "set_speed" in described(tmp_path, NAMES)["components"]


def test_every_button_sends_a_known_command(tmp_path: Path) -> None:
    entities = described(tmp_path, NAMES)["components"].values()
    presses = [e["payload_press"] for e in entities if e["platform"] == "button"]
    assert len(presses) == len(BUTTONS)
    for n, press in enumerate(presses):
        assert Gate(NAMES).check(press.encode(), float(n)).command in NAMES
    for entity in entities:
        if entity["platform"] == "number":
            order = re.sub(r"\{\{.*?\}\}", "0.5", entity["command_template"])
            assert Gate(NAMES).check(order.encode(), 99.0).value == 0.5


def test_muting_is_a_switch_where_allowed(tmp_path: Path) -> None:
    switch = described(tmp_path, NAMES)["components"]["muted"]
    assert switch["platform"] == "switch"
    for n, order in enumerate((switch["payload_on"], switch["payload_off"])):
        assert Gate(NAMES).check(order.encode(), float(n)).command == ("mute", "unmute")[n]
    assert described(tmp_path, ())["components"]["muted"]["platform"] == "binary_sensor"
