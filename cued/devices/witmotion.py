"""WitMotion WT901BLE, WT901BLECL and WT9011DCL: frames of 20 bytes without time or counter.

Protocol facts
--------------
Service ``0000ffe5``, notify ``0000ffe4``, write ``0000ffe9``, on a base that is not the SIG's (it
ends in 9a34fb). Frame ``55 61`` and nine i16: acceleration v/32768 * 16 g, angular rate
v/32768 * 2000 deg/s, angles. ``55 71 register`` and eight values answers ``FF AA 27 register 00``;
register 0x64 is the cell's voltage in 0.01 V, 3.40 V empty and 3.96 V full. At 50 Hz and more,
several frames come in one notification. Settings: unlock ``FF AA 69 88 B5``, then ``FF AA 03 RR
00``: 6 is 10 Hz, 7 20, 8 50, 9 100. The code for 200 Hz differs between documents and is not used;
older models reach only 50 Hz, so the rate is measured. Nothing is saved on the device.

Loss does not show in the frames, only as a lower rate. So a frame that two notifications seem to
share counts only if another frame follows it, or nothing and the second did not begin with one.

Sources: WitMotion's data sheets and demo, witmotion_WT901BLECL_py, witmotion_ble, wt9011dcl.
Certainty A for frames and UUIDs; B for the battery table between its ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from cued.devices._gatt import DEGREE, G, fields, packet, standard, standard_start
from cued.devices._untimed import Rate
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import Battery, DecodeError, Floats
from cued.parts import Part

BASE = "-0000-1000-8000-00805f9a34fb"
SERVICE, NOTIFY, WRITE = "0000ffe5" + BASE, "0000ffe4" + BASE, "0000ffe9" + BASE
FRAME = 20  # bytes, see above
HEADS = (b"\x55\x61", b"\x55\x71")  # see above
RATES = {10: 6, 20: 7, 50: 8, 100: 9}  # codes, see above
UNLOCK = bytes.fromhex("ffaa6988b5")
ASK_BATTERY = bytes.fromhex("ffaa276400")
BATTERY_EVERY_S = 60.0  # chosen: a cell lasts hours
SCALE = np.array([16 * G] * 3 + [2000 * DEGREE] * 3) / 32768  # of a count, see above


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a WitMotion sensor."""

    rate_hz: Annotated[Literal[10, 20, 50, 100], Meta(description="Sample rate, Hz.")] = 100


def split(buffer: bytes, seam: int = 0) -> tuple[list[bytes], bytes, int]:
    """Cut a byte stream into frames: (frames, rest, number of bytes that belong to no frame).

    seam : where the newest notification begins.
    """
    frames: list[bytes] = []
    at, lost = 0, 0
    while at < len(buffer):
        head = buffer[at : at + 2]
        if head in HEADS and (at >= seam or _spans(buffer, seam, at + FRAME)):
            if len(buffer) - at < FRAME:
                break
            frames.append(buffer[at : at + FRAME])
            at += FRAME
        elif head == b"\x55":  # the frame's second byte is still to come
            break
        else:
            at += 1
            lost += 1
    return frames, buffer[at:], lost


def _spans(buffer: bytes, seam: int, end: int) -> bool:
    """Return whether a frame that ends there may span the seam, and no bytes were lost at it."""
    after = buffer[end : end + 2]
    return after in HEADS or (after in (b"", b"\x55") and buffer[seam : seam + 2] not in HEADS)


def decode(frame: bytes) -> tuple[Floats, Floats, Floats]:
    """Decode a ``55 61`` frame: acceleration m/s², angular rate rad/s, angles deg, (3,) each."""
    counts = np.array(fields("9h", frame, 2), dtype=np.float64)
    motion = counts[:6] * SCALE
    return motion[:3], motion[3:], counts[6:] * (180 / 32768)


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is a WitMotion sensor's."""
    return advert.name.startswith(("WT901", "WT9011")) or SERVICE in advert.services


class WitMotion(Device):
    """One connection to a WitMotion sensor."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._buffer = b""
        self._rate = Rate(*(float(hz) for hz in RATES), only=True)
        self._asked_t: float | None = None

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe and set the rate."""
        self.need(services, "this WitMotion model has no motion service over Bluetooth LE", NOTIFY)
        rate = bytes((0xFF, 0xAA, 0x03, RATES[self._config.rate_hz], 0x00))
        return [
            Subscribe(NOTIFY),
            *standard_start(services),
            Write(WRITE, UNLOCK),
            Write(WRITE, rate),
        ]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a piece of the stream."""
        if char != NOTIFY:
            return standard(t, self._sensor, char, data)
        frames, self._buffer, lost = split(self._buffer + data, len(self._buffer))
        if lost and not frames:
            raise DecodeError(f"{lost} bytes are no WitMotion frame")
        out: list[Output] = []
        motion = [decode(f) for f in frames if f[1] == 0x61]
        rate = self._rate.feed(t, len(motion)) if motion else None
        if rate:
            acc, gyr = (np.stack([m[i] for m in motion]) for i in range(2))
            out.append(packet(t, self._sensor, acc, gyr, rate_hz=rate))
        out += [self._battery(t, f) for f in frames if f[1:3] == b"\x71\x64"]
        if self._asked_t is None or t - self._asked_t >= BATTERY_EVERY_S:
            self._asked_t = t
            out.append(Write(WRITE, ASK_BATTERY))
        return out

    def _battery(self, t: float, frame: bytes) -> Battery:
        (centivolts,) = fields("H", frame, 4)
        percent = min(max((centivolts - 340) / (396 - 340) * 100, 0.0), 100.0)
        return Battery(t, self._sensor, percent)


PART = Part(Config, WitMotion)
