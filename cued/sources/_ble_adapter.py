"""Which adapter is used, named by its address: hci0 and hci1 may change places at each boot.

Rules: the configured adapter is looked for again and again, so one that is plugged in late or comes
back under another number is used; what is missing is said together with what is there. BlueZ can
be made to forget a device whose remembered services are wrong (``forget``).
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from dbus_fast import BusType, Variant
from dbus_fast.aio import MessageBus

from cued.sources._ble_recovery import ADAPTER, DEVICE, FAILS, MANAGER, WITHIN_S, call

log = logging.getLogger("cued.ble")

Objects = dict[str, dict[str, dict[str, Variant]]]


async def adapters() -> dict[str, str]:
    """Return the names of the adapters and their addresses; empty when there is no answer."""
    try:
        objects = await _asked("/", MANAGER, "GetManagedObjects", "", [])
    except FAILS as error:
        log.debug("adapters: %r", error)
        return {}
    return {
        path.rpartition("/")[2]: str(values[ADAPTER]["Address"].value)
        for path, values in sorted(objects.items())
        if ADAPTER in values
    }


def chosen(wanted: str, there: dict[str, str]) -> str:
    """Return the name of the wanted adapter (``hci1`` or an address); empty if it is not there."""
    if wanted in there:
        return wanted
    return next((n for n, address in there.items() if address.upper() == wanted.upper()), "")


def missing(wanted: str, there: dict[str, str]) -> str:
    """Return the error for a missing adapter, naming those that exist."""
    if not there:
        return "there is no Bluetooth adapter"
    found = ", ".join(f"{name} ({address})" for name, address in there.items())
    return f"the Bluetooth adapter {wanted} is not there; there is {found}"


async def forget(path: str) -> str:
    """Have BlueZ forget a device with its list of services; "" when done, else why not.

    A bond is not thrown away: only its owner can make another.
    """
    try:
        objects: Objects = await _asked("/", MANAGER, "GetManagedObjects", "", [])
        device = objects.get(path, {}).get(DEVICE)
        if device is None:
            return ""
        if "Paired" in device and device["Paired"].value:
            return "it is paired"
        await _asked(path.rpartition("/")[0], ADAPTER, "RemoveDevice", "o", [path])
    except FAILS as error:
        log.debug("forgetting %s: %r", path, error)
        return "the Bluetooth service does not do it"
    return ""


async def _asked(path: str, interface: str, member: str, signature: str, body: list[Any]) -> Any:
    bus = MessageBus(bus_type=BusType.SYSTEM)
    try:
        async with asyncio.timeout(WITHIN_S):
            await bus.connect()
            return await call(bus, path, interface, member, signature, body)
    finally:
        bus.disconnect()
