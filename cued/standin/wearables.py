"""Every other family of wearables: its table, its start command, and movement into its frames.

Written from the sources that docs/wearables.md and each decoder name, independently of the
decoders. Each has its own rate, frame size, resolution and idea of time.
"""

from __future__ import annotations

import struct

import numpy as np

from cued.model import Floats
from cued.standin import polar
from cued.standin.family import Counts, Family, FarDevice, G, Plan, batches, counts
from cued.standin.peripheral import BATTERY, BATTERY_LEVEL, Char, Services

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


# --- MetaMotion R: acceleration and angular rate in frames of their own, no time ------------------

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
        frame = body + bytes((sum(body) % 256,))
        out += [(at, BANGLE_TX, frame[:20]), (at, BANGLE_TX, frame[20:])]
    return out


# --- cued's own pod (docs/pod-protocol.md): counter and device time -------------------------------

POD, POD_DATA, POD_CONTROL, POD_MOTOR = (
    f"6375000{n}-6564-4b2a-a5c1-7d0e9f3b5a10" for n in (1, 2, 3, 4)
)
POD_ACC, POD_DPS = 0.488e-3 * G, 0.070  # of one count


def _pod_services(worn: FarDevice) -> Services:
    def command(data: bytes) -> None:
        worn.started = data == b"\x01"

    chars = {
        POD_CONTROL: Char(["write"], write=command),
        POD_DATA: Char(["notify"]),
        POD_MOTOR: Char(["write"]),
    }
    battery = {BATTERY_LEVEL: Char(["read", "notify"], read=lambda: bytes([80]))}
    return {POD: chars, BATTERY: battery}


def pod_frame(counter: int, first_us: int, step_us: int, values: Counts) -> bytes:
    """Pack (n, 6) counts into a pod's frame; the time is its first sample's."""
    head = (1, len(values), counter % 2**16, first_us % 2**32, step_us)
    return struct.pack("<BBHIH", *head) + values.astype("<i2").tobytes()


def _pod(t: Floats, acc: Floats, gyr: Floats) -> Plan:
    values = np.concatenate((counts(acc, POD_ACC), counts(np.degrees(gyr), POD_DPS)), axis=1)
    step_us = round(1e6 / POD_FAMILY.rate_hz)
    return [
        (float(t[b][-1]), POD_DATA, pod_frame(k, round(t[b][0] * 1e6), step_us, values[b]))
        for k, b in enumerate(batches(len(t), 4))
    ]


POD_FAMILY = Family("pod", "cued pod", _pod_services, _pod, rate_hz=104.0, advertised=(POD,))
FAMILIES = {
    "polar_h10": polar.H10,
    "polar_sense": polar.SENSE,
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
    "pod": POD_FAMILY,
}  # fmt: skip
