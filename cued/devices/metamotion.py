"""MbientLab MetaMotion R, RL (BMI160) and S (BMI270): two streams without device time.

Protocol facts
--------------
Service ``326a9000-...``, command ``326a9001-...`` (write), notify ``326a9006-...``. Messages begin
with module (3 accelerometer, 0x13 gyroscope) and register. ``03 80`` asks for the chip: 1 BMI160,
4 BMI270. Acceleration: settings register 3 (0x28 / 0xA8 for 100 Hz and the chip's code for the
range), data register 4, or 0x1C packed with three samples (BMI160). Angular rate: settings register
3 (0x28, range 0 = 2000 deg/s), data register 5, packed 7 (BMI160) or 4 (BMI270). Data: i16 x 3;
8 g is 4096 counts a g, 2000 deg/s is 16.4 counts a deg/s. Each stream is subscribed to, enabled
(register 2) and started (register 1). The two streams are joined sample by sample.

Source: MetaWear-SDK-Cpp and its tests. Certainty B (BMI160), C (BMI270); the packed registers of
the BMI270 are uncertain and are not used. Not verified on hardware; the maker's support is fading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cued.devices._gatt import DEGREE, G, fields, packet, rows, standard, standard_start
from cued.devices._untimed import Rate, Zipped
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import DecodeError, Floats
from cued.parts import Part

SERVICE = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY = "326a9006-85cb-9195-d9dd-464cfbbae75a"
ACC, GYRO = 0x03, 0x13  # modules (MetaWear's C++ library, as all codes here)
INFO = 0x80  # this bit reads a register
BMI160, BMI270 = 1, 4  # implementations of the accelerometer
RATE_CODES = {50: 0x27, 100: 0x28, 200: 0x29}  # Bosch's data sheets: ACC_CONF
PER_G = {2: 16384.0, 4: 8192.0, 8: 4096.0, 16: 2048.0}  # counts, by range in g (data sheets)
# Counts, by range in deg/s (data sheets).
PER_DPS = {2000: 16.4, 1000: 32.8, 500: 65.6, 250: 131.2, 125: 262.4}
# chip: (register of acceleration, of angular rate, code for 8 g, bit set in the rate's code)
CHIPS = {BMI160: (0x1C, 0x07, 0x08, 0x00), BMI270: (0x04, 0x04, 0x02, 0x80)}
DATA_REGISTERS = {ACC: (0x04, 0x1C), GYRO: (0x04, 0x05, 0x07)}  # by implementation


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a MetaMotion."""

    rate_hz: Annotated[Literal[50, 100, 200], Meta(description="Sample rate, Hz.")] = 100


def decode(data: bytes, range_g: int = 8, range_dps: int = 2000) -> tuple[int, Floats]:
    """Decode a data message: module and (n, 3) values, g or deg/s."""
    module, register = fields("BB", data)
    if register not in DATA_REGISTERS.get(module, ()):
        raise DecodeError(f"MetaMotion message {module:#04x} {register:#04x}")
    counts = rows("<i2", data[2:], 3)
    if len(counts) > 3:
        raise DecodeError(f"MetaMotion message of {len(data)} bytes")
    return module, counts / (PER_G[range_g] if module == ACC else PER_DPS[range_dps])


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is a MetaMotion's."""
    return advert.name.startswith(("MetaWear", "MetaMotion")) or SERVICE in advert.services


class MetaMotion(Device):
    """One connection to a MetaMotion."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._rate = Rate(25.0, 50.0, 100.0, 200.0, only=True)
        self._streams = Zipped()
        self._registers: tuple[int, int] | None = None

    def start(self, services: Sequence[str]) -> list[Action]:
        """Ask which chip it has; its answer starts the rest."""
        self.need(services, "this MetaWear board has no data service", NOTIFY)
        ask = Write(COMMAND, bytes((ACC, INFO)), response=False)
        return [Subscribe(NOTIFY), *standard_start(services), ask]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process data or the answer about the chip."""
        if char != NOTIFY:
            return standard(t, self._sensor, char, data)
        if data[:2] == bytes((ACC, INFO)):
            return self._set_up(data)
        module, values = decode(data)
        both = self._streams.feed(0 if module == ACC else 1, values)
        if both is None:
            return []
        acc, gyr = both
        rate = self._rate.feed(t, len(acc))
        if rate is None:
            return []
        return [packet(t, self._sensor, acc * G, gyr * DEGREE, rate_hz=rate)]

    def stop(self) -> list[Action]:
        """Stop both streams."""
        if self._registers is None:
            return []
        return [
            *self._commands(ACC, (1, 0), (2, 0, 1), (self._registers[0], 0)),
            *self._commands(GYRO, (1, 0), (2, 0, 1), (self._registers[1], 0)),
        ]

    def _set_up(self, data: bytes) -> list[Output]:
        (chip,) = fields("B", data, 2)
        if chip not in CHIPS:
            raise DecodeError(f"MetaMotion with an accelerometer of type {chip}")
        acc, gyro, range_code, bit = CHIPS[chip]
        self._registers = acc, gyro
        code = RATE_CODES[self._config.rate_hz]
        return [
            *self._commands(ACC, (3, code | bit, range_code), (acc, 1), (2, 1, 0), (1, 1)),
            *self._commands(GYRO, (3, code, 0), (gyro, 1), (2, 1, 0), (1, 1)),
        ]

    def _commands(self, module: int, *messages: tuple[int, ...]) -> list[Write]:
        return [Write(COMMAND, bytes((module, *m)), response=False) for m in messages]


PART = Part(Config, MetaMotion)
