"""Bytes of devices become inputs again, by the device files of today.

So a decoder that was mended mends the sessions recorded before. Where more than the bytes made the
inputs (``Notification.beside``), these are recorded too, and the bytes are evidence only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from cued import parts
from cued.config import Sensor
from cued.devices.device import Device, inputs_of
from cued.model import CuedError, DecodeError, Input, LinkChanged, Notification

T = TypeVar("T")


def decoded(items: Iterable[T], sensors: Mapping[str, Sensor]) -> Iterator[T | Input]:
    """Replace the notifications among items by what they say, connection by connection."""
    devices: dict[str, Device] = {}
    for item in items:
        if isinstance(item, Notification):
            if not item.beside:
                yield from _received(devices.get(item.sensor), item)
            continue
        if isinstance(item, LinkChanged) and item.connected and item.sensor in sensors:
            devices[item.sensor] = make(item.sensor, sensors[item.sensor])
            _start(devices[item.sensor], item)
        yield item


def make(name: str, sensor: Sensor) -> Device:
    """Build the decoder of a sensor. Raises CuedError when its options are none of the device's."""
    part = parts.load("devices", sensor.device)
    try:
        return part.build(msgspec.convert(sensor.options, part.config), name)
    except msgspec.ValidationError as error:
        raise CuedError(f"sensor {name} ({sensor.device}): {error}") from None


def _start(device: Device, link: LinkChanged) -> None:
    """Start a device with what the connection offers; one that refuses it sent nothing of use."""
    with contextlib.suppress(DecodeError):
        device.start(link.services)


def _received(device: Device | None, item: Notification) -> tuple[Input, ...]:
    if device is None:
        return ()
    try:
        return inputs_of(device.receive(item.t, item.char, item.data))
    except DecodeError:
        return ()
