"""Pins that several parts share: each part closes only its own."""

from __future__ import annotations

import sys
import types

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
