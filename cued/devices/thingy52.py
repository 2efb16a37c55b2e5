"""Nordic Thingy:52 with its stock firmware: raw motion, no device time.

Protocol facts
--------------
Base ``ef68xxxx-9b35-4933-9b10-52ffa9740042``: motion service 0400, configuration 0401 (pedometer,
temperature and compass interval u16 ms, motion rate u16 Hz 5 to 200, wake on motion u8), raw 0406
(notify, 18 bytes: acceleration i16 in g/1024, angular rate i16 in deg/s / 32, magnetic field i16
in µT/16). One sample a notification. The Thingy:53 has no such firmware.

Source: Nordic's firmware (Thingyjs divides by other numbers and is wrong). Certainty A for the
layout. Not tried on hardware; which acceleration range the firmware sets is unknown.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from cued.devices._gatt import DEGREE, G, packet, rows, standard, standard_start
from cued.devices._untimed import Rate
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import DecodeError, Floats
from cued.parts import NoOptions, Part


def _uuid(short: int) -> str:
    return f"ef68{short:04x}-9b35-4933-9b10-52ffa9740042"


SERVICE, CONFIGURE, RAW = _uuid(0x0400), _uuid(0x0401), _uuid(0x0406)
THINGY = _uuid(0x0100)  # its configuration service, the one it advertises
SETTINGS = struct.Struct("<HHHHB")  # see above
RATE_HZ, IDLE_HZ = 100, 10  # chosen: the rate of the engine's grid; little load on its cell


def decode(data: bytes) -> tuple[Floats, Floats, Floats]:
    """Decode a raw notification: acceleration g, angular rate deg/s, field µT, (1, 3) each."""
    if len(data) != 18:
        raise DecodeError(f"Thingy sample of {len(data)} bytes")
    counts = rows("<i2", data, 9)
    return counts[:, :3] / 1024, counts[:, 3:6] / 32, counts[:, 6:] / 16


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is a Thingy:52's."""
    return advert.name.startswith("Thingy") or THINGY in advert.services


class Thingy52(Device):
    """One connection to a Thingy:52."""

    def __init__(self, config: NoOptions, sensor: str) -> None:
        self._sensor = sensor
        self._rate = Rate(RATE_HZ, only=False)

    def start(self, services: Sequence[str]) -> list[Action]:
        """Set the rate and subscribe."""
        self.need(services, "this Thingy sends no raw motion; a Thingy:53 never does", RAW)
        return [
            Write(CONFIGURE, SETTINGS.pack(1000, 500, 500, RATE_HZ, 1)),
            *standard_start(services),
            Subscribe(RAW),
        ]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a sample or a standard value."""
        if char != RAW:
            return standard(t, self._sensor, char, data)
        acc, gyr, _ = decode(data)
        rate = self._rate.feed(t, len(acc))
        if rate is None:
            return []
        return [packet(t, self._sensor, acc * G, gyr * DEGREE, rate_hz=rate)]

    def stop(self) -> list[Action]:
        """Slow it down to spare its cell."""
        return [Write(CONFIGURE, SETTINGS.pack(1000, 500, 500, IDLE_HZ, 1))]


PART = Part(NoOptions, Thingy52)
