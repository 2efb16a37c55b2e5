"""Pins that several parts share: each part closes only its own."""

from __future__ import annotations

import sys
import types

import pytest

from cued import gpio


def test_a_part_that_releases_its_pins_leaves_those_of_the_others(monkeypatch, tmp_path):
    class Factory:
        def __init__(self, chip):
            self.open = True

        def close(self):
            self.open = False

    stand_in = types.SimpleNamespace(LGPIOFactory=Factory)
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", stand_in)
    motors, lamp = (gpio.open_factory(chip, tmp_path) for chip in (None, None))
    other = gpio.open_factory(4, tmp_path)
    gpio.close_factory(motors)
    gpio.close_factory(other)
    assert lamp.open
    assert other.open
    gpio.close_factory(lamp)
    assert not lamp.open
    assert not other.open


def test_without_lgpio_there_are_no_pins_and_the_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", None)
    with pytest.raises(gpio.PinsMissing, match="apt install python3-lgpio"):
        gpio.open_factory(None, tmp_path)


def test_a_chip_that_cannot_be_opened_is_missing_pins(monkeypatch, tmp_path):
    def factory(chip):
        raise OSError(f"no chip {chip}")

    stand_in = types.SimpleNamespace(LGPIOFactory=factory)
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", stand_in)
    with pytest.raises(gpio.PinsMissing, match="GPIO: no chip 7"):
        gpio.open_factory(7, tmp_path)


@pytest.mark.parametrize("pins", [(12, 13), (12, 999)])
def test_output_pins_are_driven_low_and_released_even_if_one_fails(pins, monkeypatch, tmp_path):
    factory, released = gpio.mock_factory(), []
    monkeypatch.setattr(gpio, "open_factory", lambda *_: factory)
    monkeypatch.setattr(factory, "close", lambda: released.append(factory.pin(12)))
    if 999 in pins:
        with pytest.raises(gpio.PinsMissing, match="GPIO: "):
            gpio.drive_low(pins, None, tmp_path)
    else:
        gpio.drive_low(pins, None, tmp_path)
    (pin,) = released
    assert pin.function == "input", "let go of"
    assert {state.state for state in pin.states} == {0}, "and never high"
