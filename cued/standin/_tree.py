"""The stand-in's objects on the bus, and the signals of their changes.

dbus-fast comes with bleak only on Linux, which is also the only system with BlueZ.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeAlias

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

MANAGER, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"

Values: TypeAlias = dict[str, Variant]
Handle: TypeAlias = Callable[[Message], Message | bool | None]


class Tree:
    """Objects by path, each with its interfaces and their properties."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Values]] = {}
        self._bus: MessageBus | None = None

    @property
    def up(self) -> bool:
        """Whether the service is on the bus."""
        return self._bus is not None

    async def begin(self, handle: Handle, *, sockets: bool) -> None:
        """Claim BlueZ's name on the bus."""
        self._bus = await MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=sockets).connect()
        self._bus.add_message_handler(handle)
        await self._bus.request_name("org.bluez")

    async def end(self) -> None:
        """Leave the bus without any signal."""
        self.objects.clear()
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.disconnect()
            with contextlib.suppress(Exception):
                await bus.wait_for_disconnect()

    def send(self, message: Message) -> None:
        """Send a message, if there is a bus to send it on."""
        if self._bus is not None:
            self._bus.send(message)

    def put(self, path: str, interface: str, values: Values) -> None:
        """Add an object and signal it."""
        self.objects[path] = {interface: values}
        self._signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, self.objects[path]])

    def remove(self, path: str) -> None:
        """Remove an object and announce that."""
        if path in self.objects:
            interfaces = list(self.objects.pop(path))
            self._signal("/", MANAGER, "InterfacesRemoved", "oas", [path, interfaces])

    def change(self, path: str, interface: str, values: Values) -> None:
        """Change properties and signal it."""
        if path in self.objects:
            self.objects[path][interface].update(values)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    def _signal(
        self, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> None:
        self.send(
            Message(
                message_type=MessageType.SIGNAL,
                path=path,
                interface=interface,
                member=member,
                signature=signature,
                body=body,
            )
        )
