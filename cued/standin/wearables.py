"""Simulated wearables, and the project's own pod: its services, start command and frames.

A ``Family`` is a kind of wearable; a ``FarDevice`` is one device of it, which answers its driver
like the real one. The pod is written from docs/pod-protocol.md, not from its decoder.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from cued.frames import GRAVITY_M_S2
from cued.model import Floats
from cued.standin.peripheral import BATTERY, BATTERY_LEVEL, Char, Far, Peripheral, Services

G = GRAVITY_M_S2
Counts: TypeAlias = NDArray[np.int16]

POD, POD_DATA, POD_CONTROL, POD_MOTOR = (
    f"6375000{n}-6564-4b2a-a5c1-7d0e9f3b5a10" for n in (1, 2, 3, 4)
)
POD_ACC, POD_DPS = 0.488e-3 * G, 0.070  # of one count


class Family(Struct, frozen=True):
    """Devices of one kind.

    device : its decoder's name.  name : as advertised.  services : makes one device's services.
    """

    device: str
    name: str
    services: Callable[[FarDevice], Services]
    advertised: tuple[str, ...] = ()


class FarDevice:
    """One device of a family, within reach of ``far``; ``index`` makes name and address unique."""

    def __init__(self, family: Family, far: Far, index: int) -> None:
        self.family = family
        self.started = False
        self._far = far
        self.peripheral = Peripheral(
            address=f"C0:AA:00:00:00:{index:02X}",
            name=f"{family.name} {index:04d}",
            services=family.services(self),
            advertised=list(family.advertised),
        )

    def starts_on(self, message: bytes) -> Callable[[bytes], int | None]:
        """Make a write function that starts the stream on this message."""

        def written(data: bytes) -> None:
            self.started = self.started or data == message

        return written

    def answer(self, char: str, data: bytes) -> None:
        """Answer a little later, as a radio does."""
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, self._far.notify, self.peripheral, char, data)

    def send(self, char: str, data: bytes) -> bool:
        """Send a frame; return False if there is no subscriber."""
        return self._far.notify(self.peripheral, char, data)


def counts(values: Floats, unit: float) -> Counts:
    """Round to the counts of a 16-bit converter, clipped to its range."""
    return np.clip(np.round(values / unit), -32768, 32767).astype("<i2")


def _pod_services(worn: FarDevice) -> Services:
    def command(data: bytes) -> None:
        worn.started = data == b"\x01"

    chars = {
        POD_CONTROL: Char(["write"], write=command),
        POD_DATA: Char(["notify"]),
        POD_MOTOR: Char(["write"]),
    }
    battery = {BATTERY_LEVEL: Char(["read", "notify"], read=lambda: bytes([80]))}
    return {POD: chars, BATTERY: battery}


def pod_frame(counter: int, first_us: int, step_us: int, values: Counts) -> bytes:
    """Pack (n, 6) counts into a pod's frame; the time is its first sample's."""
    head = (1, len(values), counter % 2**16, first_us % 2**32, step_us)
    return struct.pack("<BBHIH", *head) + values.astype("<i2").tobytes()


POD_FAMILY = Family("pod", "cued pod", _pod_services, (POD,))
