"""Adafruit boards with CircuitPython: CLUE, Feather Sense, Circuit Playground Bluefruit.

Protocol facts
--------------
Base ``adafxxxx-c332-42a8-93bd-25e905756cb8``: acceleration service 0200, value 0201 (notify, 3
float32, m/s²); gyroscope 0400, 0401 (rad/s). Each service has a measurement period 0001 (i32 ms;
0 every change, -1 stop). UUID 0001 occurs in each service, so on a board with several services a
period is addressed as ``<service>/0001``. One sample a notification, no device time, at the rate
that the link carries (30 to 60 Hz in practice).

The stock example runs the LSM6DS chips at 4 g and 250 deg/s: too little for running. The pod
firmware (docs/pod-protocol.md) on the same boards is the better choice.

Source: adafruit_ble_adafruit, adafruit_lsm6ds. Certainty A. Not tried on hardware.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from cued.devices._gatt import packet, rows, standard, standard_start
from cued.devices._untimed import Rate, Zipped
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import DecodeError, Floats
from cued.parts import Part


def _uuid(short: int) -> str:
    return f"adaf{short:04x}-c332-42a8-93bd-25e905756cb8"


PERIOD = _uuid(0x0001)
PERIOD_MS = 20  # chosen: links carry 30 to 60 Hz
ACC_SERVICE, ACC, GYRO_SERVICE, GYRO = (_uuid(n) for n in (0x0200, 0x0201, 0x0400, 0x0401))


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an Adafruit board."""

    gyroscope: Annotated[bool, Meta(description="Use the gyroscope if the board has one.")] = True


def decode(data: bytes) -> Floats:
    """Decode three floats, (1, 3)."""
    if len(data) != 12:
        raise DecodeError(f"sample of {len(data)} bytes")
    return rows("<f4", data, 3)


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is from a board with the motion services."""
    return ACC_SERVICE in advert.services or advert.name.startswith(("CIRCUITPY", "Bluefruit"))


class CircuitPython(Device):
    """One connection to an Adafruit board."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._rate = Rate(1000.0 / PERIOD_MS, only=False)
        self._streams: Zipped | None = None
        self._services: list[str] = []

    def start(self, services: Sequence[str]) -> list[Action]:
        """Set the periods and subscribe."""
        self.need(services, "this board has no acceleration service", ACC)
        self._services = [ACC_SERVICE]
        values = [ACC]
        if GYRO in services and self._config.gyroscope:
            self._streams = Zipped()
            self._services.append(GYRO_SERVICE)
            values.append(GYRO)
        return [
            *self._periods(PERIOD_MS),
            *standard_start(services),
            *(Subscribe(value) for value in values),
        ]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a sample of either kind."""
        if char not in (ACC, GYRO):
            return standard(t, self._sensor, char, data)
        acc, gyr = decode(data), None
        if self._streams is not None:
            both = self._streams.feed(0 if char == ACC else 1, acc)
            if both is None:
                return []
            acc, gyr = both
        elif char == GYRO:
            return []
        rate = self._rate.feed(t, len(acc))
        return [packet(t, self._sensor, acc, gyr, rate_hz=rate)] if rate else []

    def stop(self) -> list[Action]:
        """Stop measuring."""
        return [*self._periods(-1)]

    def _periods(self, ms: int) -> list[Write]:
        data = struct.pack("<i", ms)
        return [Write(f"{service}/{PERIOD}", data) for service in self._services]


PART = Part(Config, CircuitPython)
