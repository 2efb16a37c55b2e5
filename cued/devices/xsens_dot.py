"""Movella DOT (Xsens DOT): acceleration and angular rate at up to 60 Hz, with device time.

Protocol facts
--------------
Base ``1517xxxx-4947-11e9-8646-d663bd873d93``: 1002 device control, 2001 measurement control, 2002 /
2003 / 2004 long, medium and short payload (notify), 3001 battery (level, charging). Start:
subscribe to the mode's payload, then write ``01 01 mode``; stop ``01 00 mode``. All modes begin
with the sample's time, u32 µs, which wraps after 71.6 minutes; one sample a notification; unused
bytes are zero. Mode 21 (medium): acceleration f32 m/s² with gravity, angular rate f32 deg/s. Mode
20 adds the magnetic field, 26 the quaternion before it; 6 is acceleration without gravity (short).

The output rate is set through 1002 (mask 0x10): 1 to 60 Hz.

Sources: Movella DOT BLE Services Specification XD0506P, node-movella-dot, xdc. Certainty A for
modes 6 and 21 (captures of mode 6 only), B for setting the rate.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from cued.devices._gatt import DEGREE, Ticks, fields, packet, standard, standard_start
from cued.devices.device import Action, Advert, Device, Output, Read, Subscribe, Write
from cued.model import Battery, DecodeError, Floats
from cued.parts import Part


def _uuid(short: int) -> str:
    return f"1517{short:04x}-4947-11e9-8646-d663bd873d93"


DEVICE_CONTROL, CONTROL, MEDIUM, BATTERY = (_uuid(n) for n in (0x1002, 0x2001, 0x2003, 0x3001))
COMPANY = 0x0886  # Bluetooth's assigned number of Xsens
RATE_MODE = 21  # "rate quantities" of the payload modes: all that is read here
# mode: (offset of acceleration, offset of angular rate)
LAYOUTS: dict[int, tuple[int, int | None]] = {
    6: (4, None),
    20: (4, 16),
    21: (4, 16),
    26: (20, 32),
}
SET_RATE = struct.Struct("<B23xH6x")  # mask, fields left alone, rate, filter and spare bytes


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a DOT."""

    rate_hz: Annotated[Literal[20, 30, 60], Meta(description="Sample rate, Hz.")] = 60


def decode(data: bytes, mode: int) -> tuple[int, Floats, Floats | None]:
    """Decode a measurement: time µs, acceleration (3,) m/s², angular rate (3,) deg/s if any."""
    if mode not in LAYOUTS:
        raise DecodeError(f"DOT payload mode {mode}")
    at, turning = LAYOUTS[mode]
    (us,) = fields("I", data)
    acc = np.array(fields("3f", data, at))
    return us, acc, None if turning is None else np.array(fields("3f", data, turning))


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is a DOT's."""
    named = advert.name.startswith(("Movella DOT", "Xsens DOT"))
    return named or COMPANY in advert.manufacturer


class XsensDot(Device):
    """One connection to a DOT."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._ticks = Ticks(32, 1e-6)
        self._last = -1.0

    def start(self, services: Sequence[str]) -> list[Action]:
        """Set the rate, subscribe and start mode 21."""
        self.need(services, "this DOT has no measurement service; update its firmware", MEDIUM)
        return [
            Read(BATTERY),
            Subscribe(BATTERY),
            *standard_start(services),
            Write(DEVICE_CONTROL, SET_RATE.pack(0x10, self._config.rate_hz)),
            Subscribe(MEDIUM),
            Write(CONTROL, bytes((1, 1, RATE_MODE))),
        ]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a measurement or the battery."""
        if char == BATTERY:
            percent, _ = fields("BB", data)
            if percent > 100:
                raise DecodeError(f"DOT battery at {percent} %")
            return [Battery(t, self._sensor, float(percent))]
        if char != MEDIUM:
            return standard(t, self._sensor, char, data)
        us, acc, gyr = decode(data, RATE_MODE)
        assert gyr is not None
        tick = self._ticks.seconds(us)
        if tick <= self._last:
            raise DecodeError("DOT sample that is not later than the one before")
        self._last = tick
        rate = float(self._config.rate_hz)
        sample = packet(
            t,
            self._sensor,
            acc[None, :],
            gyr[None, :] * DEGREE,
            rate_hz=rate,
            ticks=np.array([tick]),
        )
        return [sample]

    def stop(self) -> list[Action]:
        """Stop the measurement."""
        return [Write(CONTROL, bytes((1, 0, RATE_MODE)))]


PART = Part(Config, XsensDot)
