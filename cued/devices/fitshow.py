"""Treadmills with a FitShow module that speak its protocol: belt speed and incline.

Protocol facts
--------------
Service fff0, notify fff1, write fff2. A message is 02, its type, values, the exclusive or of type
and values, 03. Asked ``02 51 51 03`` about once a second, a running treadmill answers ``02 51``,
state, speed in 0.1 km/h (or mph, as the console is set), incline in percent (signed), elapsed time
u16 s, distance u16, calories u16, steps u16, heart rate, check, 03; numbers little-endian. State 3
is running, 2 the countdown, 4 slowing down, 6 safety key, 10 paused; an idle treadmill answers with
the state alone.

Rules: read only; only the question is written, and it does not move the belt. Many of these
treadmills speak FTMS too (``ftms.py``), which is better: this is for those that don't.

Sources: captures in syssi/esphome-treadmill-f15, qdomyos-zwift (facts). Certainty C: one family
of captures decodes; units and states of others are unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cued.devices._gatt import fields, possible_incline, sig
from cued.devices._standstill import Standstill
from cued.devices._treadmill_options import ERROR, SpeedOptions
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import Belt, DecodeError
from cued.parts import Part

SERVICE, NOTIFY, COMMAND = sig(0xFFF0), sig(0xFFF1), sig(0xFFF2)
FTMS = sig(0x1826)
ASK = bytes.fromhex("02515103")
ASK_EVERY_S = 1.0  # see above
STATUS = 0x51  # see above
RUNNING, SLOWING = 3, 4  # states, see above
HALTS = {6: "safety_key", 10: "paused"}  # states, see above
# Many kinds of devices use fff0; those with these names are treadmills.
NAMES = ("FS-", "NOBLEPRO", "WINFITA", "BH-T")


class Config(SpeedOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a FitShow treadmill."""


class FitShowStatus(Struct, frozen=True):
    """A treadmill's answer; without a speed when it is idle."""

    state: int
    speed_km_h: float = 0.0
    incline_percent: float = 0.0
    elapsed_s: int | None = None


def decode(data: bytes) -> FitShowStatus | None:
    """Decode a status; None for another kind of message. DecodeError for a damaged one."""
    if len(data) < 5 or data[0] != 0x02 or data[-1] != 0x03:
        raise DecodeError(f"{len(data)} bytes that are no FitShow message")
    if _check(data[1:-2]) != data[-2]:
        raise DecodeError("a FitShow message with a wrong check")
    if data[1] != STATUS:
        return None
    if len(data) < 9:
        if data[2] in (RUNNING, SLOWING, *HALTS):
            raise DecodeError("a FitShow treadmill that runs, without its speed")
        return FitShowStatus(data[2])
    speed, incline, elapsed = fields("BbH", data, 3)
    return FitShowStatus(data[2], speed / 10, float(incline), elapsed)


def _check(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check


def matches(advert: Advert) -> bool:
    """Return whether this is a treadmill with FitShow's service and without FTMS."""
    named = advert.name.upper().startswith(NAMES)
    return named and SERVICE in advert.services and FTMS not in advert.services


class FitShow(Device):
    """One connection to a treadmill."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._standstill = Standstill()
        self._asked_t = float("-inf")

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe; the first question follows with the next tick."""
        self.need(services, "this treadmill does not speak FitShow's protocol", NOTIFY, COMMAND)
        return [Subscribe(NOTIFY)]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Decode an answer."""
        status = decode(data) if char == NOTIFY else None
        if status is None:
            return []
        factor = self._config.speed_factor
        speed = status.speed_km_h / 3.6 * factor
        if status.state not in (RUNNING, SLOWING, *HALTS):
            speed = 0.0
        if status.elapsed_s is not None:
            self._standstill.ticked(t, status.elapsed_s)
        doubt = self._standstill.doubt(t, speed)
        if speed:
            doubt = HALTS.get(status.state, doubt)
        error = 0.3 if status.state == SLOWING else ERROR
        incline = possible_incline(status.incline_percent)
        return [Belt(t, speed, incline, error, self._sensor, doubt, factor=factor)]

    def tick(self, t: float) -> list[Output]:
        """Ask for the status."""
        if t - self._asked_t < ASK_EVERY_S:
            return []
        self._asked_t = t
        return [Write(COMMAND, ASK, response=False)]


PART = Part(Config, FitShow, place="treadmill")
