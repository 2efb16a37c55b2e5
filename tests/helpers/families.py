"""A simulated peer for every family of wearables: table, start command, frames of a movement.

Written from the sources that docs/wearables.md and each decoder name, independently of the
decoders: nothing of ``cued.devices`` is imported here. Each has its own rate, frame size,
resolution and idea of time.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from msgspec import Struct

from cued.devices.bangle import sums
from cued.model import Floats, Placement
from cued.standin.peripheral import Char, Services
from cued.standin.wearables import (
    POD_ACC,
    POD_DATA,
    POD_DPS,
    POD_FAMILY,
    Counts,
    FarDevice,
    G,
    counts,
    pod_frame,
)

# (when it is sent, s; characteristic; bytes), in order
Plan: TypeAlias = list[tuple[float, str, bytes]]
POD_HZ = 104.0


class Family(Struct, frozen=True):
    """The parts of a ``FarDevice``, and the frames of a movement.

    device : its decoder's name.  name : as it is advertised.  services : its table, for one device.
    plan : of (n,) s, (n, 3) m/s², (n, 3) rad/s, at ``rate_hz``.
    """

    device: str
    name: str
    services: Callable[[FarDevice], Services]
    plan: Callable[[Floats, Floats, Floats], Plan]
    rate_hz: float = 100.0
    placement: Placement = "foot_left"
    gyroscope: bool = True
    advertised: tuple[str, ...] = ()


async def play(plans: Mapping[FarDevice, Plan], start: float) -> int:
    """Send the plans' frames from ``start`` (loop's clock); return how many were not received."""
    loop = asyncio.get_running_loop()
    rows = [(at, worn, char, data) for worn, plan in plans.items() for at, char, data in plan]
    missed = 0
    for at, worn, char, data in sorted(rows, key=lambda row: row[0]):
        wait = start + at - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        missed += not worn.send(char, data)
    return missed


def batches(n: int, size: int) -> list[slice]:
    """Cut n samples into frames of a size; drop the incomplete last one."""
    return [slice(at, at + size) for at in range(0, n - size + 1, size)]


# --- Polar: each setting asked for and answered before the stream starts (PMD control point) ------

POLAR, POLAR_CONTROL, POLAR_DATA = (f"fb005c8{n}-02e7-f387-1cad-8acd2d8df0c8" for n in range(3))
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


def _polar_services(
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
            worn.answer(POLAR_CONTROL, bytes((0xF0, op, kind, 0, 0)) + rest)

        control = Char(["read", "write", "indicate"], lambda: features, command)
        return {POLAR: {POLAR_CONTROL: control, POLAR_DATA: Char(["notify"])}}

    return services


def _head(kind: int, end: float, frame_type: int) -> bytes:
    return struct.pack("<BQB", kind, EPOCH_NS + round(end * 1e9), frame_type)


def _h10(t: Floats, acc: Floats, _gyr: Floats) -> Plan:
    mg = counts(acc, 1e-3 * G)
    ends = [(float(t[b][-1]), b) for b in batches(len(t), 36)]
    return [(end, POLAR_DATA, _head(ACC, end, 0x01) + mg[b].tobytes()) for end, b in ends]


def _sense(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    mg, dps = counts(acc, 1e-3 * G), counts(np.degrees(gyr), DPS)
    out: Plan = []
    for b in batches(len(t), 26):
        end = float(t[b][-1])
        for kind, frame_type, values in ((ACC, 0x81, mg[b]), (GYRO, 0x80, dps[b])):
            out.append((end, POLAR_DATA, _head(kind, end, frame_type) + compressed(values)))
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
    _polar_services(b"\x0f\x05" + bytes(15), H10_OFFERS, H10_FACTORS),
    _h10,
    rate_hz=200.0,
    placement="chest",
    gyroscope=False,
)
SENSE = Family(
    "polar_pmd",
    "Polar Sense",
    _polar_services(b"\x0f\x24" + bytes(15), SENSE_OFFERS, SENSE_FACTORS),
    _sense,
    rate_hz=52.0,
)


# --- Movesense: GSP, a frame cut in two -----------------------------------------------------------

MOVESENSE = "34802252-7185-4d5d-b431-630e7050e8f0"
MOVESENSE_COMMAND, MOVESENSE_NOTIFY = (
    f"3480000{n}-7185-4d5d-b431-630e7050e8f0" for n in (1, 2)
)  # fmt: skip


def _movesense_services(worn: FarDevice) -> Services:
    start = worn.starts_on(b"\x01\x63/Meas/IMU6/104\0")
    chars = {MOVESENSE_COMMAND: Char(["write"], write=start), MOVESENSE_NOTIFY: Char(["notify"])}
    return {MOVESENSE: chars}


def _movesense(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    out: Plan = []
    for b in batches(len(t), 8):
        values = np.concatenate((acc[b], np.degrees(gyr[b]))).astype("<f4").tobytes()
        whole = struct.pack("<I", round(t[b][0] * 1000)) + values
        at = float(t[b][-1])
        out.append((at, MOVESENSE_NOTIFY, b"\x02\x63" + whole[:156]))
        out.append((at, MOVESENSE_NOTIFY, b"\x03\x63" + whole[156:]))
    return out


# --- WitMotion: several samples run together in a notification, no time ---------------------------

WIT, WIT_NOTIFY, WIT_WRITE = (f"0000ffe{n}-0000-1000-8000-00805f9a34fb" for n in (5, 4, 9))


def _wit_services(worn: FarDevice) -> Services:
    start = worn.starts_on(bytes.fromhex("ffaa030900"))
    return {WIT: {WIT_WRITE: Char(["write"], write=start), WIT_NOTIFY: Char(["notify"])}}


def _wit(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    a, g = counts(acc, 16 * G / 32768), counts(np.degrees(gyr), 2000 / 32768)
    frames = [b"\x55\x61" + a[i].tobytes() + g[i].tobytes() + bytes(6) for i in range(len(t))]
    return [(float(t[b][-1]), WIT_NOTIFY, b"".join(frames[b])) for b in batches(len(t), 5)]


# --- Movella DOT: a sample a notification, a time that wraps --------------------------------------

DOT_CONFIGURE, DOT_CONTROL, DOT_MEDIUM, DOT_BATTERY, DOT_SERVICE = (
    f"1517{n}-4947-11e9-8646-d663bd873d93" for n in (1002, 2001, 2003, 3001, 2000)
)
DOT_FIRST_US = 2**32 - 3_000_000  # wraps after three seconds


def _dot_services(worn: FarDevice) -> Services:
    chars = {
        DOT_CONFIGURE: Char(["read", "write"]),
        DOT_CONTROL: Char(["write"], write=worn.starts_on(b"\x01\x01\x15")),
        DOT_MEDIUM: Char(["notify"]),
        DOT_BATTERY: Char(["read", "notify"], read=lambda: b"\x46\x00"),
    }
    return {DOT_SERVICE: chars}


def _dot(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    values = np.concatenate((acc, np.degrees(gyr)), axis=1).astype("<f4")
    out: Plan = []
    for at, row in zip(t.tolist(), values, strict=True):
        us = (DOT_FIRST_US + round((at - float(t[0])) * 1e6)) % 2**32
        out.append((at, DOT_MEDIUM, struct.pack("<I", us) + row.tobytes() + bytes(12)))
    return out


# --- Nordic Thingy:52: a sample a notification, no time -------------------------------------------

THINGY, THINGY_CONFIGURE, THINGY_RAW = (
    f"ef68040{n}-9b35-4933-9b10-52ffa9740042" for n in (0, 1, 6)
)


def _thingy_services(worn: FarDevice) -> Services:
    start = worn.starts_on(bytes.fromhex("e803f401f401640001"))
    return {THINGY: {THINGY_CONFIGURE: Char(["write"], write=start), THINGY_RAW: Char(["notify"])}}


def _thingy(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    a, g = counts(acc, G / 1024), counts(np.degrees(gyr), 1 / 32)
    rows = enumerate(t.tolist())
    return [(at, THINGY_RAW, a[i].tobytes() + g[i].tobytes() + bytes(6)) for i, at in rows]


# --- MetaMotion R: acceleration and angular rate in separate frames, no time ----------------------

META, META_COMMAND, META_NOTIFY = (f"326a900{n}-85cb-9195-d9dd-464cfbbae75a" for n in (0, 1, 6))


def _meta_services(worn: FarDevice) -> Services:
    start = worn.starts_on(b"\x13\x01\x01")

    def command(data: bytes) -> None:
        if data == b"\x03\x80":  # which accelerometer is in it
            worn.answer(META_NOTIFY, b"\x03\x80\x01\x01")
        start(data)

    writable = Char(["write", "write-without-response"], write=command)
    return {META: {META_COMMAND: writable, META_NOTIFY: Char(["notify"])}}


def _meta(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    a, g = counts(acc, G / 4096), counts(np.degrees(gyr), 1 / 16.4)
    out: Plan = []
    for b in batches(len(t), 3):
        out.append((float(t[b][-1]), META_NOTIFY, b"\x03\x1c" + a[b].tobytes()))
        out.append((float(t[b][-1]), META_NOTIFY, b"\x13\x07" + g[b].tobytes()))
    return out


# --- Adafruit: a characteristic for each quantity, no time ----------------------------------------

ADA_PERIOD, ADA_ACC_SERVICE, ADA_ACC, ADA_GYRO_SERVICE, ADA_GYRO = (
    f"adaf{n}-c332-42a8-93bd-25e905756cb8" for n in ("0001", "0200", "0201", "0400", "0401")
)


def _adafruit_services(worn: FarDevice) -> Services:
    period = Char(["read", "write"], write=worn.starts_on(struct.pack("<i", 20)))
    return {
        ADA_ACC_SERVICE: {ADA_PERIOD: Char(["read", "write"]), ADA_ACC: Char(["notify"])},
        ADA_GYRO_SERVICE: {ADA_PERIOD: period, ADA_GYRO: Char(["notify"])},
    }


def _adafruit(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    out: Plan = []
    for at, a, g in zip(t.tolist(), acc.astype("<f4"), gyr.astype("<f4"), strict=True):
        out += [(at, ADA_ACC, a.tobytes()), (at, ADA_GYRO, g.tobytes())]
    return out


# --- Bangle.js 2: a program typed at a prompt, frames cut anywhere --------------------------------

BANGLE, BANGLE_RX, BANGLE_TX = (f"6e40000{n}-b5a3-f393-e0a9-e50e24dcca9e" for n in (1, 2, 3))


def _bangle_services(worn: FarDevice) -> Services:
    def typed(data: bytes) -> None:
        worn.started = worn.started or data.endswith(b"\n")

    return {BANGLE: {BANGLE_RX: Char(["write"], write=typed), BANGLE_TX: Char(["notify"])}}


def _bangle(t: Floats, acc: Floats, _gyr: Floats) -> Plan:
    a = counts(acc, G / 4096)
    out: Plan = []
    for b in batches(len(t), 4):
        at = float(t[b][-1])
        body = struct.pack("<BBI", 0xA5, 4, round(at * 1000)) + a[b].tobytes()
        frame = body + sums(body)
        out += [(at, BANGLE_TX, frame[:20]), (at, BANGLE_TX, frame[20:])]
    return out


# --- cued's own pod ------------------------------------------------------------------------------


def _pod(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    values = np.concatenate((counts(acc, POD_ACC), counts(np.degrees(gyr), POD_DPS)), axis=1)
    step_us = round(1e6 / POD_HZ)
    return [
        (float(t[b][-1]), POD_DATA, pod_frame(k, round(t[b][0] * 1e6), step_us, values[b]))
        for k, b in enumerate(batches(len(t), 4))
    ]


POD_PLAYED = Family(
    POD_FAMILY.device,
    POD_FAMILY.name,
    POD_FAMILY.services,
    _pod,
    rate_hz=POD_HZ,
    advertised=POD_FAMILY.advertised,
)
FAMILIES = {
    "polar_h10": H10,
    "polar_sense": SENSE,
    "movesense": Family("movesense", "Movesense", _movesense_services, _movesense, rate_hz=104.0),
    "witmotion": Family("witmotion", "WT901BLE", _wit_services, _wit),
    "xsens_dot": Family("xsens_dot", "Movella DOT", _dot_services, _dot, rate_hz=60.0),
    "thingy52": Family("thingy52", "Thingy", _thingy_services, _thingy),
    "metamotion": Family("metamotion", "MetaMotion", _meta_services, _meta),
    "circuitpython": Family(
        "circuitpython", "CIRCUITPY", _adafruit_services, _adafruit, rate_hz=50.0
    ),
    "bangle": Family(
        "bangle", "Bangle.js", _bangle_services, _bangle,
        rate_hz=50.0, placement="waist", gyroscope=False,
    ),
    "pod": POD_PLAYED,
}  # fmt: skip
