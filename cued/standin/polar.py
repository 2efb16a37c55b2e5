"""Polar's measurement data protocol: an H10 strap, and a Verity Sense with compressed frames.

Each setting is asked for and answered before the stream starts (PMD control point). Times are
nanoseconds since 2000 of a frame's last sample. Source: Polar's SDK documentation.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from cued.model import Floats
from cued.standin.family import Counts, Family, FarDevice, G, Plan, batches, counts
from cued.standin.peripheral import Char, Services

SERVICE, CONTROL, DATA = (f"fb005c8{n}-02e7-f387-1cad-8acd2d8df0c8" for n in range(3))
ACC, GYRO = 2, 5  # measurement types, as all here of the SDK documentation
EPOCH_NS = 599_616_000_000_000_000  # some day in 2019, ns since 2000
DPS = 2000 / 32768  # a count of a Verity Sense at 2000 deg/s

H10_OFFERS = {ACC: bytes.fromhex("0004190032006400c800 01011000 0203020004000800")}
H10_FACTORS = {ACC: b"\x01"}
SENSE_OFFERS = {
    ACC: bytes.fromhex("00013400 01011000 02010800 040103"),
    GYRO: bytes.fromhex("00013400 01011000 0201d007 040103"),
}
SENSE_FACTORS = {ACC: b"", GYRO: b"\x05\x01" + struct.pack("<f", DPS)}


def _services(
    features: bytes, offers: dict[int, bytes], factors: dict[int, bytes]
) -> Callable[[FarDevice], Services]:
    """Make a device that offers these settings and starts with the last stream of them."""

    def services(worn: FarDevice) -> Services:
        def command(data: bytes) -> None:
            op, kind = data[0], data[1]
            rest = offers.get(kind, b"") if op == 1 else b""
            if op == 2:
                rest = factors.get(kind, b"")
                worn.started = kind == max(offers)
            worn.answer(CONTROL, bytes((0xF0, op, kind, 0, 0)) + rest)

        control = Char(["read", "write", "indicate"], lambda: features, command)
        return {SERVICE: {CONTROL: control, DATA: Char(["notify"])}}

    return services


def _head(kind: int, end: float, frame_type: int) -> bytes:
    return struct.pack("<BQB", kind, EPOCH_NS + round(end * 1e9), frame_type)


def _h10(t: Floats, acc: Floats, _gyr: Floats) -> Plan:
    mg = counts(acc, 1e-3 * G)
    ends = [(float(t[b][-1]), b) for b in batches(len(t), 36)]
    return [(end, DATA, _head(ACC, end, 0x01) + mg[b].tobytes()) for end, b in ends]


def _sense(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    mg, dps = counts(acc, 1e-3 * G), counts(np.degrees(gyr), DPS)
    out: Plan = []
    for b in batches(len(t), 26):
        end = float(t[b][-1])
        for kind, frame_type, values in ((ACC, 0x81, mg[b]), (GYRO, 0x80, dps[b])):
            out.append((end, DATA, _head(kind, end, frame_type) + compressed(values)))
    return out


def compressed(values: Counts) -> bytes:
    """Write a reference sample, and blocks of up to 10 differences as narrow as they can be."""
    steps = np.diff(values.astype(int), axis=0)
    out = values[0].tobytes()
    for at in range(0, len(steps), 10):
        block = steps[at : at + 10]
        width = max(int(v).bit_length() + 1 for v in block.ravel())
        number = 0
        for i, v in enumerate(block.ravel()):
            number |= (int(v) & (1 << width) - 1) << (i * width)
        out += bytes((width, len(block))) + number.to_bytes(-(-width * block.size // 8), "little")
    return out


H10 = Family(
    "polar_pmd",
    "Polar H10",
    _services(b"\x0f\x05" + bytes(15), H10_OFFERS, H10_FACTORS),
    _h10,
    rate_hz=200.0,
    placement="chest",
    gyroscope=False,
)
SENSE = Family(
    "polar_pmd",
    "Polar Sense",
    _services(b"\x0f\x24" + bytes(15), SENSE_OFFERS, SENSE_FACTORS),
    _sense,
    rate_hz=52.0,
)
