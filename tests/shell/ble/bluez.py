"""A stand-in for bluetoothd on a D-Bus of its own: bleak's real BlueZ backend runs against it.

It has adapters, devices that advertise when told to, GATT tables, reads, writes with ATT errors,
notifications by signal and by socket, and the ways in which the real thing fails: refused connects,
links that die silently, links that drop, doubled callbacks, a restart, an adapter that is pulled
out or switched off. It has no radio and none of BlueZ's timing; what depends on those is not shown
by tests with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADAPTER = "/org/bluez/hci0"
ADAPTER1, DEVICE1 = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE1, CHAR1 = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
MANAGER, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"
ADVERTISE_EVERY_S = 0.1

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


@contextlib.contextmanager
def private_bus() -> Iterator[str]:
    """Run a dbus-daemon of our own; gives its address, also as DBUS_SYSTEM_BUS_ADDRESS."""
    folder = Path(tempfile.mkdtemp(prefix="cued-dbus-"))
    path, config = folder / "bus", folder / "bus.conf"
    config.write_text(CONFIG.format(socket=path))
    program = shutil.which("dbus-daemon") or "dbus-daemon"
    daemon = subprocess.Popen(
        [program, f"--config-file={config}", "--nofork", "--nopidfile"],
        stderr=subprocess.DEVNULL,
    )
    before = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={path}"
    try:
        deadline = time.monotonic() + 5
        while not path.exists():
            if time.monotonic() > deadline or daemon.poll() is not None:
                raise RuntimeError("dbus-daemon did not start")
            time.sleep(0.01)
        yield os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
    finally:
        daemon.terminate()
        daemon.wait(5)
        if before is None:
            del os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
        else:
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before
        shutil.rmtree(folder, ignore_errors=True)


class Refused(Exception):
    """What a read raises to be answered with an error; the text is BlueZ's."""


@dataclass
class Char:
    """A characteristic: its flags, what a read gives, what a write does (an ATT error or None)."""

    flags: list[str]
    read: Callable[[], bytes] = lambda: b""
    write: Callable[[bytes], int | None] = lambda _data: None
    path: str = ""
    notifying: bool = False
    socket: socket.socket | None = None


@dataclass
class Peripheral:
    """A device out there. ``services``: UUID -> characteristic UUID -> Char."""

    address: str
    name: str
    services: dict[str, dict[str, Char]]
    advertised: list[str] = field(default_factory=list)
    manufacturer: dict[int, bytes] = field(default_factory=dict)
    rssi: int = -55
    advertising: bool = True
    connected: bool = False
    doubled: bool = False
    refusals: list[tuple[str, str]] = field(default_factory=list)
    connects: int = 0
    on_drop: Callable[[], None] = lambda: None

    @property
    def path(self) -> str:
        return f"{ADAPTER}/dev_{self.address.replace(':', '_')}"

    def char(self, uuid: str) -> Char:
        return next(cs[uuid] for cs in self.services.values() if uuid in cs)


