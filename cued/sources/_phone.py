"""What the sources of a phone share: which sensor it is, and Sensor Logger's messages passed on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

from cued.config import Site
from cued.devices.device import inputs_of
from cued.devices.phone import SENSOR_LOGGER, Phone
from cued.devices.phone import Config as PhoneConfig
from cued.model import ConfigError, DecodeError, LinkChanged, LinkLost, Notification
from cued.sources.source import Emit

log = logging.getLogger("cued.phone")

SILENT_S = 10.0  # chosen: a phone that posts once a second may miss some
LARGE = 100_000  # bytes, of a second or two; 4 MB at most come (_http.py)


def phone_options(site: Site, name: str, source: str) -> PhoneConfig:
    """Look up the sensor that a phone source is; ConfigError when it is not one."""
    sensor = site.sensors.get(name)
    if sensor is None or sensor.device != "phone":
        raise ConfigError(
            f'[sources.{source}] sensor: there is no [sensors.{name}] with device = "phone"'
        )
    return msgspec.convert(sensor.options, PhoneConfig)


async def pass_on(
    body: Callable[[], Awaitable[bytes]],
    options: PhoneConfig,
    sensor: str,
    emit: Emit,
    up: Callable[[], None],
) -> None:
    """Decode every message that comes; LinkLost when a phone that sent falls silent."""
    loop = asyncio.get_running_loop()
    phone = Phone(options, sensor)
    came = told = False
    while True:
        try:  # a phone that never came may still come
            async with asyncio.timeout(SILENT_S if came else None):
                data = await body()
        except TimeoutError:
            raise LinkLost("the phone sends nothing any more") from None
        if not came:
            emit(LinkChanged(loop.time(), sensor, True))
            came = True
        try:
            if len(data) > LARGE:  # others' ticks go on meanwhile
                said = await asyncio.to_thread(phone.receive, t := loop.time(), SENSOR_LOGGER, data)
            else:
                said = phone.receive(t := loop.time(), SENSOR_LOGGER, data)
            inputs = inputs_of(said)
        except DecodeError as error:
            log.log(logging.DEBUG if told else logging.WARNING, "%s", error)
            told = True
            continue
        emit(Notification(t, sensor, SENSOR_LOGGER, data, inputs))
        if inputs:
            up()
