"""A stand-in for bluetoothd on a private D-Bus, against which bleak's real BlueZ back end runs.

    with private_bus():
        async with Bluez() as bluez:
            pod = bluez.add(CuedPod(bluez, 1))
            ...  # what runs here, or in a process with this environment, finds the pod
            bluez.notify(pod, uuid, data)

It has an adapter, devices that advertise during a scan, GATT tables, reads, writes with ATT errors,
notifications by signal and by socket, and the failures of the real service: refused connects, links
that die silently, links that drop, doubled callbacks, a restart, an adapter that is pulled out,
switched off or stuck until its power is cycled. It has no radio and none of BlueZ's timing, so it
shows nothing that depends on them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from typing import Any, TypeVar

from dbus_fast import Message, MessageType, Variant

from cued.standin._tree import Tree
from cued.standin.peripheral import ADAPTER, GATT, Char, Peripheral, ReadRefused

ADAPTER1, DEVICE1 = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE1, CHAR1 = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
FAILED, IN_PROGRESS = "org.bluez.Error.Failed", "org.bluez.Error.InProgress"
ATT = "Operation failed with ATT error: {:#04x}"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
ADVERTISE_EVERY_S = 0.1  # as the pod advertises
CONNECT_S, OUT_OF_REACH_S = 0.02, 1.0  # chosen: real ones take longer, tests would too
MTU = 247  # as a Pi negotiates with most sensors

Some = TypeVar("Some", bound=Peripheral)


class Bluez:
    """The stand-in. ``async with Bluez() as bluez`` inside a ``private_bus``.

    sockets : offers sockets for notifications. Use it only if needed: a dbus-fast connection that
    passes sockets is given up when its buffer is full, as after a stall.
    """

    def __init__(self, *, sockets: bool = False) -> None:
        self._sockets = sockets
        self._tree = Tree()
        self._known: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.devices: dict[str, Peripheral] = {}
        self.discovering = False
        self.has_adapter, self._adapter = True, ADAPTER
        self.powered = True
        self.stuck = ""  # "busy", "deaf" or "refusing" until its power is cycled
        self.cycles = 0  # of its power, over the bus

    async def __aenter__(self) -> Bluez:
        await self.begin()
        self._spawn(self._advertise())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.end()

    # --- for its user

    def add(self, device: Some) -> Some:
        """Put a device within reach."""
        self.devices[device.path] = device
        return device

    async def begin(self) -> None:
        """Start the service: take the name and put up the adapter."""
        await self._tree.begin(self._handle, sockets=self._sockets)
        if self.has_adapter:
            self.plug()

    async def end(self) -> None:
        """Kill the service without any signal."""
        self.discovering = False
        self._known.clear()
        for device in self.devices.values():
            device.forget_link()
        await self._tree.end()

    def plug(self, adapter: str = ADAPTER) -> None:
        """Plug the adapter in; it may be given another number."""
        self.has_adapter, self._adapter = True, adapter
        for device in self.devices.values():
            device.adapter = adapter
        self.devices = {device.path: device for device in self.devices.values()}
        properties = {
            "Address": Variant("s", "00:11:22:33:44:55"),
            "Powered": Variant("b", self.powered),
            "Discovering": Variant("b", False),
            "Roles": Variant("as", ["central", "peripheral"]),
            "UUIDs": Variant("as", []),
        }
        self._tree.put(adapter, ADAPTER1, properties)

    def unplug(self) -> None:
        """Pull the adapter out; every object under it disappears."""
        self.has_adapter = self.discovering = False
        self._drop_all()
        for path in sorted(self._tree.objects, reverse=True):
            self._tree.remove(path)
        self._known.clear()

    def power(self, on: bool) -> None:
        """Switch the radio, as rfkill does; switching it off ends any ``stuck`` state."""
        self.powered = on
        if not on:
            self.discovering = False
            self.stuck = ""
            self._drop_all()
        self._tree.change(self._adapter, ADAPTER1, {"Powered": Variant("b", on)})

    def notify(self, device: Peripheral, uuid: str, data: bytes) -> bool:
        """Send a notification; return False if there is no subscriber."""
        char = device.char(uuid)
        if not device.connected or not (char.notifying or char.socket):
            return False
        for _ in range(2 if device.doubled else 1):
            if char.socket is not None:
                char.socket.send(data)
            else:
                self._tree.change(char.path, CHAR1, {"Value": Variant("ay", data)})
        return True

    def drop(self, device: Peripheral) -> None:
        """Drop the link so that BlueZ notices."""
        device.forget_link()
        device.on_drop()
        off = {"ServicesResolved": Variant("b", False), "Connected": Variant("b", False)}
        self._tree.change(device.path, DEVICE1, off)
        for path in [p for p in self._tree.objects if p.startswith(device.path + "/")][::-1]:
            self._tree.remove(path)

    def expire(self, device: Peripheral) -> None:
        """Forget a device that was not seen for a while."""
        self._known.discard(device.path)
        self._tree.remove(device.path)

    def already_connected(self, device: Peripheral) -> None:
        """Show a device as connected, as after a program that crashed."""
        self._seen(device)
        device.connected = True
        both = {"Connected": Variant("b", True), "ServicesResolved": Variant("b", True)}
        uuids = {"UUIDs": Variant("as", [*device.advertised, GATT])}
        self._tree.change(device.path, DEVICE1, both | uuids)
        self._put_services(device)

    # --- advertising and connecting

    async def _advertise(self) -> None:
        while True:
            await asyncio.sleep(ADVERTISE_EVERY_S)
            if not (self.discovering and self.powered and self.has_adapter and self._tree.up):
                continue
            for device in self.devices.values():
                if device.advertising and not device.connected and self.stuck != "deaf":
                    self._seen(device)

    def _seen(self, device: Peripheral) -> None:
        if device.path in self._known:
            self._tree.change(device.path, DEVICE1, {"RSSI": Variant("n", device.rssi)})
            return
        self._known.add(device.path)
        self._tree.put(device.path, DEVICE1, device.properties())

    async def _connect(self, message: Message) -> None:
        device = self.devices[message.path or ""]
        device.connects += 1
        await asyncio.sleep(CONNECT_S)
        if self.stuck == "refusing":
            self._tree.send(Message.new_error(message, FAILED, "br-connection-canceled"))
            return
        if device.refusals:
            self._tree.send(Message.new_error(message, *device.refusals.pop(0)))
            return
        if not device.advertising:  # out of reach: BlueZ waits, then gives up
            await asyncio.sleep(OUT_OF_REACH_S)
            self._tree.send(Message.new_error(message, FAILED, "Host is down"))
            return
        device.connected = True
        self._tree.change(device.path, DEVICE1, {"Connected": Variant("b", True)})
        if not device.hangs and not device.stale:
            self._spawn(self._discover(device))
        self._tree.send(Message.new_method_return(message))

    async def _discover(self, device: Peripheral) -> None:
        if device.discovery_s:
            await asyncio.sleep(device.discovery_s)
        if device.connected:
            self._put_services(device)
            self._tree.change(device.path, DEVICE1, {"ServicesResolved": Variant("b", True)})

    def _remove(self, device: Peripheral) -> None:
        if device.connected:
            self.drop(device)
        device.stale = False
        self.expire(device)

    def _put_services(self, device: Peripheral) -> None:
        handle = 1
        for uuid, chars in device.services.items():
            service = f"{device.path}/service{handle:04x}"
            handle += 1
            properties = {
                "UUID": Variant("s", uuid),
                "Primary": Variant("b", True),
                "Device": Variant("o", device.path),
                "Includes": Variant("ao", []),
            }
            self._tree.put(service, SERVICE1, properties)
            for char_uuid, char in chars.items():
                char.path = f"{service}/char{handle:04x}"
                handle += 3
                self._put_char(service, char_uuid, char)

    def _put_char(self, service: str, uuid: str, char: Char) -> None:
        properties = {
            "UUID": Variant("s", uuid),
            "Service": Variant("o", service),
            "Value": Variant("ay", b""),
            "Notifying": Variant("b", False),
            "Flags": Variant("as", char.flags),
            "MTU": Variant("q", MTU),
        }
        if "notify" in char.flags and self._sockets:
            properties["NotifyAcquired"] = Variant("b", False)
        self._tree.put(char.path, CHAR1, properties)

    def _drop_all(self) -> None:
        for device in self.devices.values():
            if device.connected:
                self.drop(device)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- calls over the bus

    def _handle(self, message: Message) -> Message | bool | None:
        path = message.path or ""
        if message.message_type is not MessageType.METHOD_CALL or path.startswith("/org/free"):
            return None
        if path != "/" and path not in self._tree.objects:
            return Message.new_error(message, UNKNOWN_OBJECT, f"no such object {path}")
        if message.member == "Connect":
            self._spawn(self._connect(message))
            return True
        if message.member == "WriteValue" and (late_s := self._of(path).write_s):
            self._spawn(self._write_late(message, late_s))
            return True
        return self._answered(message, path) or self._done(message, path)

    def _answered(self, message: Message, path: str) -> Message | None:
        """Answer calls that return a value or may fail."""
        match message.member:
            case "GetManagedObjects":
                return Message.new_method_return(message, "a{oa{sa{sv}}}", [self._tree.objects])
            case "Get":
                interface, name = message.body
                value = self._tree.objects[path][interface][name]
                return Message.new_method_return(message, "v", [value])
            case "StartDiscovery":
                return self._start_discovery(message)
            case "AcquireNotify":
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                self._char(path).socket = ours
                return Message.new_method_return(message, "hq", [0, MTU], [theirs.detach()])
            case "StartNotify" if error := self._char(path).bonded:
                return Message.new_error(message, FAILED, ATT.format(error))
            case "Pair":  # no agent, as on a station without screen and keyboard
                return Message.new_error(message, FAILED, "Authentication Failed")
            case "WriteValue":
                return self._write(message)
            case "ReadValue":
                return self._read(message)
            case _:
                return None

    def _done(self, message: Message, path: str) -> Message:
        """Carry out calls without an answer; unknown ones count as done."""
        match message.member:
            case "StopDiscovery":
                self.discovering = False
            case "Disconnect":
                self.drop(self.devices[path])
            case "StartNotify" | "StopNotify":
                self._char(path).notifying = message.member == "StartNotify"
            case "RemoveDevice":
                self._remove(self.devices[message.body[0]])
            case "Set":
                self._set(*message.body)
            case _:
                pass
        return Message.new_method_return(message)

    def _start_discovery(self, message: Message) -> Message:
        if not self.powered:
            return Message.new_error(message, "org.bluez.Error.NotReady", "Resource Not Ready")
        if self.discovering or self.stuck == "busy":
            return Message.new_error(message, IN_PROGRESS, "Operation already in progress")
        self.discovering = True
        return Message.new_method_return(message)

    def _set(self, _interface: str, name: str, value: Variant) -> None:
        if name == "Powered":
            self.cycles += self.powered and not value.value
            self.power(bool(value.value))

    def _read(self, message: Message) -> Message:
        try:
            value = self._char(message.path or "").read()
        except ReadRefused as error:
            return Message.new_error(message, FAILED, str(error))
        return Message.new_method_return(message, "ay", [value])

    def _write(self, message: Message) -> Message:
        error = self._char(message.path or "").write(bytes(message.body[0]))
        if error is None:
            return Message.new_method_return(message)
        return Message.new_error(message, FAILED, ATT.format(error))

    async def _write_late(self, message: Message, late_s: float) -> None:
        await asyncio.sleep(late_s)
        self._tree.send(self._write(message))

    def _of(self, path: str) -> Peripheral:
        """Return the device that has this characteristic."""
        return next(d for d in self.devices.values() if path.startswith(d.path + "/"))

    def _char(self, path: str) -> Char:
        for device in self.devices.values():
            for chars in device.services.values():
                for char in chars.values():
                    if char.path == path:
                        return char
        raise KeyError(path)
