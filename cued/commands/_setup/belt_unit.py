"""In which unit a treadmill is told its speed: found by one wish for a little more.

Rules: nobody stands on the belt meanwhile; a person has started it, and it is told only at its
lowest speed; it is stopped at the end, whatever came of it. A belt that runs away from the wish is
stopped by its guard at once (``devices/_belt_guard.py``).
"""

from __future__ import annotations

import asyncio
import contextlib

from msgspec.structs import replace

from cued.config import Sensor, Site
from cued.model import Belt, BeltFault, BeltRequest, CuedError, Input
from cued.sources.source import spread

KNOWN_WITHIN_S = 40.0  # chosen: to connect, discover and read the ranges
FOLLOWS_WITHIN_S = 8.0  # a belt on its way may pass what was asked for
EMPTY_AT_M_S = 0.62  # 2.2 km/h: lowest speeds are 0.5 to 2 km/h
MORE_M_S = 0.3 / 3.6  # 0.3 km/h: a wish for a little more
FOLLOWS_M_S = 0.03  # more than a console's step of 0.1 km/h
MILES = 1.609  # kilometres


async def unit(treadmill: Sensor, adapter: str = "") -> float:
    """Return the write factor of a treadmill. Raises CuedError when the belt does not show it."""
    from cued.sources import ble  # noqa: PLC0415 (importing bleak takes its time)

    sensor = replace(treadmill, options={**treadmill.options, "control": True})
    trial = UnitTrial(written(sensor))
    source = ble.Ble(ble.Config(adapter=adapter), Site(sensors={"treadmill": sensor}))
    running = asyncio.create_task(source.run(trial.hear, _nothing))
    try:
        await _waited(trial.known, KNOWN_WITHIN_S)
        before = trial.begin()
        why = await source.request(BeltRequest(t=0.0, speed_m_s=before + MORE_M_S))
        await _waited(trial.stopped, FOLLOWS_WITHIN_S)
        return trial.factor(why)
    finally:
        await source.request(BeltRequest(t=0.0, speed_m_s=0.0))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def written(treadmill: Sensor) -> float:
    """Return the configured ratio of true to written speed."""
    options = treadmill.options
    return float(options.get("write_factor") or options.get("speed_factor", 1.0))


class UnitTrial:
    """Follows one wish for a little more: whether the belt took it as kilometres or as miles."""

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
        """Return the speed before the wish. Raises CuedError when the belt is not at its lowest."""
        if not self._speed:
            raise CuedError("no speed was told: start the belt at its lowest, with nobody on it")
        if self._speed > EMPTY_AT_M_S:
            raise CuedError("the belt is too fast for a trial: set its lowest speed")
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
        raise CuedError(f"the belt did not follow: {why or 'its speed stayed'}")


async def _waited(event: asyncio.Event, within_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()


def _nothing(*_args: object) -> None:
    pass
