"""Devices without motion for tests: a WalkingPad, a heart rate strap, an RSC foot pod.

Written from the Bluetooth SIG's service specifications, and from owners' reports of pads.
"""

from __future__ import annotations

import asyncio
import struct

from cued.standin.peripheral import Char, Far, Peripheral, sig

HEART_RATE, HEART_RATE_DATA = sig(0x180D), sig(0x2A37)
RSC, RSC_DATA = sig(0x1814), sig(0x2A53)
PAD, PAD_NOTIFY, PAD_COMMAND = sig(0xFE00), sig(0xFE01), sig(0xFE02)
PAD_DEAF_S = 0.65  # 0.7 less the lateness of a loop


class PadPeripheral:
    """A WalkingPad on service fe00, which answers when polled, but not twice in 0.7 s.

    written : times and bytes.
    """

    def __init__(self, far: Far) -> None:
        self.km_h, self.mode = 3.0, 1
        self.written: list[tuple[float, bytes]] = []
        self._far = far
        chars = {
            PAD_NOTIFY: Char(["notify"]),
            PAD_COMMAND: Char(["write-without-response"], write=self._written),
        }
        self.peripheral = Peripheral("C0:BE:17:00:01:01", "WalkingPad", {PAD: chars}, [PAD])

    def _written(self, data: bytes) -> None:
        now = asyncio.get_running_loop().time()
        hears = not self.written or now - self.written[-1][0] >= PAD_DEAF_S
        self.written.append((now, data))
        if not hears:
            return
        what, value = data[2:4]
        if what == 1:
            self.km_h = value / 10
        body = bytes((0xA2, 1 if self.km_h else 0, round(self.km_h * 10), self.mode)) + bytes(13)
        answer = b"\xf8" + body + bytes((sum(body) & 0xFF, 0xFD))
        self._far.notify(self.peripheral, PAD_NOTIFY, answer)


class Strap:
    """A heart rate strap."""

    def __init__(self, far: Far) -> None:
        self._far = far
        chars = {HEART_RATE_DATA: Char(["notify"])}
        self.peripheral = Peripheral(
            "C0:BE:A7:00:00:01", "Strap", {HEART_RATE: chars}, [HEART_RATE]
        )

    def report(self, bpm: int) -> bool:
        """Notify the heart rate; return False if there is no subscriber."""
        return self._far.notify(self.peripheral, HEART_RATE_DATA, bytes((0, bpm)))


class FootPod:
    """A foot pod that reports speed and cadence."""

    def __init__(self, far: Far) -> None:
        self._far = far
        chars = {RSC_DATA: Char(["notify"])}
        self.peripheral = Peripheral("C0:F0:0D:00:00:01", "Foot pod", {RSC: chars}, [RSC])

    def report(self, speed_m_s: float, cadence: int) -> bool:
        """Notify speed and cadence as counted; return False if there is no subscriber."""
        data = struct.pack("<BHB", 0, round(speed_m_s * 256), cadence)
        return self._far.notify(self.peripheral, RSC_DATA, data)
