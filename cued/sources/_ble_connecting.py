"""Opening and closing of connections.

Rules
-----
* Connect to the ``BLEDevice`` that the scanner just saw, never to a bare address, with a new
  client each time; always ``disconnect``, even if the link is already gone, or BlueZ doubles the
  next connection's notifications.
* One connection is made at a time, with the scanner off.
* A bug of this program is never treated as a lost link (``bleak_faults``).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from bleak import BleakClient
from bleak.backends.bluezdbus.manager import get_global_bluez_manager
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDBusError, BleakGATTProtocolError
from bleak_retry_connector import BleakClientWithServiceCache, establish_connection

from cued.devices._gatt import BATTERY_LEVEL
from cued.sources._ble_scanning import FAILS, bleak_faults

log = logging.getLogger("cued.ble")

ATTEMPTS = 3  # chosen
CONNECT_WITHIN_S = 15.0  # the other sensors wait for it
DISCOVER_WITHIN_S = 40.0  # after a link without services: an H10's take 15-30 s on some Pis
ACT_WITHIN_S = 10.0  # a read or write of one characteristic
END_WITHIN_S = 5.0  # BlueZ takes 2 s to disconnect
# On shutdown: BlueZ takes 2 s to disconnect, and completes it even if nobody waits.
LEAVE_WITHIN_S = 0.7
# ATT: application error, procedure already in progress. Both are temporary.
BUSY = (0x80, 0xFE)


class Undiscovered(TimeoutError):
    """The link was up but the services were not found in time."""


@contextlib.asynccontextmanager
async def connected(
    device: BLEDevice,
    name: str,
    gone: Callable[[BleakClient], None],
    options: Mapping[str, Any],
    within_s: float | None = None,
) -> AsyncGenerator[BleakClient]:
    """Hold a connection and close it whatever happens."""
    connecting = asyncio.create_task(
        establish_connection(
            BleakClientWithServiceCache,
            device,
            name,
            disconnected_callback=gone,
            max_attempts=ATTEMPTS,
            use_services_cache=False,
            **options,
        )
    )
    try:
        await asyncio.wait({connecting}, timeout=within_s or CONNECT_WITHIN_S)
        if not connecting.done():
            raise Undiscovered if await _is_linked(device) else TimeoutError
    finally:
        if not connecting.done():
            connecting.cancel()
            await asyncio.wait({connecting})
    with bleak_faults():
        client = connecting.result()
    try:
        yield client
    finally:
        try:
            with bleak_faults():
                async with asyncio.timeout(end_within_s()):
                    await client.disconnect()
        except FAILS as error:
            log.debug("%s: did not disconnect: %r", name, error)


async def read_battery(device: BLEDevice, options: Mapping[str, Any]) -> float | None:
    """Connect, read the battery level, percent, and disconnect; None if there is none."""
    async with connected(device, device.address, lambda _client: None, options) as client:
        char = characteristic(client, BATTERY_LEVEL)
        if char is None:
            return None
        with bleak_faults():
            data = bytes(await client.read_gatt_char(char))
        return float(data[0]) if data and data[0] <= 100 else None


async def _is_linked(device: BLEDevice) -> bool:
    """Return whether BlueZ has a link to it, with or without its services."""
    path = device.details.get("path") if isinstance(device.details, dict) else None  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]
    try:
        with bleak_faults():
            return bool(path) and (await get_global_bluez_manager()).is_connected(path)  # pyright: ignore[reportUnknownArgumentType]
    except FAILS:
        return False


def end_within_s() -> float:
    """Return how long a disconnection may take: less on shutdown."""
    task = asyncio.current_task()
    return LEAVE_WITHIN_S if task and task.cancelling() else END_WITHIN_S


def characteristic(client: BleakClient, name: str) -> BleakGATTCharacteristic | None:
    """Find ``characteristic`` or ``service/characteristic``; the first of several."""
    service, _, char = name.rpartition("/")
    for candidate in client.services:
        if service in ("", candidate.uuid):
            for found in candidate.characteristics:
                if found.uuid == char:
                    return found
    return None


def short(error: BaseException) -> str:
    """Describe an error in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer"
    return (str(error) or type(error).__name__).splitlines()[0][:120]


def is_busy(error: BaseException) -> bool:
    """Return whether an error means that the device or BlueZ is busy for now."""
    if isinstance(error, BleakGATTProtocolError):
        return error.code in BUSY
    return isinstance(error, BleakDBusError) and error.dbus_error.endswith("InProgress")


def offered(client: BleakClient) -> list[str]:
    """List the UUIDs of the services and characteristics that were found."""
    services = list(client.services)
    return [s.uuid for s in services] + [c.uuid for s in services for c in s.characteristics]


async def answers(client: BleakClient) -> bool:
    """Return whether a silent device answers a read, or has nothing to read."""
    chars = [c for s in client.services for c in s.characteristics if "read" in c.properties]
    if not chars:
        return True
    try:
        with bleak_faults():
            async with asyncio.timeout(ACT_WITHIN_S):
                await client.read_gatt_char(chars[0])
    except BleakGATTProtocolError:
        return True
    except FAILS as error:
        log.debug("%s: %r", client.address, error)
        return False
    return True
