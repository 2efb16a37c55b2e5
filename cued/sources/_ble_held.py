"""BlueZ's state: connections of other programs and of a crashed run, and remembered services."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bleak import BleakAdapter
from bleak.backends.device import BLEDevice
from bleak_retry_connector import close_stale_connections

from cued.devices.device import Advert
from cued.sources._ble_adapter import forget
from cued.sources._ble_connecting import FAILS, bleak_faults
from cued.sources._ble_scanning import Scanning

log = logging.getLogger("cued.ble")

STALE_WITHIN_S = 10.0  # BlueZ takes 2 s for each
TAKE_OVER_AFTER_S = 5.0  # a free device advertises several times within it


async def close_stale(
    wanted: Iterable[Callable[[Advert], bool]], options: Mapping[str, Any]
) -> None:
    """Close connections left by a crashed run; such devices would not advertise."""
    tests = list(wanted)
    for advert, device in await connected_devices(options):
        if any(test(advert) for test in tests):
            log.warning("%s was still connected; closing", advert.name or advert.address)
            try:
                with bleak_faults():
                    async with asyncio.timeout(STALE_WITHIN_S):
                        await close_stale_connections(device)
            except FAILS as error:
                log.debug("stale connections: %r", error)


async def connected_devices(options: Mapping[str, Any]) -> list[tuple[Advert, BLEDevice]]:
    """List the devices that are connected in BlueZ."""
    found: list[BLEDevice] = []
    try:
        with bleak_faults():
            async with asyncio.timeout(STALE_WITHIN_S):
                found = await (await BleakAdapter.get(**options)).get_connected_devices()
    except FAILS as error:
        log.debug("connected devices: %r", error)
    return [(_advert(device), device) for device in found]


async def find(
    scanning: Scanning, wanted: Callable[[Advert], bool], options: Mapping[str, Any]
) -> tuple[Advert, BLEDevice]:
    """Wait for a wanted device: advertising, or connected in BlueZ for another program."""
    if "backend" in options:
        return await scanning.find(wanted)
    finding = asyncio.create_task(scanning.find(wanted))
    try:
        while True:
            await asyncio.wait({finding}, timeout=TAKE_OVER_AFTER_S)
            if finding.done():
                return finding.result()
            for advert, device in await connected_devices(options):
                if wanted(advert):
                    log.info("%s is connected already; taking it over", advert.address)
                    return advert, device
    finally:
        finding.cancel()
        await asyncio.wait({finding})


def _advert(device: BLEDevice) -> Advert:
    known: dict[str, Any] = device.details["props"]
    return Advert(device.address, device.name or "", tuple(known.get("UUIDs", ())))


async def forgotten(device: BLEDevice) -> str:
    """Clear BlueZ's memory of a device's services; return what was done or can be done."""
    why = await forget(device.details["path"])
    if not why:
        return "; its services are not found: BlueZ has forgotten it, to look again"
    remedy = f"bluetoothctl remove {device.address} and pair it again"
    return f"; its services are not found and {why}: {remedy}"
