"""What drives every output low after the daemon was killed."""

from __future__ import annotations

import gpiozero
import pytest

from cued import __main__, gpio

OUTPUTS = {"relay": 5, "light": 6, "left": 12, "right": 13}
TABLES = """
[actuators.haptic]
left_pin = {left}
right_pin = {right}
[sinks.light]
pin = {light}
[sinks.relay]
pin = {relay}
[sources.buttons]
main_pin = 17
"""


@pytest.fixture
def factory(monkeypatch):
    """Pins that stand in for the machine's, each of them high; closed, they stay as they are."""
    made = gpio.mock_factory()
    monkeypatch.setattr(gpio, "open_factory", lambda *_: made)
    monkeypatch.setattr(gpio, "close_factory", lambda _: None)
    monkeypatch.setattr(gpiozero.DigitalOutputDevice, "close", lambda _: None)
    for number in (*OUTPUTS.values(), 17):
        made.pin(number).output_with_state(True)
    return made


def off(tmp_path, tables):
    path = tmp_path / "cued.toml"
    path.write_text(tables)
    return __main__.main(["off", "--config", str(path)])


def test_off_drives_every_output_low_and_touches_no_input(factory, tmp_path):
    assert off(tmp_path, TABLES.format(**OUTPUTS)) == 0
    assert not any(factory.pin(number).state for number in OUTPUTS.values())
    assert factory.pin(17).state


def test_without_hardware_no_pin_is_touched(factory, tmp_path):
    assert off(tmp_path, "[station]\nhardware = false\n" + TABLES.format(**OUTPUTS)) == 0
    assert all(factory.pin(n).state for n in OUTPUTS.values())


def test_missing_pins_are_reported_in_one_line(tmp_path, capsys):
    assert off(tmp_path, "[station]\nchip = 4095\n[sinks.relay]\n") == 1
    assert capsys.readouterr().err.startswith("cued: ")
