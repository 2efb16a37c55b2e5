"""BlueZ's adapters over D-Bus: choosing one, restarting a stuck one, forgetting a device.

An adapter is named by its address, because hci0 and hci1 may change places at each boot. The
configured one is looked for repeatedly, so it is used even if it is plugged in late or comes back
under another number; the error for a missing adapter lists those present.

A stuck adapter reports that it is on, but finds and connects nothing. With small radios, every scan
may be refused as "in progress", running scans hear nothing, or every connection is cancelled, until
the adapter is switched off (theengs/gateway#264; others use bluetooth-auto-recovery, which needs
rights that this program is not given). So it is switched off and on, as ``bluetoothctl power off``
does.

Rules
-----
* Only after ``STUCK_S`` in which nothing worked while a sensor was wanted; an adapter that is
  missing or off and a service that is down are waited for instead.
* Never while anything is connected to it, be it a sensor or somebody's headphones.
* Again only after ``AGAIN_S``, twice that, ... up to ``LONGEST_S``: without any Bluetooth device in
  reach nothing is heard either. A connection resets the interval.
* Whatever happens in between, it is switched on again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Any

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError

log = logging.getLogger("cued.ble")

Objects = dict[str, dict[str, dict[str, Variant]]]

STUCK_S = 180.0  # chosen: earlier would disturb others, later would keep the wearer waiting
LEAST_FAILURES = 3  # in a row; chosen
AGAIN_S, LONGEST_S = 300.0, 3600.0  # chosen, see above
OFF_S = 2.0  # chosen
WITHIN_S = 5.0  # chosen: BlueZ answers in milliseconds or hangs
BLUEZ, ADAPTER, DEVICE = "org.bluez", "org.bluez.Adapter1", "org.bluez.Device1"
MANAGER, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"
FAILS = (DBusError, OSError, EOFError, TimeoutError)


async def adapters() -> dict[str, str]:
    """Return the adapters' addresses by name; empty when there is no answer."""
    try:
        async with _bus() as bus:
            objects = await _objects(bus)
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
    """Make BlueZ forget a device and its list of services; return "" when done, else why not.

    A bond is kept: only the device's owner can make another.
    """
    try:
        async with _bus() as bus:
            device = (await _objects(bus)).get(path, {}).get(DEVICE)
            if device is None:
                return ""
            if "Paired" in device and device["Paired"].value:
                return "it is paired"
            await _call(bus, path.rpartition("/")[0], ADAPTER, "RemoveDevice", "o", path)
    except FAILS as error:
        log.debug("forgetting %s: %r", path, error)
        return "the Bluetooth service refused"
    return ""


class StuckAdapter:
    """Decides whether an adapter is stuck; times are the host's, s."""

    def __init__(self) -> None:
        self._deaf_since: float | None = None
        self._refused_since: float | None = None
        self._refused = 0
        self._cycles = 0
        self._not_before = float("-inf")

    def listening(self, t: float) -> None:
        """Note that a scan for a wanted device runs or was refused."""
        if self._deaf_since is None:
            self._deaf_since = t

    def excused(self) -> None:
        """Note that a device was found, that none is wanted, or that none can be found."""
        self._deaf_since = None

    def refused(self, t: float) -> None:
        """Note a failed connection."""
        self._refused_since = t if self._refused_since is None else self._refused_since
        self._refused += 1

    def connected(self) -> None:
        """Note a connection."""
        self._deaf_since = self._refused_since = None
        self._refused = self._cycles = 0

    def cycled(self, t: float) -> None:
        """Note that the adapter was switched off and on, or should have been."""
        self._not_before = t + min(LONGEST_S, AGAIN_S * 2.0**self._cycles)
        self._cycles = min(self._cycles + 1, 10)  # so that the power never overflows
        self._deaf_since = self._refused_since = None
        self._refused = 0

    def verdict(self, t: float) -> str:
        """Return what is wrong if a restart is due, or nothing."""
        if t < self._not_before:
            return ""
        if self._deaf_since is not None and t - self._deaf_since >= STUCK_S:
            return "the Bluetooth adapter hears nothing"
        since = self._refused_since
        if self._refused >= LEAST_FAILURES and since is not None and t - since >= STUCK_S:
            return "the Bluetooth adapter connects to nothing"
        return ""


async def cycle(adapter: str) -> str:
    """Switch an adapter (``hci1``; empty: the first) off and on; "" when done, else why not."""
    try:
        async with _bus() as bus:
            objects = await _objects(bus)
            path = _adapter(objects, adapter)
            if not path:
                return "it is not on"
            if _in_use(objects, path):
                return "something else is connected to it"
            await _off_and_on(bus, path)
    except FAILS as error:
        log.debug("power cycle: %r", error)
        return f"the Bluetooth service refused ({str(error) or 'no answer'})"
    return ""


async def _off_and_on(bus: MessageBus, path: str) -> None:
    try:
        await _power(bus, path, on=False)
        await asyncio.sleep(OFF_S)
    finally:
        await _power(bus, path, on=True)


async def _power(bus: MessageBus, path: str, *, on: bool) -> None:
    await _call(bus, path, PROPERTIES, "Set", "ssv", ADAPTER, "Powered", Variant("b", on))


@contextlib.asynccontextmanager
async def _bus() -> AsyncGenerator[MessageBus]:
    bus = MessageBus(bus_type=BusType.SYSTEM)
    try:
        async with asyncio.timeout(WITHIN_S):
            await bus.connect()
        yield bus
    finally:
        bus.disconnect()


async def _objects(bus: MessageBus) -> Objects:
    """Return everything that BlueZ knows, by path and interface."""
    return await _call(bus, "/", MANAGER, "GetManagedObjects", "")


async def _call(
    bus: MessageBus, path: str, interface: str, member: str, signature: str, *body: Any
) -> Any:
    """Call a method of BlueZ and return its answer. Raises DBusError, TimeoutError."""
    message = Message(BLUEZ, path, interface, member, signature=signature, body=list(body))
    async with asyncio.timeout(WITHIN_S):
        reply = await bus.call(message)
    if reply.message_type is MessageType.ERROR:
        raise DBusError(reply.error_name or "unnamed", str(reply.body))
    return reply.body[0] if reply.body else None


def _adapter(objects: Objects, name: str) -> str:
    """Return the path of the named adapter, or of the first, if it is on."""
    for path in sorted(objects):
        found = objects[path].get(ADAPTER)
        if found and found["Powered"].value and name in ("", path.rpartition("/")[2]):
            return path
    return ""


def _in_use(objects: Objects, adapter: str) -> bool:
    devices = [
        values[DEVICE]
        for path, values in objects.items()
        if path.startswith(adapter + "/") and DEVICE in values
    ]
    return any("Connected" in device and device["Connected"].value for device in devices)
