"""A phone with phyphox as a sensor: polls its server ten times a second.

Open an experiment with acceleration including gravity, allow remote access in its menu, and
configure the address that it shows. The decoder is ``cued/devices/phone.py``. Delay: half the
polling interval plus the phone's answer time. Not tried with a phone yet; tested against a
stand-in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

from cued.config import Site
from cued.devices.device import inputs_of
from cued.devices.phone import PHYPHOX, Buffer, Phone, decode
from cued.model import DecodeError, LinkChanged, LinkLost, Notification
from cued.parts import Part
from cued.reading import HOST
from cued.sources._http import get
from cued.sources._phone import phone_options
from cued.sources.source import Emit, Source

EVERY_S = 0.1  # between requests; a phone answers within it
SILENT_S = 3.0  # without new samples for this long, the experiment has stopped


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the phyphox source."""

    host: Annotated[str, Meta(pattern=HOST, min_length=1, description="The phone's address.")]
    port: Annotated[
        int, Meta(ge=1, le=65535, description="Its port: 8080 on Android, 80 on an iPhone.")
    ] = 8080
    sensor: Annotated[str, Meta(description="NAME of its [sensors.NAME] table.")] = "phone"


class Phyphox(Source):
    """The source."""

    def __init__(self, config: Config, site: Site) -> None:
        self._config = config
        self._options = phone_options(site, config.sensor, "phyphox")

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Poll until the phone no longer answers or measures."""
        loop = asyncio.get_running_loop()
        phone = Phone(self._options, self._config.sensor)
        last: dict[str, float] = {}
        await self._ask("/control?cmd=start")
        emit(LinkChanged(loop.time(), self._config.sensor, True))
        fresh = loop.time()
        while True:
            data = await self._ask(self._question(last))
            try:
                t = loop.time()
                inputs = inputs_of(phone.receive(t, PHYPHOX, data)) if last else ()
                last = self._newest(data, last)
            except DecodeError as error:
                raise LinkLost(str(error)) from None
            if inputs:
                fresh = t
                up()
            if last:
                emit(Notification(t, self._config.sensor, PHYPHOX, data, inputs))
            if loop.time() - fresh > SILENT_S:
                raise LinkLost("the phone answers but measures nothing")
            await asyncio.sleep(EVERY_S)

    async def _ask(self, path: str) -> bytes:
        return await get(self._config.host, self._config.port, path)

    def _streams(self) -> list[tuple[str, str, str, str]]:
        return [self._options.acc, self._options.gyr][: 1 + self._options.gyroscope]

    def _question(self, last: dict[str, float]) -> str:
        """Make the request: first for the newest time, then for all values after it."""
        parts: list[str] = []
        for time, *axes in self._streams():
            if time not in last:
                parts.append(time)
                continue
            parts.append(f"{time}={last[time]!r}")
            parts += [f"{axis}={last[time]!r}%7C{time}" for axis in axes]
        return "/get?" + "&".join(parts)

    def _newest(self, data: bytes, last: dict[str, float]) -> dict[str, float]:
        buffers = decode(data).buffer
        newest = dict(last)
        for time, *_ in self._streams():
            values = [v for v in buffers.get(time, Buffer()).buffer if v is not None]
            if values:
                newest[time] = values[-1]
        return newest


PART = Part(Config, Phyphox)
