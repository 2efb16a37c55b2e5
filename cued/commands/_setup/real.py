"""The machine's own parts, as set-up tries them: radio, belt, buttons, sound, motors."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

import msgspec
from msgspec.structs import replace

from cued import app, config
from cued.actuators import haptic, speech
from cued.commands._setup.answers import Tables
from cued.commands._setup.belt_unit import unit
from cued.commands._setup.topics.topic import Nearby
from cued.config import Config, Sensor, Site
from cued.model import CuedError, Input, Tick
from cued.runtime.supervise import supervise
from cued.sources.source import spread

SCAN_S = 8.0  # chosen: sensors advertise every second or two
TICK_S = 0.05  # as the daemon's


class Real:
    """The machine's own parts."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def scan(self) -> list[Nearby]:
        """Listen for advertisements."""
        from cued.sources import ble  # noqa: PLC0415 (importing bleak takes its time)

        try:
            found = asyncio.run(ble.scan(SCAN_S))
        except TimeoutError as error:
            raise CuedError(str(error)) from None
        return [
            Nearby(f.advert.name, f.advert.address, f.devices, f.advert.rssi)
            for f in found
            if f.devices or f.advert.name
        ]

    def listen(self, tables: Tables, seconds: float) -> list[Input]:
        """Run the configured sources for so long."""
        return asyncio.run(listened(config.convert(tables), self._site, seconds))

    def unit(self, treadmill: Tables) -> float:
        """Ask the treadmill for a little more, and stop it."""
        return asyncio.run(unit(msgspec.convert(treadmill, Sensor)))

    def say(self, text: str, options: speech.Config, language: str) -> str:
        """Speak on the sound card."""
        site = replace(self._site, language=language)
        return asyncio.run(speech.say(text, options, site))

    def buzz(self, side: str, options: haptic.Config) -> str:
        """Drive the motors."""
        return asyncio.run(haptic.buzz("left" if side == "left" else "right", options, self._site))


async def listened(chosen: Config, site: Site, seconds: float) -> list[Input]:
    """Return what the sources of a configuration say in so many seconds, and the time passing."""
    heard: list[Input] = []
    loop = asyncio.get_running_loop()
    here = replace(site, sensors=chosen.sensors)

    async def tick() -> None:
        while True:
            heard.append(Tick(loop.time()))
            await asyncio.sleep(TICK_S)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            group.create_task(tick())
            for source in app.sources(chosen, here):
                run = partial(source.run, lambda item: heard.extend(spread(item)))
                group.create_task(supervise(type(source).__name__, run))
    return heard
