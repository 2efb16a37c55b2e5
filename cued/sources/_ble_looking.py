"""Scans for devices in reach, and the device files that recognise them."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from bleak.backends.device import BLEDevice
from msgspec import Struct

from cued import parts
from cued.config import Sensor
from cued.devices.device import Advert
from cued.sources._ble_connecting import FAILS, read_battery
from cued.sources._ble_scanning import Scanning

log = logging.getLogger("cued.ble")

BATTERY_WITHIN_S = 20.0  # chosen: to find it again, connect and read


class Radio(Struct, frozen=True):
    """Arguments for bleak's scanner and client; tests put a backend without a radio here."""

    scanner: Mapping[str, Any] = {}
    client: Mapping[str, Any] = {}

    @classmethod
    def of(cls, adapter: str) -> Radio:
        """Make BlueZ use this adapter, or the first if none is named."""
        bluez = {"bluez": {"adapter": adapter}} if adapter else {}
        return cls(bluez, bluez)


class FoundDevice(Struct, frozen=True):
    """A device in reach: its newest advertisement and the device files that recognise it."""

    advert: Advert
    devices: tuple[str, ...]


async def scan(
    seconds: float, adapter: str = "", *, radio: Radio | None = None
) -> list[FoundDevice]:
    """Scan for ``seconds``; return the devices, supported ones first, then by signal.

    Raises TimeoutError when there was no usable adapter.
    """
    troubles: list[str] = [""]
    scanning = Scanning((radio or Radio.of(adapter)).scanner, troubles.append)
    heard: dict[str, Advert] = {}

    def hear(advert: Advert, _device: BLEDevice) -> None:
        before = heard.get(advert.address)
        if before is not None and not advert.name:
            advert = msgspec.structs.replace(advert, name=before.name)
        heard[advert.address] = advert

    with scanning.listening(hear):
        async with scanning.running():
            await asyncio.sleep(seconds)
    if troubles[-1] and not heard:
        raise TimeoutError(troubles[-1])
    known = [FoundDevice(advert, supporting(advert)) for advert in heard.values()]
    return sorted(known, key=lambda f: (not f.devices, -(f.advert.rssi or -127), f.advert.address))


async def battery(found: FoundDevice, adapter: str) -> float | None:
    """Connect to a device just to read its battery, percent; None if it has none."""
    radio = Radio.of(adapter)
    scanning = Scanning(radio.scanner)
    wanted = found.advert.address.upper()
    try:
        async with scanning.running(), asyncio.timeout(BATTERY_WITHIN_S):
            _, device = await scanning.find(lambda advert: advert.address.upper() == wanted)
            async with scanning.silent():
                return await read_battery(device, radio.client)
    except FAILS as error:
        log.debug("%s: no battery: %r", wanted, error)
        return None


def supporting(advert: Advert) -> tuple[str, ...]:
    """List the device files that recognise an advertisement, the most specific first."""
    found = [name for name in parts.names("devices") if device_module(name).matches(advert)]
    return tuple(sorted(found, key=generality))


def generality(device: str) -> int:
    """Rank a device by how general it is: an H10, for one, is a heart rate strap too."""
    return ("", "treadmill", "heart_rate").index(parts.load("devices", device).place)


def awaited(advert: Advert, device: str, waiting: Iterable[Sensor]) -> bool:
    """Return whether another sensor waits for it, by its name or as a more specific device."""
    return any(
        advert.name.startswith(other.name)
        if other.name
        else generality(other.device) < generality(device)
        and device_module(other.device).matches(advert)
        for other in waiting
        if not other.address
    )


def device_module(name: str) -> Any:
    """Import a device's file."""
    return importlib.import_module(f"cued.devices.{name}")
