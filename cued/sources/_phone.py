"""Shared parts of the phone sources: the sensor's options, and decoding of Sensor Logger."""

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
LARGE = 100_000  # bytes: a second or two of data; the limit is 4 MB (_http.py)


def phone_options(site: Site, name: str, source: str) -> PhoneConfig:
    """Look up a phone source's sensor; ConfigError if it is not a phone."""
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
    """Decode every message; LinkLost when a phone that has sent data falls silent."""
    loop = asyncio.get_running_loop()
    phone = Phone(options, sensor)
    came = warned = False
    while True:
        try:  # wait without limit for the first message
            async with asyncio.timeout(SILENT_S if came else None):
                data = await body()
        except TimeoutError:
            raise LinkLost("the phone sends nothing any more") from None
        if not came:
            emit(LinkChanged(loop.time(), sensor, True))
            came = True
        try:
            if len(data) > LARGE:  # in a thread, so that the loop is not held up
                out = await asyncio.to_thread(phone.receive, t := loop.time(), SENSOR_LOGGER, data)
            else:
                out = phone.receive(t := loop.time(), SENSOR_LOGGER, data)
            inputs = inputs_of(out)
        except DecodeError as error:
            log.log(logging.DEBUG if warned else logging.WARNING, "%s", error)
            warned = True
            continue
        emit(Notification(t, sensor, SENSOR_LOGGER, data, inputs))
        if inputs:
            up()
