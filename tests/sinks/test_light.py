"""The status light: the worst state is shown, on gpiozero's mock pins."""

from __future__ import annotations

from cued.config import Sensor, Site
from cued.model import Fall, Link, Notice, Phase
from cued.sinks import light

SITE = Site(hardware=False, sensors={"back": Sensor(device="pod", placement="lower_back")})


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
