"""Decoding of Polar's measurement frames and control point replies.

Frame: type u8 (low 6 bits: 2 acceleration, 5 gyroscope, 6 magnetometer), time of the LAST sample
u64 in ns since 2000-01-01 (in effect since the device's last reset), frame type u8 (bit 7:
compressed), payload.

Uncompressed acceleration: 0 i8, 1 i16, 2 i24, all in mg. Compressed: a reference sample of the
full width, then blocks ``[bit width][count][bits]`` of differences from the previous sample, least
significant bit first, x y z x y z, two's complement; each block starts on a byte. 0x80: 16 bit
counts times the factor that the start reply gave (g, deg/s, gauss). 0x81: acceleration in mg;
gyroscope as the bit patterns of 32-bit floats, with differences of the patterns modulo 2^32;
magnetometer with four channels, three in milligauss and the calibration status.

Width 1 is read as {0, -1} (two's complement); Polar's Kotlin code has a wrong mask there,
polar-python reads +1, and no capture contains it. Width 0 is read as unchanged samples.

Sources: Polar BLE SDK (its unit tests), Polar Measurement Data Specification (the old PDF).
Certainty A; gyroscope 0x81 B (documents and Polar's tests, no second implementation).
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from cued.devices._gatt import fields, rows
from cued.model import DecodeError, Floats

ACC, GYRO, MAG = 2, 5, 6  # measurement types (Polar's SDK documentation, as all numbers here)
HEADER = 10  # bytes: type, time of eight, frame type
MOST_SAMPLES = 2000  # a frame of 512 bytes at one bit a channel holds fewer than this


class PolarFrame(Struct, frozen=True, eq=False):
    """One frame: values (n, 3) in mg, deg/s or gauss; (n, 4) for a magnetometer with status."""

    kind: int
    last_ns: int
    values: Floats


def decode(data: bytes, factor: float = 1.0) -> PolarFrame:
    """Decode a data notification; ``factor``: from the start reply, or the value of a count."""
    kind, last_ns, frame_type = fields("BQB", data)
    payload = data[HEADER:]
    match kind & 0x3F, frame_type:
        case 2, 0 | 1 | 2:
            values = _plain(payload, frame_type + 1)
        case 2, 0x80:  # the factor gives g
            values = _counts(payload, 3) * (factor * 1000.0)
        case 2, 0x81:
            values = _counts(payload, 3) * factor
        case 5 | 6, 0x80:
            values = _counts(payload, 3) * factor
        case 5, 0x81:
            values = _floats(payload)
        case 6, 0x81:
            values = _counts(payload, 4) * np.array((1e-3, 1e-3, 1e-3, 1.0))
        case other, _:
            raise DecodeError(f"Polar frame of type {other}/{frame_type:#04x}")
    return PolarFrame(kind & 0x3F, last_ns, values)


def _plain(payload: bytes, width: int) -> Floats:
    if width < 3:
        return rows(f"<i{width}", payload, 3)
    if not payload or len(payload) % 9:
        raise DecodeError(f"{len(payload)} bytes are not rows of 9")
    raw = np.frombuffer(payload, np.uint8).reshape(-1, 3).astype(np.int64)
    value = raw[:, 0] | raw[:, 1] << 8 | raw[:, 2] << 16
    return ((value ^ 0x800000) - 0x800000).reshape(-1, 3).astype(np.float64)


def _counts(payload: bytes, channels: int) -> Floats:
    return decompress(payload, channels, 16).astype(np.float64)


def _floats(payload: bytes) -> Floats:
    bits = (decompress(payload, 3, 32) & 0xFFFFFFFF).astype(np.uint32)
    values = bits.view(np.float32)
    if not np.isfinite(values).all():
        raise DecodeError("Polar gyroscope frame with a value that is not a number")
    return values.astype(np.float64)


def decompress(payload: bytes, channels: int, resolution: int) -> NDArray[np.int64]:
    """Undo the compression: (n, channels), the reference sample first."""
    size = resolution // 8
    if len(payload) < channels * size:
        raise DecodeError("Polar frame shorter than its reference sample")
    reference = np.frombuffer(payload, f"<i{size}", channels).astype(np.int64)
    steps = [reference[None, :]]
    offset, total = channels * size, 1
    while offset < len(payload):
        width, count = fields("BB", payload, offset)
        end = offset + 2 + -(-width * count * channels // 8)
        total += count
        if width > 32 or end > len(payload) or total > MOST_SAMPLES:
            raise DecodeError(f"Polar block of {count} x {width} bits beyond its frame")
        steps.append(_differences(payload[offset + 2 : end], width, count, channels))
        offset = end
    return np.cumsum(np.concatenate(steps), axis=0, dtype=np.int64)


def _differences(packed: bytes, width: int, count: int, channels: int) -> NDArray[np.int64]:
    if width == 0 or count == 0:
        return np.zeros((count, channels), np.int64)
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")
    digits = bits[: width * count * channels].reshape(-1, width).astype(np.int64)
    weights = np.left_shift(np.int64(1), np.arange(width, dtype=np.int64))
    weights[-1] = -weights[-1]
    return (digits * weights).sum(axis=1).reshape(count, channels)


class ControlReply(Struct, frozen=True):
    """A reply of the control point."""

    op: int
    kind: int
    status: int
    more: bool
    rest: bytes


# Meaning of a reply's status.
STATUS = {
    1: "unknown command",
    2: "it has no such measurement",
    3: "not supported",
    4: "invalid length",
    5: "invalid parameter",
    6: "already in that state",
    7: "invalid resolution",
    8: "invalid rate",
    9: "invalid range",
    10: "invalid MTU",
    11: "invalid number of channels",
    12: "not possible now",
    13: "it sits in its charger",
    14: "its memory is full",
}


def reply(data: bytes) -> ControlReply:
    """Decode ``F0 op type status more ...``; everything after the status is optional."""
    mark, op, kind, status = fields("BBBB", data)
    if mark != 0xF0:
        raise DecodeError(f"Polar control reply that starts with {mark:#04x}")
    more = op in (1, 4) and len(data) > 4 and data[4] != 0  # after a start it means nothing (H10)
    return ControlReply(op, kind & 0x3F, status, more, data[5:])


RATE, RESOLUTION, RANGE, CHANNELS, FACTOR = 0, 1, 2, 4, 5  # setting types
_SIZES = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4, 6: 16}  # setting type: bytes of a value


def settings(data: bytes) -> dict[int, list[float]]:
    """Decode ``[type][count][values]``...: rate, resolution, range, channels, factor."""
    out: dict[int, list[float]] = {}
    offset = 0
    while offset < len(data):
        kind, count = fields("BB", data, offset)
        offset += 2
        if kind not in _SIZES:
            raise DecodeError(f"Polar setting of type {kind}")
        size = _SIZES[kind]
        if offset + count * size > len(data):
            raise DecodeError("Polar settings cut short")
        if size in (1, 2, 4):
            letter = "f" if kind == FACTOR else {1: "B", 2: "H", 4: "I"}[size]
            out[kind] = list(fields(f"{count}{letter}", data, offset))
        offset += count * size
    if 0 in out.get(RATE, ()):
        raise DecodeError("Polar rate of 0 Hz")
    return out
