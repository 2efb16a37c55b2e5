"""The interface of a device: one wearable's or treadmill's protocol, sans-IO.

A device turns bytes into inputs and returns bytes to write; it never waits, reads a clock or
touches a radio. ``sources/ble.py`` and the replay of a session drive it alike; a replay never calls
``request``, so the inputs that ``receive`` returns must not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from cued import parts
from cued.model import BeltRequest, CuedError, DecodeError, Input, LinkChanged


class Write(Struct, frozen=True):
    """Bytes to write to a characteristic, with or without response.

    char : its UUID, or ``service/characteristic`` where several services share one.
    """

    char: str
    data: bytes
    response: bool = True


class Subscribe(Struct, frozen=True):
    """Notifications (or indications) to switch on.

    acquire : receive them through a socket (BlueZ's AcquireNotify) instead of D-Bus signals. That
    is cheaper for each packet, but one that comes before the answer to the subscription is lost,
    and some firmware cannot do it.
    """

    char: str
    acquire: bool = False


class Read(Struct, frozen=True):
    """A characteristic to read once; the bytes come back through ``receive``."""

    char: str


# A motor's pulses in order: the rest before each and its length, s.
PulseTrain: TypeAlias = tuple[tuple[float, float], ...]


class Answer(Struct, frozen=True):
    """The result of the last ``request`` or ``pulse``: done (""), or why not."""

    why: str = ""


Action: TypeAlias = Write | Subscribe | Read
Output: TypeAlias = Input | Action | Answer


def inputs_of(outputs: Iterable[Output]) -> tuple[Input, ...]:
    """Return the measurements among a device's outputs; the rest concerns its connection."""
    return tuple(o for o in outputs if not isinstance(o, Action | Answer | LinkChanged))


class Advert(Struct, frozen=True):
    """What a device advertises before it is connected."""

    address: str
    name: str
    services: tuple[str, ...] = ()
    manufacturer: dict[int, bytes] = {}
    rssi: int | None = None
    service_data: dict[str, bytes] = {}


def make(sensor: str, device: str, options: Mapping[str, Any]) -> Device:
    """Build the decoder of a sensor. Raises CuedError if the device has no such options."""
    part = parts.load("devices", device)
    try:
        return part.build(msgspec.convert(options, part.config), sensor)
    except msgspec.ValidationError as error:
        raise CuedError(f"sensor {sensor} ({device}): {error}") from None


class Device(Protocol):
    """One connection's protocol state; a new object per connection.

    ``PART.build(config, sensor)`` makes one for the sensor of that name. The module also has a
    function ``matches(advert) -> bool``. Methods that a device does not need are inherited.
    """

    def start(self, services: Sequence[str]) -> list[Action]:
        """Return the first actions after connecting.

        services : the UUIDs found, characteristics too.
        Raises ``DecodeError`` with a sentence for the wearer if it cannot use this device.
        """
        ...

    @staticmethod
    def need(services: Sequence[str], why: str, *chars: str) -> None:
        """Raise DecodeError with this sentence unless all are found, or no search was made."""
        if services and not set(chars) <= set(services):
            raise DecodeError(why)

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Decode a notification, indication or read reply that arrived at ``t``.

        Raises ``DecodeError`` and nothing else, whatever the bytes.
        """
        ...

    def tick(self, t: float) -> list[Output]:
        """Return the outputs due at ``t``; called every tenth of a second while connected."""
        return []

    def refused(self, t: float, write: Write, why: str) -> list[Output]:
        """Note that a write was refused; the link stays up."""
        return []

    def stop(self) -> list[Action]:
        """Return the last actions before disconnecting."""
        return []

    def rest(self) -> list[Action]:
        """Return the actions that put it to sleep until it is moved; empty if it cannot sleep."""
        return []

    def pulse(self, t: float, rhythm: PulseTrain) -> list[Write | Answer]:
        """Return the write that plays a rhythm on its motor from ``t``, or why it can't."""
        return [Answer("it has no motor")]

    def request(self, request: BeltRequest) -> list[Action | Answer]:
        """Start on a request to the treadmill, or refuse it; empty if it has to wait.

        ``receive`` or ``tick`` returns the ``Answer`` once the treadmill has responded. The writes
        for a stop (a speed of 0) overtake everything else.
        """
        return [Answer("this device drives no belt")]