class Bluez:
    """The stand-in. ``async with Bluez() as bluez`` inside a ``private_bus``.

    sockets : can give sockets for notifications. Only where they are needed: dbus-fast gives a
    connection that passes them up when its buffer is full, as after a stall.
    """

    def __init__(self, *, sockets: bool = False) -> None:
        self._sockets = sockets
        self.devices: dict[str, Peripheral] = {}
        self.objects: dict[str, dict[str, dict[str, Variant]]] = {}
        self.discovering = False
        self.scans = 0
        self._known: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._bus: MessageBus | None = None
        self.has_adapter = True
        self.powered = True

    async def __aenter__(self) -> Bluez:
        await self.begin()
        self._spawn(self._advertise())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.end()

    # --- what a test does

    def add(self, device: Peripheral) -> Peripheral:
        self.devices[device.path] = device
        return device

    async def begin(self) -> None:
        """Start the service: take the name and put up the adapter."""
        self._bus = await MessageBus(
            bus_type=BusType.SYSTEM, negotiate_unix_fd=self._sockets
        ).connect()
        self._bus.add_message_handler(self._handle)
        await self._bus.request_name("org.bluez")
        if self.has_adapter:
            self.plug()

    async def end(self) -> None:
        """Kill the service without a word: no signal, the name just goes."""
        self.discovering = False
        self.objects.clear()
        self._known.clear()
        for device in self.devices.values():
            self._forget_link(device)
        if self._bus is not None:
            self._bus.disconnect()
            with contextlib.suppress(Exception):
                await self._bus.wait_for_disconnect()
        self._bus = None

    def plug(self) -> None:
        self.has_adapter = True
        properties = {
            "Address": Variant("s", "00:11:22:33:44:55"),
            "Powered": Variant("b", self.powered),
            "Discovering": Variant("b", False),
            "Roles": Variant("as", ["central", "peripheral"]),
            "UUIDs": Variant("as", []),
        }
        self._put(ADAPTER, {ADAPTER1: properties})

    def unplug(self) -> None:
        """Pull the adapter out: every object under it goes."""
        self.has_adapter = self.discovering = False
        for device in self.devices.values():
            if device.connected:
                self.drop(device)
        for path in sorted(self.objects, reverse=True):
            self._remove(path)
        self._known.clear()

    def power(self, on: bool) -> None:
        """Switch the radio, as rfkill does."""
        self.powered = on
        if not on:
            self.discovering = False
            for device in self.devices.values():
                if device.connected:
                    self.drop(device)
        self._changed(ADAPTER, ADAPTER1, {"Powered": Variant("b", on)})

    def notify(self, device: Peripheral, uuid: str, data: bytes) -> bool:
        """Send a notification; False when nobody subscribed."""
        char = device.char(uuid)
        if not device.connected or not (char.notifying or char.socket):
            return False
        for _ in range(2 if device.doubled else 1):
            if char.socket is not None:
                char.socket.send(data)
            else:
                self._changed(char.path, CHAR1, {"Value": Variant("ay", data)})
        return True

    def drop(self, device: Peripheral) -> None:
        """Lose the link, with BlueZ noticing."""
        self._forget_link(device)
        device.on_drop()
        off = {"ServicesResolved": Variant("b", False), "Connected": Variant("b", False)}
        self._changed(device.path, DEVICE1, off)
        for path in [p for p in self.objects if p.startswith(device.path + "/")][::-1]:
            self._remove(path)

    # --- advertising and connecting

    async def _advertise(self) -> None:
        while True:
            await asyncio.sleep(ADVERTISE_EVERY_S)
            if not (self.discovering and self.powered and self.has_adapter and self._bus):
                continue
            for device in self.devices.values():
                if device.advertising and not device.connected:
                    self._seen(device)

    def _seen(self, device: Peripheral) -> None:
        if device.path in self._known:
            self._changed(device.path, DEVICE1, {"RSSI": Variant("n", device.rssi)})
            return
        self._known.add(device.path)
        properties = {
            "Address": Variant("s", device.address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", device.name or device.address),
            "Adapter": Variant("o", ADAPTER),
            "UUIDs": Variant("as", device.advertised),
            "RSSI": Variant("n", device.rssi),
        }
        if device.name:
            properties["Name"] = Variant("s", device.name)
        if device.manufacturer:
            data = {k: Variant("ay", v) for k, v in device.manufacturer.items()}
            properties["ManufacturerData"] = Variant("a{qv}", data)
        for flag in (
            "Connected",
            "Paired",
            "Trusted",
            "Blocked",
            "LegacyPairing",
            "ServicesResolved",
        ):
            properties[flag] = Variant("b", False)
        self._put(device.path, {DEVICE1: properties})

    def expire(self, device: Peripheral) -> None:
        """Forget a device that was not seen for a while."""
        self._known.discard(device.path)
        self._remove(device.path)

    async def _connect(self, message: Message) -> None:
        device = self.devices[message.path or ""]
        device.connects += 1
        await asyncio.sleep(0.02)
        if device.refusals:
            self._send(Message.new_error(message, *device.refusals.pop(0)))
            return
        if not device.advertising:  # out of reach: BlueZ waits, then gives up
            await asyncio.sleep(1.0)
            self._send(Message.new_error(message, "org.bluez.Error.Failed", "Host is down"))
            return
        device.connected = True
        self._changed(device.path, DEVICE1, {"Connected": Variant("b", True)})
        self._put_services(device)
        self._changed(device.path, DEVICE1, {"ServicesResolved": Variant("b", True)})
        self._send(Message.new_method_return(message))

    def already_connected(self, device: Peripheral) -> None:
        """Be in the state in which a crashed program leaves the service."""
        self._seen(device)
        device.connected = True
        both = {"Connected": Variant("b", True), "ServicesResolved": Variant("b", True)}
        uuids = {"UUIDs": Variant("as", [*device.advertised, GATT])}
        self._changed(device.path, DEVICE1, both | uuids)
        self._put_services(device)

    def _put_services(self, device: Peripheral) -> None:
        handle = 1
        for service_uuid, chars in device.services.items():
            service = f"{device.path}/service{handle:04x}"
            handle += 1
            properties = {
                "UUID": Variant("s", service_uuid),
                "Primary": Variant("b", True),
                "Device": Variant("o", device.path),
                "Includes": Variant("ao", []),
            }
            self._put(service, {SERVICE1: properties})
            for uuid, char in chars.items():
                char.path = f"{service}/char{handle:04x}"
                handle += 3
                properties = {
                    "UUID": Variant("s", uuid),
                    "Service": Variant("o", service),
                    "Value": Variant("ay", b""),
                    "Notifying": Variant("b", False),
                    "Flags": Variant("as", char.flags),
                    "MTU": Variant("q", 247),
                }
                if "notify" in char.flags and self._sockets:
                    properties["NotifyAcquired"] = Variant("b", False)
                self._put(char.path, {CHAR1: properties})

    def _forget_link(self, device: Peripheral) -> None:
        device.connected = False
        for chars in device.services.values():
            for char in chars.values():
                char.notifying = False
                if char.socket is not None:
                    char.socket.close()
                    char.socket = None

    # --- D-Bus

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _send(self, message: Message) -> None:
        if self._bus is not None:
            self._bus.send(message)

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]):
        self._send(
            Message(
                message_type=MessageType.SIGNAL,
                path=path,
                interface=interface,
                member=member,
                signature=signature,
                body=body,
            )
        )

    def _changed(self, path: str, interface: str, values: dict[str, Variant]) -> None:
        if path in self.objects:
            self.objects[path][interface].update(values)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    def _put(self, path: str, interfaces: dict[str, dict[str, Variant]]) -> None:
        self.objects[path] = interfaces
        self._signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def _remove(self, path: str) -> None:
        if path in self.objects:
            interfaces = list(self.objects.pop(path))
            self._signal("/", MANAGER, "InterfacesRemoved", "oas", [path, interfaces])

    def _handle(self, message: Message) -> Message | bool | None:  # noqa: PLR0912
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        if (message.path or "").startswith("/org/freedesktop"):
            return None
        if message.path != "/" and message.path not in self.objects:
            unknown = "org.freedesktop.DBus.Error.UnknownObject"
            return Message.new_error(message, unknown, f"no such object {message.path}")
        match message.member:
            case "GetManagedObjects":
                return Message.new_method_return(message, "a{oa{sa{sv}}}", [self.objects])
            case "StartDiscovery":
                return self._start_discovery(message)
            case "StopDiscovery":
                self.discovering = False
            case "Connect":
                self._spawn(self._connect(message))
                return True
            case "Disconnect":
                self.drop(self.devices[message.path or ""])
            case "StartNotify" | "StopNotify":
                self._char(message).notifying = message.member == "StartNotify"
            case "AcquireNotify":
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                self._char(message).socket = ours
                return Message.new_method_return(message, "hq", [0, 247], [theirs.detach()])
            case "WriteValue":
                return self._write(message)
            case "ReadValue":
                return self._read(message)
            case "Get":
                interface, name = message.body
                value = self.objects[message.path or ""][interface][name]
                return Message.new_method_return(message, "v", [value])
            case _:
                pass
        return Message.new_method_return(message)

    def _start_discovery(self, message: Message) -> Message:
        if not self.powered:
            return Message.new_error(message, "org.bluez.Error.NotReady", "Resource Not Ready")
        if self.discovering:
            return Message.new_error(message, "org.bluez.Error.InProgress", "already scanning")
        self.discovering = True
        self.scans += 1
        return Message.new_method_return(message)

    def _read(self, message: Message) -> Message:
        try:
            return Message.new_method_return(message, "ay", [self._char(message).read()])
        except Refused as error:
            return Message.new_error(message, "org.bluez.Error.Failed", str(error))

    def _write(self, message: Message) -> Message:
        error = self._char(message).write(bytes(message.body[0]))
        if error is None:
            return Message.new_method_return(message)
        text = f"Operation failed with ATT error: {error:#04x}"
        return Message.new_error(message, "org.bluez.Error.Failed", text)

    def _char(self, message: Message) -> Char:
        for device in self.devices.values():
            for chars in device.services.values():
                for char in chars.values():
                    if char.path == message.path:
                        return char
        raise KeyError(message.path)


GATT = "00001801-0000-1000-8000-00805f9b34fb"
