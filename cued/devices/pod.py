"""The project's own pod: a packed frame with counter and device clock (docs/pod-protocol.md).

Protocol facts
--------------
Service ``63750001-6564-4b2a-a5c1-7d0e9f3b5a10``; ``...0002`` data (notify), ``...0003`` control
(write), ``...0004`` motor (write). Advertised as ``cued pod XXXX``. Data, little-endian:
version u8 = 1, n u8 (1 to 19), counter u16 (of frames, wraps), time of the first sample u32 µs
(wraps), u16 µs between samples, then n times acc x y z, gyr x y z as i16; 0.488 mg and 0.070 deg/s
a count (LSM6DS3TR-C at 16 g and 2000 deg/s). Control: ``01`` start, ``00`` stop, ``02`` sleep until
moved. Battery by the standard service. Motor: version u8 = 1, n u8 (0 to 8), latest device time to
begin u32 µs, then n times rest u8, on u8, in units of 10 ms.

Source: this project, both ends. Certainty A (the layout); the firmware has been tested against this
decoder, not yet on a board.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from msgspec import Struct

from cued.devices._gatt import (
    DEGREE,
    G,
    Ticks,
    evenly,
    fields,
    packet,
    rows,
    standard,
    standard_start,
)
from cued.devices.device import (
    Action,
    Advert,
    Answer,
    Device,
    Output,
    PulseTrain,
    Subscribe,
    Write,
)
from cued.model import DecodeError, Floats
from cued.parts import NoOptions, Part

SERVICE = "63750001-6564-4b2a-a5c1-7d0e9f3b5a10"
DATA = "63750002-6564-4b2a-a5c1-7d0e9f3b5a10"
CONTROL = "63750003-6564-4b2a-a5c1-7d0e9f3b5a10"
MOTOR = "63750004-6564-4b2a-a5c1-7d0e9f3b5a10"
VERSION = 1  # docs/pod-protocol.md
RATE_HZ = 104.0  # of the firmware (hardware/pod)
HEADER = 10  # bytes; docs/pod-protocol.md
MOST_SAMPLES = 19  # 238 bytes, in a notification at the usual MTU of 247
MOST_PULSES = 8  # docs/pod-protocol.md
LATE_S = 0.2  # as long as a pulse: felt later, it would belong to another stride
UNIT_S = 0.01  # docs/pod-protocol.md
ACC_M_S2 = 0.488e-3 * G  # a count: LSM6DS at 16 g (data sheet)
GYR_RAD_S = 0.070 * DEGREE  # a count: LSM6DS at 2000 deg/s (data sheet)


class PodFrame(Struct, frozen=True, eq=False):
    """One data frame; values (n, 6) in counts."""

    counter: int
    first_us: int
    step_us: int
    values: Floats


def decode(data: bytes) -> PodFrame:
    """Decode one data frame."""
    version, n, counter, first_us, step_us = fields("BBHIH", data)
    if version != VERSION:
        raise DecodeError(f"pod frame of version {version}, this program knows {VERSION}")
    if not 1 <= n <= MOST_SAMPLES or len(data) != HEADER + 12 * n or not step_us:
        raise DecodeError(f"pod frame of {n} samples in {len(data)} bytes")
    return PodFrame(counter, first_us, step_us, rows("<i2", data[HEADER:], 6))


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is a pod's."""
    return SERVICE in advert.services or advert.name.startswith("cued pod")


class Pod(Device):
    """One connection to a pod."""

    def __init__(self, config: NoOptions, sensor: str) -> None:
        self._sensor = sensor
        self._ticks = Ticks(32, 1e-6)
        self._last_tick = -1.0
        self._last: tuple[float, int] | None = None  # newest frame: arrival, last sample's µs
        self._has_motor = False

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe and start the stream."""
        self.need(services, "this pod has no motion data; its firmware is not from cued", DATA)
        self._has_motor = MOTOR in services
        return [Subscribe(DATA), *standard_start(services), Write(CONTROL, b"\x01")]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a data frame or a standard value."""
        if char != DATA:
            return standard(t, self._sensor, char, data)
        frame = decode(data)
        first = self._ticks.seconds(frame.first_us)
        ticks = evenly(first, frame.step_us * 1e-6, len(frame.values))
        if ticks[0] <= self._last_tick:
            raise DecodeError("pod frame that overlaps the one before")
        self._last_tick = float(ticks[-1])
        self._last = t, frame.first_us + (len(ticks) - 1) * frame.step_us
        acc, gyr = frame.values[:, :3] * ACC_M_S2, frame.values[:, 3:] * GYR_RAD_S
        return [packet(t, self._sensor, acc, gyr, rate_hz=RATE_HZ, ticks=ticks)]

    def stop(self) -> list[Action]:
        """Stop the stream."""
        return [Write(CONTROL, b"\x00")]

    def rest(self) -> list[Action]:
        """Put it to sleep until it is moved."""
        return [Write(CONTROL, b"\x02")]

    def pulse(self, t: float, rhythm: PulseTrain) -> list[Write | Answer]:
        """Write a rhythm with the latest time, on the pod's clock, at which it may begin.

        That clock is estimated from the newest frame, which arrived with a delay: the slower the
        link, the less time is left. An empty rhythm (silence) is never too late.
        """
        if not self._has_motor:
            return [Answer("its firmware has no motor")]
        came_t, sample_us = self._last or (-LATE_S, 0)
        if rhythm and t - came_t > LATE_S:
            return [Answer(f"the link is poor: nothing received for {LATE_S:.1f} s")]
        until_us = (sample_us + round((t - came_t + LATE_S) * 1e6)) % 2**32
        units = (round(s / UNIT_S) for pulse in rhythm[:MOST_PULSES] for s in pulse)
        head = struct.pack("<BBI", VERSION, min(len(rhythm), MOST_PULSES), until_us)
        return [Write(MOTOR, head + bytes(min(n, 255) for n in units))]


PART = Part(NoOptions, Pod)
