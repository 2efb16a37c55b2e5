"""Buttons become commands, and the light shows the worst of what holds; on gpiozero's mock pins."""

from __future__ import annotations

import asyncio
import sys
import types

import pytest

from cued import config, gpio
from cued.config import Sensor, Site
from cued.model import ConfigError, Fall, Link, LinkLost, Notice, Phase
from cued.sinks import light
from cued.sources import buttons
from tests.coach.test_program import there

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


def shown(lamp, steps=20):
    out = ""
    for _ in range(steps):
        lamp.step()
        out += ".#"[lamp.lit]
    return out


async def test_the_light_shows_the_worst_state_and_is_off_at_the_end():
    lamp = light.Light(light.Config(), SITE, lambda _: None)
    async with lamp:
        assert lamp.state == "waiting"
        assert shown(lamp) == "#####.....#####....."
        lamp.take(Link(t=1.0, sensor="back", state="up", age_s=0.0))
        assert shown(lamp) == "#" * 20
        lamp.take(Phase(t=2.0, name="paused", from_="free_run", why="pause"))
        assert lamp.state == "paused"
        lamp.take(Link(t=3.0, sensor="back", state="lost", age_s=1.1))
        assert lamp.state == "waiting"
        lamp.take(Notice(t=3.0, level="warning", code="x", text="x"))
        assert lamp.state == "trouble"
        lamp.take(Fall(t=4.0, stage="confirmed"))
        assert shown(lamp, 4) in ("#.#.", ".#.#")
        lamp.take(Phase(t=5.0, name="paused", from_="fallen", why="acknowledge"))
        shown(lamp, light.TROUBLE_STEPS)
        assert lamp.state == "waiting"
    assert not lamp.lit


async def test_a_light_without_pins_is_reported_once_and_does_no_harm(caplog):
    lamp = light.Light(light.Config(), Site(hardware=True, chip=4095), lambda _: None)
    async with lamp:
        await lamp.run()
    assert [r.levelname for r in caplog.records] == ["WARNING"]


def test_two_parts_on_one_pin_are_refused_by_name():
    with pytest.raises(ConfigError, match=r"\[actuators.haptic\] left_pin: pin 5 is taken by"):
        config.convert({"actuators": {"haptic": {"left_pin": 5}}, "sources": {"buttons": {}}})
    chosen = config.convert({"actuators": {"haptic": {}}, "sources": {"buttons": {}},
                             "sinks": {"light": {}}})  # fmt: skip
    assert sorted(config.output_pins(chosen)) == [6, 12, 13]


def test_one_button_pauses_resumes_and_ends_an_alarm():
    runner = there("settle").copy()
    runner.say("press")
    runner.walk(0.5)
    assert runner.phase == "paused"
    runner.say("press")
    runner.walk(0.5)
    assert runner.phase == "settle"
    runner = there("fallen").copy()
    runner.say("press")
    runner.walk(0.5)
    assert runner.phase == "rest"


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
