"""The two messages of a session that are not JSON: a device's bytes, and arrays of samples.

They are Protocol Buffers, which viewers of MCAP files decode with the schema in the file. Encoding
these few fields takes so little code that no library is needed: a field is a key (number and wire
type), then 8 bytes, a varint, or a length and bytes.

    message Notification { double t = 1; bytes data = 2; bool beside = 3; }
    message Samples {
      double t = 1; double rate_hz = 2; bool synced = 3;
      repeated double ticks = 4; repeated double acc = 5; repeated double gyr = 6;
    }

``acc`` and ``gyr`` hold x, y, z of each sample in turn.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from cued.model import Floats, Notification, Packet

VARINT, FIXED64, BYTES = 0, 1, 2  # wire types (Protocol Buffers' encoding)
DOUBLE, BOOL, STRING_OF_BYTES = 1, 8, 12  # types in a FieldDescriptorProto
OPTIONAL, REPEATED = 1, 3  # labels (descriptor.proto)
FAULTS = (KeyError, ValueError, struct.error)  # raised by the bytes of another message
NOTIFICATION = (
    ("t", DOUBLE, OPTIONAL),
    ("data", STRING_OF_BYTES, OPTIONAL),
    ("beside", BOOL, OPTIONAL),
)
SAMPLES = (
    ("t", DOUBLE, OPTIONAL),
    ("rate_hz", DOUBLE, OPTIONAL),
    ("synced", BOOL, OPTIONAL),
    ("ticks", DOUBLE, REPEATED),
    ("acc", DOUBLE, REPEATED),
    ("gyr", DOUBLE, REPEATED),
)


def notification(item: Notification) -> bytes:
    """Encode a notification."""
    beside = _key(3, VARINT) + b"\x01" if item.beside else b""
    return _double(1, item.t) + _bytes(2, item.data) + beside


def samples(packet: Packet) -> bytes:
    """Encode the samples of a packet."""
    out = _double(1, packet.t) + _double(2, packet.rate_hz)
    out += _key(3, VARINT) + bytes((packet.synced,))
    for number, values in ((4, packet.ticks), (5, packet.acc), (6, packet.gyr)):
        if values is not None:
            out += _bytes(number, np.asarray(values, "<f8").tobytes())
    return out


def read_notification(data: bytes, sensor: str, char: str) -> Notification:
    """Decode a notification. Raises ValueError for other bytes."""
    fields = _fields(data)
    try:
        beside = fields.get(3) == b"\x01"
        return Notification(_number(fields[1]), sensor, char, fields[2], beside=beside)
    except FAULTS as error:
        raise ValueError(f"not a notification: {error!r}") from None


def read_samples(data: bytes, sensor: str) -> Packet:
    """Decode samples. Raises ValueError for other bytes."""
    fields = _fields(data)
    try:
        return Packet(
            t=_number(fields[1]),
            sensor=sensor,
            ticks=_array(fields[4]) if 4 in fields else None,
            acc=_array(fields[5]).reshape(-1, 3),
            gyr=_array(fields[6]).reshape(-1, 3) if 6 in fields else None,
            rate_hz=_number(fields[2]),
            synced=fields[3] == b"\x01",
        )
    except FAULTS as error:
        raise ValueError(f"not samples: {error!r}") from None


def schema(name: str, fields: Sequence[tuple[str, int, int]]) -> bytes:
    """Describe a message of the package ``cued`` as a FileDescriptorSet."""
    described = b"".join(
        _bytes(
            2,
            _bytes(1, field.encode())
            + _key(3, VARINT) + bytes((number,))
            + _key(4, VARINT) + bytes((label,))
            + _key(5, VARINT) + bytes((kind,)),
        )
        for number, (field, kind, label) in enumerate(fields, 1)
    )  # fmt: skip
    message = _bytes(4, _bytes(1, name.encode()) + described)
    file = _bytes(1, b"cued.proto") + _bytes(2, b"cued") + message + _bytes(12, b"proto3")
    return _bytes(1, file)


def _key(number: int, wire: int) -> bytes:
    return bytes((number << 3 | wire,))


def _double(number: int, value: float) -> bytes:
    return _key(number, FIXED64) + struct.pack("<d", value)


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def _fields(data: bytes) -> dict[int, bytes]:
    """Split a message into its fields' bytes, by number."""
    fields: dict[int, bytes] = {}
    at = 0
    try:
        while at < len(data):
            number, wire = data[at] >> 3, data[at] & 7
            size, at = (8, at + 1) if wire == FIXED64 else (1, at + 1)
            if wire == BYTES:
                size, at = _length(data, at)
            fields[number] = data[at : at + size]
            at += size
    except IndexError:
        at = -1
    if at != len(data):
        raise ValueError("a message is cut short")
    return fields


def _length(data: bytes, at: int) -> tuple[int, int]:
    length = shift = 0
    while True:
        byte = data[at]
        length |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return length, at


def _number(data: bytes) -> float:
    return float(struct.unpack("<d", data)[0])


def _array(data: bytes) -> Floats:
    return np.frombuffer(data, "<f8").astype(np.float64)
