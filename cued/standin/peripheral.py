"""A simulated Bluetooth device: its services and its behaviour."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from dbus_fast import Variant

from cued.standin._tree import Values

ADAPTER = "/org/bluez/hci0"
FLAGS = ("Connected", "Paired", "Trusted", "Blocked", "LegacyPairing", "ServicesResolved")


def sig(short: int) -> str:
    """Return the full form of a UUID that the Bluetooth SIG assigned."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


GATT = sig(0x1801)
BATTERY, BATTERY_LEVEL = sig(0x180F), sig(0x2A19)


class ReadRefused(Exception):
    """Raised by a read to answer with an error; the text is BlueZ's."""


def _nothing() -> bytes:
    return b""


def _accept(_data: bytes) -> int | None:
    return None


def _ignore() -> None:
    pass


@dataclass
class Char:
    """A characteristic: flags, a function for reads, and one for writes (returns an ATT error).

    bonded : ATT error for a subscription without a bond, or 0.
    """

    flags: list[str]
    read: Callable[[], bytes] = _nothing
    write: Callable[[bytes], int | None] = _accept
    path: str = ""
    bonded: int = 0
    notifying: bool = False
    socket: socket.socket | None = None


Services: TypeAlias = dict[str, dict[str, Char]]  # UUID of a service: UUID of a characteristic


@dataclass
class Peripheral:
    """A device and the ways in which it can misbehave.

    doubled : every notification comes twice.  refusals : (D-Bus error, text) of the next connects.
    hangs : it connects, but its services are never found; stale : not until BlueZ forgets it.
    discovery_s : time to find its services.  write_s : time to confirm a write.
    paired : it has a bond.  adapter : the one in whose reach it is.
    """

    address: str
    name: str
    services: Services
    advertised: list[str] = field(default_factory=list[str])
    manufacturer: dict[int, bytes] = field(default_factory=dict[int, bytes])
    service_data: dict[str, bytes] = field(default_factory=dict[str, bytes])
    rssi: int = -55
    advertising: bool = True
    connected: bool = False
    doubled: bool = False
    hangs: bool = False
    stale: bool = False
    paired: bool = False
    discovery_s: float = 0.0
    write_s: float = 0.0
    refusals: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    connects: int = 0
    adapter: str = ADAPTER
    on_drop: Callable[[], None] = _ignore

    @property
    def path(self) -> str:
        """Its object's path on the bus."""
        return f"{self.adapter}/dev_{self.address.replace(':', '_')}"

    def char(self, uuid: str) -> Char:
        """Find one of its characteristics."""
        return next(chars[uuid] for chars in self.services.values() if uuid in chars)

    def properties(self) -> Values:
        """Return BlueZ's properties of a device that was just seen."""
        properties: Values = {flag: Variant("b", False) for flag in FLAGS} | {
            "Address": Variant("s", self.address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", self.name or self.address),
            "Adapter": Variant("o", self.adapter),
            "UUIDs": Variant("as", self.advertised),
            "RSSI": Variant("n", self.rssi),
            "Paired": Variant("b", self.paired),
        }
        if self.name:
            properties["Name"] = Variant("s", self.name)
        if self.manufacturer:
            data = {k: Variant("ay", v) for k, v in self.manufacturer.items()}
            properties["ManufacturerData"] = Variant("a{qv}", data)
        if self.service_data:
            data = {k: Variant("ay", v) for k, v in self.service_data.items()}
            properties["ServiceData"] = Variant("a{sv}", data)
        return properties

    def forget_link(self) -> None:
        """Forget the connection and all subscriptions."""
        self.connected = False
        for char in (char for chars in self.services.values() for char in chars.values()):
            char.notifying = False
            if char.socket is not None:
                char.socket.close()
                char.socket = None


class Far(Protocol):
    """A medium for a peripheral's notifications: the stand-in, or another one."""

    def notify(self, device: Peripheral, uuid: str, data: bytes) -> bool:
        """Send a notification; return False if there is no subscriber."""
        ...
