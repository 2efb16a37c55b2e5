"""Movement into frames, family by family: the far end of each protocol, as a peripheral.

Written from docs/wearables.md's sources independently of the decoders: nothing of cued/devices is
used but UUIDs. Each family has its own rate, frame size, resolution and idea of time.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from cued.devices import (
    bangle,
    circuitpython,
    ftms,
    heart_rate,
    metamotion,
    movesense,
    pod,
    polar_pmd,
    thingy52,
    witmotion,
    xsens_dot,
)
from cued.devices._gatt import sig
from tests.shell.ble.bluez import Bluez, Char, Peripheral

G = 9.80665
# (time to send, characteristic, bytes)
Plan = list[tuple[float, str, bytes]]


class Worn(Peripheral):
    """A peripheral that answers its driver and then plays a plan."""

    device = ""
    rate_hz = 100.0
    placement: Any = "foot_left"

    def __init__(self, bluez: Bluez, index: int, services: dict[str, dict[str, Char]]) -> None:
        super().__init__(
            address=f"C0:AA:00:00:00:{index:02X}", name=f"{self.device} {index}", services=services
        )
        self.bluez = bluez
        self.started = False

    def plan(self, t: np.ndarray, acc: np.ndarray, gyr: np.ndarray | None) -> Plan:
        raise NotImplementedError

    def answer(self, char: str, data: bytes) -> None:
        """Answer a little later, as a radio does."""
        asyncio.get_running_loop().call_later(0.01, self.bluez.notify, self, char, data)

    def on_start(self, *messages: bytes) -> Callable[[bytes], None]:
        def write(data: bytes) -> None:
            if data in messages:
                self.started = True

        return write


def counts(values: np.ndarray, unit: float) -> np.ndarray:
    return np.clip(np.round(values / unit), -32768, 32767).astype("<i2")


def batches(n: int, size: int) -> list[slice]:
    return [slice(at, at + size) for at in range(0, n - size + 1, size)]


class PolarH10(Worn):
    device, rate_hz, placement = "polar_pmd", 200.0, "chest"
    features = b"\x0f\x05" + bytes(15)
    offers: ClassVar[dict[int, bytes]] = {
        2: bytes.fromhex("0004190032006400c800 01011000 0203020004000800".replace(" ", ""))
    }
    factors: ClassVar[dict[int, bytes]] = {2: b"\x01"}

    def __init__(self, bluez: Bluez, index: int) -> None:
        control = Char(["read", "write", "indicate"], lambda: self.features, self._command)
        chars = {polar_pmd.CONTROL: control, polar_pmd.DATA: Char(["notify"])}
        super().__init__(bluez, index, {polar_pmd.SERVICE: chars})

    def _command(self, data: bytes) -> None:
        op, kind = data[0], data[1]
        rest = self.offers.get(kind, b"") if op == 1 else b""
        head = bytes((0xF0, op, kind, 0, 0))
        if op == 2:
            rest = self.factors.get(kind, b"")
            self.started = kind == max(self.offers)
        self.answer(polar_pmd.CONTROL, head + rest)

    def plan(self, t, acc, gyr):
        mg = counts(acc, 1e-3 * G)
        return [
            (t[b][-1], polar_pmd.DATA, self._head(2, t[b][-1], 0x01) + mg[b].tobytes())
            for b in batches(len(t), 36)
        ]

    def _head(self, kind: int, end: float, frame_type: int) -> bytes:
        return struct.pack("<BQB", kind, 599616000000000000 + round(end * 1e9), frame_type)


class PolarSense(PolarH10):
    rate_hz, placement = 52.0, "foot_left"
    features = b"\x0f\x24" + bytes(15)
    offers: ClassVar[dict[int, bytes]] = {
        2: bytes.fromhex("00013400 01011000 02010800 040103"),
        5: bytes.fromhex("00013400 01011000 0201d007 040103"),
    }
    factors: ClassVar[dict[int, bytes]] = {
        2: b"",
        5: b"\x05\x01" + struct.pack("<f", 2000 / 32768),
    }

    def plan(self, t, acc, gyr):
        mg, dps = counts(acc, 1e-3 * G), counts(np.degrees(gyr), 2000 / 32768)
        out: Plan = []
        for b in batches(len(t), 26):
            for kind, frame_type, values in ((2, 0x81, mg[b]), (5, 0x80, dps[b])):
                data = self._head(kind, t[b][-1], frame_type) + compressed(values)
                out.append((t[b][-1], polar_pmd.DATA, data))
        return out


def compressed(values: np.ndarray) -> bytes:
    """Reference sample and blocks of up to 10 differences, each as narrow as it can be."""
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


class Movesense(Worn):
    device, rate_hz = "movesense", 104.0

    def __init__(self, bluez: Bluez, index: int) -> None:
        start = b"\x01\x63/Meas/IMU6/104\0"
        chars = {
            movesense.COMMAND: Char(["write"], write=self.on_start(start)),
            movesense.NOTIFY: Char(["notify"]),
        }
        super().__init__(bluez, index, {movesense.SERVICE: chars})

    def plan(self, t, acc, gyr):
        out: Plan = []
        for b in batches(len(t), 8):
            values = np.concatenate((acc[b], np.degrees(gyr[b]))).astype("<f4").tobytes()
            whole = struct.pack("<I", round(t[b][0] * 1000)) + values
            out.append((t[b][-1], movesense.NOTIFY, b"\x02\x63" + whole[:156]))
            out.append((t[b][-1], movesense.NOTIFY, b"\x03\x63" + whole[156:]))
        return out


class Wit(Worn):
    device = "witmotion"

    def __init__(self, bluez: Bluez, index: int) -> None:
        start = bytes.fromhex("ffaa030900")
        chars = {
            witmotion.WRITE: Char(["write"], write=self.on_start(start)),
            witmotion.NOTIFY: Char(["notify"]),
        }
        super().__init__(bluez, index, {witmotion.SERVICE: chars})

    def plan(self, t, acc, gyr):
        a, g = counts(acc, 16 * G / 32768), counts(np.degrees(gyr), 2000 / 32768)
        frames = [b"\x55\x61" + a[i].tobytes() + g[i].tobytes() + bytes(6) for i in range(len(t))]
        return [(t[b][-1], witmotion.NOTIFY, b"".join(frames[b])) for b in batches(len(t), 5)]


class Dot(Worn):
    device, rate_hz = "xsens_dot", 60.0

    def __init__(self, bluez: Bluez, index: int) -> None:
        chars = {
            xsens_dot.DEVICE_CONTROL: Char(["read", "write"]),
            xsens_dot.CONTROL: Char(["write"], write=self.on_start(b"\x01\x01\x15")),
            xsens_dot.MEDIUM: Char(["notify"]),
            xsens_dot.BATTERY: Char(["read", "notify"], read=lambda: b"\x46\x00"),
        }
        super().__init__(bluez, index, {xsens_dot.CONTROL[:4] + "2000": chars})

    def plan(self, t, acc, gyr):
        first = 2**32 - 3_000_000  # wraps after three seconds
        return [
            (
                at,
                xsens_dot.MEDIUM,
                struct.pack("<I", (first + round((at - t[0]) * 1e6)) % 2**32)
                + np.concatenate((a, np.degrees(g))).astype("<f4").tobytes()
                + bytes(12),
            )
            for at, a, g in zip(t, acc, gyr, strict=True)
        ]


class Thingy(Worn):
    device = "thingy52"

    def __init__(self, bluez: Bluez, index: int) -> None:
        start = bytes.fromhex("e803f401f401640001")
        chars = {
            thingy52.CONFIGURE: Char(["write"], write=self.on_start(start)),
            thingy52.RAW: Char(["notify"]),
        }
        super().__init__(bluez, index, {thingy52.SERVICE: chars})

    def plan(self, t, acc, gyr):
        a, g = counts(acc, G / 1024), counts(np.degrees(gyr), 1 / 32)
        return [
            (t[i], thingy52.RAW, a[i].tobytes() + g[i].tobytes() + bytes(6)) for i in range(len(t))
        ]


class Meta(Worn):
    device = "metamotion"

    def __init__(self, bluez: Bluez, index: int) -> None:
        chars = {
            metamotion.COMMAND: Char(["write", "write-without-response"], write=self._command),
            metamotion.NOTIFY: Char(["notify"]),
        }
        super().__init__(bluez, index, {metamotion.SERVICE: chars})

    def _command(self, data: bytes) -> None:
        if data == b"\x03\x80":
            self.answer(metamotion.NOTIFY, b"\x03\x80\x01\x01")
        self.started |= data == b"\x13\x01\x01"

    def plan(self, t, acc, gyr):
        a, g = counts(acc, G / 4096), counts(np.degrees(gyr), 1 / 16.4)
        out: Plan = []
        for b in batches(len(t), 3):
            out.append((t[b][-1], metamotion.NOTIFY, b"\x03\x1c" + a[b].tobytes()))
            out.append((t[b][-1], metamotion.NOTIFY, b"\x13\x07" + g[b].tobytes()))
        return out


class Adafruit(Worn):
    device, rate_hz = "circuitpython", 50.0

    def __init__(self, bluez: Bluez, index: int) -> None:
        period = struct.pack("<i", 20)
        services = {
            circuitpython.ACC_SERVICE: {
                circuitpython.PERIOD: Char(["read", "write"]),
                circuitpython.ACC: Char(["notify"]),
            },
            circuitpython.GYRO_SERVICE: {
                circuitpython.PERIOD: Char(["read", "write"], write=self.on_start(period)),
                circuitpython.GYRO: Char(["notify"]),
            },
        }
        super().__init__(bluez, index, services)

    def plan(self, t, acc, gyr):
        out: Plan = []
        for at, a, g in zip(t, acc.astype("<f4"), gyr.astype("<f4"), strict=True):
            out += [(at, circuitpython.ACC, a.tobytes()), (at, circuitpython.GYRO, g.tobytes())]
        return out


class BangleJs(Worn):
    device, rate_hz, placement = "bangle", 50.0, "waist"

    def __init__(self, bluez: Bluez, index: int) -> None:
        chars = {
            bangle.RX: Char(["write"], write=self._typed),
            bangle.TX: Char(["notify"]),
        }
        super().__init__(bluez, index, {bangle.SERVICE: chars})

    def _typed(self, data: bytes) -> None:
        self.started |= data.endswith(b"\n")

    def plan(self, t, acc, gyr):
        a = counts(acc, G / 4096)
        stream: Plan = []
        for b in batches(len(t), 4):
            body = struct.pack("<BBI", 0xA5, 4, round(t[b][-1] * 1000)) + a[b].tobytes()
            frame = body + bytes((sum(body) % 256,))
            stream += [(t[b][-1], bangle.TX, frame[:20]), (t[b][-1], bangle.TX, frame[20:])]
        return stream


class CuedPod(Worn):
    device, rate_hz = "pod", 104.0

    def __init__(self, bluez: Bluez, index: int) -> None:
        chars = {
            pod.CONTROL: Char(["write"], write=self.on_start(b"\x01")),
            pod.DATA: Char(["notify"]),
        }
        super().__init__(bluez, index, {pod.SERVICE: chars})

    def plan(self, t, acc, gyr):
        a, g = counts(acc, 0.488e-3 * G), counts(np.degrees(gyr), 0.070)
        both = np.concatenate((a, g), axis=1)
        return [
            (
                t[b][-1],
                pod.DATA,
                struct.pack("<BBHIH", 1, 4, k % 65536, round(t[b][0] * 1e6) % 2**32, 9615)
                + both[b].tobytes(),
            )
            for k, b in enumerate(batches(len(t), 4))
        ]


FAMILIES: list[type[Worn]] = [
    PolarH10, PolarSense, Movesense, Wit, Dot, Thingy, Meta, Adafruit, BangleJs, CuedPod,
]  # fmt: skip


class Treadmill(Peripheral):
    """An FTMS treadmill that can be told a speed and an incline."""

    def __init__(self, bluez: Bluez) -> None:
        self.km_h, self.percent = 4.0, 0.0
        self.controlled = False
        self.refuses = 0
        self.mute = False
        chars = {
            ftms.DATA: Char(["notify"]),
            ftms.STATUS: Char(["notify"]),
            ftms.CONTROL: Char(["write", "indicate"], write=self._command),
            ftms.SPEED_RANGE: Char(["read"], lambda: struct.pack("<HHH", 80, 2000, 10)),
            ftms.INCLINE_RANGE: Char(["read"], lambda: struct.pack("<hhH", 0, 150, 5)),
        }
        super().__init__(
            "C0:BE:17:00:00:01", "Treadmill", {ftms.SERVICE: chars}, advertised=[ftms.SERVICE]
        )
        self.bluez = bluez

    def _command(self, data: bytes) -> None:
        if self.mute:
            return
        result = 1 if self.controlled or data[0] == 0 else 5
        if self.refuses:
            result = self.refuses
        elif data[0] == 0:
            self.controlled = True
        elif data[0] == 2:
            self.km_h = struct.unpack("<H", data[1:])[0] / 100
        elif data[0] == 3:
            self.percent = struct.unpack("<h", data[1:])[0] / 10
        answer = bytes((0x80, data[0], result))
        asyncio.get_running_loop().call_later(0.01, self.bluez.notify, self, ftms.CONTROL, answer)

    def report(self) -> bool:
        speed, incline = round(self.km_h * 100), round(self.percent * 10)
        data = struct.pack("<HHhh", 0x0008, speed, incline, 0)
        return self.bluez.notify(self, ftms.DATA, data)


class Strap(Peripheral):
    """A heart rate strap."""

    def __init__(self, bluez: Bluez) -> None:
        super().__init__(
            "C0:BE:A7:00:00:01",
            "Strap",
            {heart_rate.SERVICE: {sig(0x2A37): Char(["notify"])}},
            advertised=[heart_rate.SERVICE],
        )
        self.bluez = bluez

    def report(self, bpm: int) -> bool:
        return self.bluez.notify(self, sig(0x2A37), bytes((0, bpm)))
