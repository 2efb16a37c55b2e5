"""Shared parts of the decoders: UUIDs, fields, device time that wraps, battery, heart rate.

Rules: bytes are read through ``fields`` or their length is checked first, so that a short or
nonsensical frame raises ``DecodeError`` and nothing else; every ``Packet`` is made by ``packet``,
which refuses values that no wearable can have measured.

Battery Level (0x2A19: one byte, percent) and Heart Rate Measurement (0x2A37) are the Bluetooth
SIG's; certainty A.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from cued.devices.device import Action, Output, Read, Subscribe
from cued.frames import GRAVITY_M_S2
from cued.model import Battery, DecodeError, Floats, HeartRate, Packet

G = GRAVITY_M_S2
DEGREE = np.pi / 180.0  # rad
MAX_ACC_M_S2 = 100 * G  # no inertial sensor here has a range above 32 g
MAX_GYR_RAD_S = 5000 * DEGREE  # none has a range above 4000 deg/s
FASTEST_M_S = 25.0  # no belt runs 90 km/h
STEEPEST_PERCENT = -20.0, 40.0  # downhill and uphill; as the options allow
MOST_BPM = 250  # no heart beats faster
LEAP_S = 3600.0  # added at a restart, so that time never goes back
FROZEN_S = 60.0  # chosen; see ``Skin``


def sig(short: int) -> str:
    """Return the full form of a UUID that the Bluetooth SIG assigned."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


BATTERY_LEVEL = sig(0x2A19)
HEART_RATE = sig(0x2A37)


def fields(layout: str, data: bytes, offset: int = 0) -> tuple[Any, ...]:
    """Read little-endian fields (``struct`` letters); DecodeError when the data is too short."""
    try:
        return struct.unpack_from("<" + layout, data, offset)
    except struct.error:
        want = offset + struct.calcsize("<" + layout)
        raise DecodeError(f"{len(data)} bytes where {want} are needed") from None


def rows(dtype: str, data: bytes, columns: int) -> Floats:
    """Read the data as rows of numbers; DecodeError if a row is incomplete."""
    size = np.dtype(dtype).itemsize * columns
    if not data or len(data) % size:
        raise DecodeError(f"{len(data)} bytes are not rows of {size}")
    with np.errstate(invalid="ignore"):  # a signalling NaN is refused later, like any NaN
        return np.frombuffer(data, dtype).reshape(-1, columns).astype(np.float64)


def evenly(first_s: float, step_s: float, n: int) -> Floats:
    """Return ``n`` evenly spaced times from ``first_s``."""
    return first_s + step_s * np.arange(n, dtype=np.float64)


def packet(
    t: float,
    sensor: str,
    acc: Floats,
    gyr: Floats | None,
    *,
    rate_hz: float,
    ticks: Floats | None = None,
) -> Packet:
    """Make a packet; DecodeError for values that no sensor can have measured."""
    for values, most in ((acc, MAX_ACC_M_S2), (gyr, MAX_GYR_RAD_S)):
        # written so that a NaN, which compares false, is refused
        if values is not None and not bool((np.abs(values) <= most).all()):
            raise DecodeError("values beyond any sensor's range")
    return Packet(t=t, sensor=sensor, ticks=ticks, acc=acc, gyr=gyr, rate_hz=rate_hz)


def possible_speed(m_s: float) -> float:
    """Return a belt's speed; DecodeError for one that no belt can have."""
    if m_s > FASTEST_M_S:
        raise DecodeError(f"a belt at {m_s:.0f} m/s")
    return m_s


def possible_incline(percent: float, otherwise: float = 0.0) -> float:
    """Return an incline, or another one for a value that no treadmill can have."""
    return percent if STEEPEST_PERCENT[0] <= percent <= STEEPEST_PERCENT[1] else otherwise


class Ticks:
    """A device clock of ``bits`` bits, unwrapped into seconds that never decrease.

    A restarted device shows as a leap forward of an hour or more, after which its clock is mapped
    to the host's again.
    """

    def __init__(self, bits: int, unit_s: float) -> None:
        self._span = 1 << bits
        self._unit_s = unit_s
        self._raw: int | None = None
        self._total = 0

    def seconds(self, raw: int) -> float:
        """Unwrap one value; a repeated value gives the same time."""
        if self._raw is not None:
            step = (raw - self._raw) % self._span
            restarted = step > self._span // 2
            self._total += round(LEAP_S / self._unit_s) if restarted else step
        self._raw = raw
        return self._total * self._unit_s


def heart_rate(data: bytes) -> tuple[int, list[float]]:
    """Decode 0x2A37: beats a minute, and the RR intervals in it, s, oldest first."""
    flags, bpm = fields("BB", data)
    offset = 2
    if flags & 0x01:
        (bpm,) = fields("H", data, 1)
        offset = 3
    if flags & 0x08:  # energy expended
        offset += 2
    intervals = data[offset:] if flags & 0x10 else b""
    if len(data) < offset or len(intervals) % 2:
        raise DecodeError("heart rate measurement of odd length")
    return bpm, [v / 1024 for v in struct.unpack(f"<{len(intervals) // 2}H", intervals)]


class Skin:
    """Decides from a strap's messages whether it lies on skin.

    Off the skin some straps repeat the last value for minutes, without intervals between beats
    (polar-ble-sdk#304, #430); a living heart's rate changes within ``FROZEN_S``.
    """

    def __init__(self) -> None:
        self._bpm = 0
        self._since = 0.0

    def feels(self, t: float, bpm: int, intervals: Sequence[float]) -> bool:
        """Note a measurement; return False if it cannot come from a heart."""
        if intervals or bpm != self._bpm:
            self._bpm, self._since = bpm, t
        return t - self._since <= FROZEN_S


def standard_start(found: Sequence[str]) -> list[Action]:
    """Ask for battery and heart rate where the device has them."""
    actions: list[Action] = []
    if BATTERY_LEVEL in found:
        actions += [Read(BATTERY_LEVEL), Subscribe(BATTERY_LEVEL)]
    if HEART_RATE in found:
        actions.append(Subscribe(HEART_RATE))
    return actions


def standard(
    t: float, sensor: str, char: str, data: bytes, skin: Skin | None = None
) -> list[Output]:
    """Decode battery and heart rate; nothing for other characteristics.

    skin : if given, a rate that has not changed for too long becomes 0, like an impossible one.
    """
    if char == BATTERY_LEVEL:
        (percent,) = fields("B", data)
        if percent > 100:
            raise DecodeError(f"battery at {percent} %")
        return [Battery(t, sensor, float(percent))]
    if char == HEART_RATE:
        bpm, intervals = heart_rate(data)
        if (skin is not None and not skin.feels(t, bpm, intervals)) or bpm > MOST_BPM:
            bpm = 0
        return [HeartRate(t, sensor, float(bpm))]
    return []
