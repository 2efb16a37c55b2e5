"""Try the machine's own parts during set-up: radio, belt, buttons, sound, motors."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

import msgspec
from msgspec.structs import replace

from cued import app, config
from cued.actuators import haptic, speech
from cued.commands._setup.answers import Tables
from cued.commands._setup.topics.topic import Nearby
from cued.config import Config, Sensor, Site
from cued.model import Belt, BeltFault, BeltRequest, CuedError, Input, Tick
from cued.runtime.supervise import ignore, meanwhile, supervise
from cued.sources.source import spread

KNOWN_WITHIN_S = 40.0  # chosen: to connect, discover and read the ranges
FOLLOWS_WITHIN_S = 8.0  # time in which a belt reaches, and perhaps passes, the requested speed
EMPTY_AT_M_S = 0.62  # 2.2 km/h: the lowest speeds of treadmills are 0.5 to 2 km/h
MORE_M_S = 0.3 / 3.6  # 0.3 km/h: the increase that is requested
FOLLOWS_M_S = 0.03  # more than a console's step of 0.1 km/h
MILES = 1.609  # kilometres

SCAN_S = 8.0  # chosen: sensors advertise every second or two
TICK_S = 0.05  # as the daemon's


class Real:
    """The machine's own parts."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def scan(self) -> list[Nearby]:
        """Listen for advertisements."""
        from cued.sources._ble_looking import scan  # noqa: PLC0415 (importing bleak takes its time)

        try:
            found = asyncio.run(scan(SCAN_S))
        except TimeoutError as error:
            raise CuedError(str(error)) from None
        return [
            Nearby(f.advert.name, f.advert.address, f.devices, f.advert.rssi)
            for f in found
            if f.devices or f.advert.name
        ]

    def listen(self, tables: Tables, seconds: float) -> list[Input]:
        """Run the configured sources for some seconds."""
        return asyncio.run(listened(config.convert(tables), self._site, seconds))

    def unit(self, treadmill: Tables) -> float:
        """Find the treadmill's write factor by a small change of its speed."""
        return asyncio.run(unit(msgspec.convert(treadmill, Sensor)))

    def say(self, text: str, options: speech.Config, language: str) -> str:
        """Speak on the sound card."""
        site = replace(self._site, language=language)
        return asyncio.run(speech.say(text, options, site))

    def buzz(self, side: str, options: haptic.Config) -> str:
        """Drive the motors."""
        return asyncio.run(haptic.buzz("left" if side == "left" else "right", options, self._site))


async def listened(chosen: Config, site: Site, seconds: float) -> list[Input]:
    """Return the inputs of a configuration's sources during some seconds, with ticks."""
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


async def unit(treadmill: Sensor, adapter: str = "") -> float:
    """Return the write factor of a treadmill, found by requesting a little more speed.

    Nobody stands on the belt. A person has started it at its lowest speed, the only one from which
    the request is made, and it is always stopped at the end. A belt that runs away is stopped at
    once by its guard (``devices/_belt_guard.py``). Raises CuedError when the belt does not react.
    """
    from cued.sources import ble  # noqa: PLC0415 (importing bleak takes its time)

    sensor = replace(treadmill, options={**treadmill.options, "control": True})
    trial = UnitTrial(written(sensor))
    source = ble.Ble(ble.Config(adapter=adapter), Site(sensors={"treadmill": sensor}))
    async with meanwhile(source.run(trial.hear, ignore)):
        try:
            await _waited(trial.known, KNOWN_WITHIN_S)
            before = trial.begin()
            why = await source.request(BeltRequest(t=0.0, speed_m_s=before + MORE_M_S))
            await _waited(trial.stopped, FOLLOWS_WITHIN_S)
            return trial.factor(why)
        finally:
            await source.request(BeltRequest(t=0.0, speed_m_s=0.0))


def written(treadmill: Sensor) -> float:
    """Return the configured ratio of true to written speed."""
    options = treadmill.options
    return float(options.get("write_factor") or options.get("speed_factor", 1.0))


class UnitTrial:
    """Follows one speed request to find whether the belt took it as km/h or as mph."""

    def __init__(self, written_factor: float) -> None:
        self.known, self.stopped = asyncio.Event(), asyncio.Event()
        self._written = written_factor
        self._speed = self._before = self._fastest = 0.0
        self._slowest = float("inf")

    def hear(self, item: Input) -> None:
        """Note the speed that the treadmill reports."""
        for each in spread(item):
            if isinstance(each, BeltFault):
                self.stopped.set()
            if isinstance(each, Belt) and each.speed_m_s and not self.stopped.is_set():
                self._speed = each.speed_m_s
                self._fastest = max(self._fastest, each.speed_m_s)
                self._slowest = min(self._slowest, each.speed_m_s)
                self.known.set()

    def begin(self) -> float:
        """Return the speed before the request. Raises CuedError when it is not the lowest."""
        if not self._speed:
            raise CuedError(
                "the treadmill reported no speed: start the belt at its lowest, with nobody on it"
            )
        if self._speed > EMPTY_AT_M_S:
            raise CuedError("the belt is too fast for this trial: set its lowest speed")
        self._before = self._fastest = self._slowest = self._speed
        return self._speed

    def factor(self, why: str) -> float:
        """Return the write factor. Raises CuedError when the belt did not follow."""
        if self._fastest > self._before + MORE_M_S + FOLLOWS_M_S:
            return round(self._written * MILES, 3)
        if self._fastest > self._before + FOLLOWS_M_S:
            return self._written
        if self._slowest < self._before - FOLLOWS_M_S and self._written > 1.0:
            return max(1.0, round(self._written / MILES, 3))
        raise CuedError(f"the belt did not follow: {why or 'its speed did not change'}")


async def _waited(event: asyncio.Event, within_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()
