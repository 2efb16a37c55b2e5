"""Movesense (HR+, HR2, MD, Flash) over its "GATT sensor data" service.

Protocol facts
--------------
Service ``34802252-...``, write ``34800001-...``, notify ``34800002-...``. Commands
``[command][reference][payload]``: 1 subscribe to a path, 2 unsubscribe, 4 get, 7 system mode.
Answers ``[code][reference]...``: 1 reply (status u16 as in HTTP; old firmware sends errors
big-endian), 2 data, 3 second part of data. Measurement: u32 ms since boot of the first sample,
then float32: all accelerations, all angular rates, (all magnetic fields); m/s², deg/s, µT. It
contains no sample count: a first part is complete if it holds a whole number of samples, which the
156 bytes of a split one do not (8 too many, at 24 as at 36 bytes a sample). One with fewer samples
than before was cut off, so that accelerations would be taken for angular rates.

At 52 Hz a packet holds 4 samples; at 104 Hz, 8 samples come in two parts. Status 429 means that the
sensor's own pool is full until it restarts, so it is restarted.

Sources: movesense.com GATT sensor data protocol, movesense-commander (captures), movesense-py.
Certainty A at 52 Hz, B for split frames (rule documented, no capture). Firmware without the service
is reported to the wearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cued.devices._gatt import (
    DEGREE,
    Ticks,
    evenly,
    fields,
    packet,
    rows,
    standard,
    standard_start,
)
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import Battery, DecodeError, Floats, LinkChanged
from cued.parts import Part

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY = "34800002-7185-4d5d-b431-630e7050e8f0"
MOTION, ENERGY, RESET = 99, 5, 7  # references, freely chosen
POOL_FULL = 429  # the sensor's status, after HTTP's "too many requests"
CHANNELS = 6  # the magnetic field is not asked for
MOST_BYTES = 4 + 36 * 32  # a time, and at most 32 rows of nine floats; chosen


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a Movesense sensor."""

    rate_hz: Annotated[
        Literal[13, 26, 52, 104, 208], Meta(description="Sample rate, Hz; 104 is enough to run.")
    ] = 104


def decode(payload: bytes, channels: int) -> tuple[int, Floats]:
    """Decode a measurement of 6 or 9 channels: ms of the first sample, and (n, channels)."""
    (ms,) = fields("I", payload)
    groups = channels // 3
    vectors = rows("<f4", payload[4:], 3)
    if len(vectors) % groups:
        raise DecodeError(f"Movesense measurement of {len(payload)} bytes")
    n = len(vectors) // groups
    return ms, vectors.reshape(groups, n, 3).swapaxes(0, 1).reshape(n, channels)


def status(data: bytes) -> int:
    """Read a reply's status in either byte order."""
    (value,) = fields("H", data)
    return value if 100 <= value < 600 else (value & 0xFF) << 8 | value >> 8


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is a Movesense sensor's."""
    return advert.name.startswith("Movesense") or SERVICE in advert.services


class Movesense(Device):
    """One connection to a Movesense sensor."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._sensor = sensor
        self._rate_hz = config.rate_hz
        self._path = f"/Meas/IMU{CHANNELS}/{config.rate_hz}"
        self._part = b""
        self._full = False
        self._ticks = Ticks(32, 1e-3)
        self._last = -1.0
        self._most = 0  # samples of a measurement

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe to the motion path and ask for the battery."""
        self.need(
            services, "this Movesense has no sensor data service; update its firmware", NOTIFY
        )
        motion = bytes((1, MOTION)) + self._path.encode() + b"\0"
        energy = bytes((4, ENERGY)) + b"/System/Energy/Level\0"
        return [
            Subscribe(NOTIFY),
            *standard_start(services),
            Write(COMMAND, motion),
            Write(COMMAND, energy),
        ]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process data, its second part or a reply."""
        if char != NOTIFY:
            return standard(t, self._sensor, char, data)
        code, reference = fields("BB", data)
        if code == 1:
            return self._replied(t, reference, data[2:])
        if reference != MOTION or code not in (2, 3):
            raise DecodeError(f"Movesense message of code {code}, reference {reference}")
        return self._measured(t, data[2:], second=code == 3)

    def stop(self) -> list[Action]:
        """Unsubscribe, or restart a sensor whose pool is full."""
        last = (7, RESET, 5) if self._full else (2, MOTION)
        return [Write(COMMAND, bytes(last))]

    def _replied(self, t: float, reference: int, data: bytes) -> list[Output]:
        if reference == RESET:
            return []
        code = status(data)
        if reference == ENERGY:
            if code != 200:
                return []
            return [Battery(t, self._sensor, float(min(100, fields("B", data, 2)[0])))]
        if code < 300:
            return []
        self._full = code == POOL_FULL
        return [LinkChanged(t, self._sensor, False, f"the sensor refused: status {code}")]

    def _measured(self, t: float, payload: bytes, *, second: bool) -> list[Output]:
        if second:
            if not self._part:
                raise DecodeError("Movesense second part without a first")
            payload, self._part = self._part + payload, b""
        elif len(payload) < 4 or (len(payload) - 4) % (4 * CHANNELS):
            self._part = payload  # replaces a first part whose second was lost
            return []
        else:
            self._part = b""
        if len(payload) > MOST_BYTES:
            raise DecodeError(f"Movesense measurement of {len(payload)} bytes")
        ms, values = decode(payload, CHANNELS)
        if len(values) < self._most:
            raise DecodeError(f"Movesense measurement cut off after {len(payload)} bytes")
        self._most = len(values)
        ticks = evenly(self._ticks.seconds(ms), 1.0 / self._rate_hz, len(values))
        if ticks[0] <= self._last:
            raise DecodeError("Movesense measurement that overlaps the one before")
        self._last = float(ticks[-1])
        gyr = values[:, 3:6] * DEGREE
        acc = values[:, :3]
        return [packet(t, self._sensor, acc, gyr, rate_hz=float(self._rate_hz), ticks=ticks)]


PART = Part(Config, Movesense)
