"""What is not worn for its motion: an FTMS treadmill, a heart rate strap, a foot pod by RSC.

Each reports when it is told to (``report``), as the real ones do about once a second.
Written from the Bluetooth SIG's service specifications.
"""

from __future__ import annotations

import asyncio
import struct

from cued.standin.peripheral import Char, Far, Peripheral, sig

FTMS, TREADMILL_DATA, STATUS, CONTROL = sig(0x1826), sig(0x2ACD), sig(0x2ADA), sig(0x2AD9)
SPEED_RANGE, INCLINE_RANGE = sig(0x2AD4), sig(0x2AD5)
HEART_RATE, HEART_RATE_DATA = sig(0x180D), sig(0x2A37)
RSC, RSC_DATA = sig(0x1814), sig(0x2A53)
DONE, NOT_PERMITTED = 1, 5


class Treadmill:
    """A treadmill that can be told a speed and an incline.

    refuses : the result code of every wish.  mute : it answers none.
    """

    def __init__(self, far: Far) -> None:
        self.km_h, self.percent = 4.0, 0.0
        self.refuses = 0
        self.mute = False
        self._far = far
        self._controlled = False
        chars = {
            TREADMILL_DATA: Char(["notify"]),
            STATUS: Char(["notify"]),
            CONTROL: Char(["write", "indicate"], write=self._command),
            SPEED_RANGE: Char(["read"], lambda: struct.pack("<HHH", 80, 2000, 10)),
            INCLINE_RANGE: Char(["read"], lambda: struct.pack("<hhH", 0, 150, 5)),
        }
        self.peripheral = Peripheral("C0:BE:17:00:00:01", "Treadmill", {FTMS: chars}, [FTMS])

    def _command(self, data: bytes) -> None:
        if self.mute:
            return
        result = DONE if self._controlled or data[0] == 0 else NOT_PERMITTED
        if self.refuses:
            result = self.refuses
        elif data[0] == 0:
            self._controlled = True
        elif data[0] == 2:
            self.km_h = struct.unpack("<H", data[1:])[0] / 100
        elif data[0] == 3:
            self.percent = struct.unpack("<h", data[1:])[0] / 10
        answer = bytes((0x80, data[0], result))
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, self._far.notify, self.peripheral, CONTROL, answer)

    def report(self) -> bool:
        """Tell speed and incline; False when nobody listens."""
        speed, incline = round(self.km_h * 100), round(self.percent * 10)
        data = struct.pack("<HHhh", 0x0008, speed, incline, 0)
        return self._far.notify(self.peripheral, TREADMILL_DATA, data)


class Strap:
    """A heart rate strap."""

    def __init__(self, far: Far) -> None:
        self._far = far
        chars = {HEART_RATE_DATA: Char(["notify"])}
        self.peripheral = Peripheral(
            "C0:BE:A7:00:00:01", "Strap", {HEART_RATE: chars}, [HEART_RATE]
        )

    def report(self, bpm: int) -> bool:
        """Tell the heart rate; False when nobody listens."""
        return self._far.notify(self.peripheral, HEART_RATE_DATA, bytes((0, bpm)))


class FootPod:
    """A foot pod that tells speed and cadence."""

    def __init__(self, far: Far) -> None:
        self._far = far
        chars = {RSC_DATA: Char(["notify"])}
        self.peripheral = Peripheral("C0:F0:0D:00:00:01", "Foot pod", {RSC: chars}, [RSC])

    def report(self, speed_m_s: float, cadence: int) -> bool:
        """Tell speed, and cadence in whatever the pod counts; False when nobody listens."""
        data = struct.pack("<BHB", 0, round(speed_m_s * 256), cadence)
        return self._far.notify(self.peripheral, RSC_DATA, data)
