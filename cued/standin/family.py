"""What a family of wearables is here: its table, how it is started, and movement into its frames.

A family is one ``Family``; ``FarDevice`` is one device of it, which answers its driver as the real
one does and, once it was started, plays a plan: the frames of a movement and when each is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from cued.frames import GRAVITY_M_S2
from cued.model import Floats, Placement
from cued.standin.peripheral import Far, Peripheral, Services

G = GRAVITY_M_S2
# (when it is sent, s; characteristic; bytes), in order
Plan: TypeAlias = list[tuple[float, str, bytes]]
Counts: TypeAlias = NDArray[np.int16]


class Family(Struct, frozen=True):
    """Devices of one kind.

    device : its decoder's name.  name : as it is advertised.  services : its table, for one device.
    plan : frames of a movement: (n,) s, (n, 3) m/s², (n, 3) rad/s, at ``rate_hz``.
    """

    device: str
    name: str
    services: Callable[[FarDevice], Services]
    plan: Callable[[Floats, Floats, Floats], Plan]
    rate_hz: float = 100.0
    placement: Placement = "foot_left"
    gyroscope: bool = True
    advertised: tuple[str, ...] = ()


class FarDevice:
    """One device of a family, within reach of ``far``. ``index`` makes name and address its own."""

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
        """Make what takes a write and starts the stream at this message."""

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


async def play(plans: Mapping[FarDevice, Plan], start: float) -> int:
    """Send the plans' frames from ``start`` (loop's clock); return how many nobody received."""
    loop = asyncio.get_running_loop()
    rows = [(at, worn, char, data) for worn, plan in plans.items() for at, char, data in plan]
    missed = 0
    for at, worn, char, data in sorted(rows, key=lambda row: row[0]):
        wait = start + at - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        missed += not worn.send(char, data)
    return missed


def counts(values: Floats, unit: float) -> Counts:
    """Round to whole units of a 16-bit converter, clipped where it ends."""
    return np.clip(np.round(values / unit), -32768, 32767).astype("<i2")


def batches(n: int, size: int) -> list[slice]:
    """Cut n samples into frames of a size; the rest that fills none is left out."""
    return [slice(at, at + size) for at in range(0, n - size + 1, size)]
