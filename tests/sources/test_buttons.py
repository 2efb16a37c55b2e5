"""Buttons become commands, on gpiozero's mock pins."""

from __future__ import annotations

import asyncio

import pytest

from cued import config
from cued.config import Sensor, Site
from cued.model import ConfigError, LinkLost
from cued.sources import buttons

SITE = Site(hardware=False, sensors={"back": Sensor(device="pod", placement="lower_back")})


@pytest.fixture
async def pressed(monkeypatch):
    """Yield a function that presses a pin for so long and returns the commands that came."""
    monkeypatch.setattr(buttons, "HOLD_S", 0.5)
    source = buttons.Buttons(
        buttons.Config(main_pin=5, mark_pin=7, faster_pin=8, slower_pin=9), SITE
    )
    heard = []
    task = asyncio.create_task(source.run(heard.append, lambda: None))
    while not source.pressed:  # noqa: ASYNC110 (it opens in its first turn)
        await asyncio.sleep(0)

    async def press(pin, seconds):
        heard.clear()
        line = next(b.pin for b in source._open[1:] if b.pin.info.name == f"GPIO{pin}")
        line.drive_low()
        await asyncio.sleep(seconds)
        line.drive_high()
        await asyncio.sleep(0.02)  # for what gpiozero's threads handed to the loop
        return [(c.name, c.source) for c in heard]

    yield press
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert source.pressed == {}


@pytest.mark.alone
async def test_a_short_press_a_long_one_and_a_mark_are_distinguished(pressed):
    assert await pressed(5, 0.05) == [("press", "button")]
    assert await pressed(7, 0.05) == [("mark", "button")]
    assert await pressed(5, 0.8) == [("something_wrong", "button")]
    assert await pressed(5, 0.05) == [("press", "button")]


@pytest.mark.alone
async def test_holding_the_button_opens_set_up_and_an_early_release_does_not(pressed, monkeypatch):
    monkeypatch.setattr(buttons, "SET_UP_S", 0.9)
    assert await pressed(5, 1.2) == [("something_wrong", "button"), ("set_up", "button")]
    assert await pressed(5, 0.7) == [("something_wrong", "button")]
    assert await pressed(5, 0.05) == [("press", "button")]


@pytest.mark.alone
async def test_the_keys_for_a_typed_speed_repeat_while_held(pressed, monkeypatch):
    assert await pressed(8, 0.05) == [("faster", "button")]
    assert await pressed(9, 0.05) == [("slower", "button")]
    held = await pressed(8, 2.5 * buttons.REPEAT_S)
    assert held == [("faster", "button")] * 3


async def test_without_pins_the_link_is_lost_and_nothing_stays_open():
    source = buttons.Buttons(buttons.Config(), Site(hardware=True, chip=4095))
    with pytest.raises(LinkLost, match="no buttons"):
        await source.run(lambda _: None, lambda: None)
    assert source.pressed == {}


def test_two_parts_on_one_pin_are_refused_by_name():
    with pytest.raises(ConfigError, match=r"\[actuators.haptic\] left_pin: pin 5 is taken by"):
        config.convert({"actuators": {"haptic": {"left_pin": 5}}, "sources": {"buttons": {}}})
    chosen = config.convert({"actuators": {"haptic": {}}, "sources": {"buttons": {}},
                             "sinks": {"light": {}}})  # fmt: skip
    assert sorted(config.output_pins(chosen)) == [6, 12, 13]
