"""Treadmills with an iConsole board (Toorx, DKN, V-Run and others): belt speed and incline.

Protocol facts
--------------
Service fff0, notify fff1, write fff2. A message is f0, its type, two address bytes, values, and the
sum of all that (& ff); each value is sent plus one. ``f0 a0 01 01 92`` asks for the address, ``f0
a1``, addresses, sum for the limits, ``f0 a2``, addresses, sum for the status. A treadmill's status
has 19 bytes, ``f0 b2``: speed at 12 and 13 (hundreds and ones of 0.1 km/h), incline at 14 in
percent. The addresses are usually 01 d3; other machines send theirs in the first answer.

Rules: read only. Apps also send a3, a4, a5 and af, some of which start a belt; none of these is
written here, so a machine that answers only after them stays silent.

Sources: qdomyos-zwift (facts). Certainty D: one implementation, no captured status, and other
boards of that name (bikes, Reebok, adidas) differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.devices._gatt import possible_incline, possible_speed, sig
from cued.devices._treadmill_options import ERROR, SpeedOptions
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import Belt, DecodeError
from cued.parts import Part

SERVICE, NOTIFY, COMMAND = sig(0xFFF0), sig(0xFFF1), sig(0xFFF2)
FTMS = sig(0x1826)
NAMES = ("ICONSOLE", "TOORX", "I-RUNNING", "V-RUN", "DKN RUN")
WHO, LIMITS, STATUS = 0xA0, 0xA1, 0xA2  # messages, see above
ANSWERS = 0x10  # added to the question's type
USUAL = bytes((0x01, 0xD3))  # addresses, see above
LENGTH = 19  # bytes of a status, see above
SPEED, INCLINE = 12, 14  # their positions in it, see above
ASK_EVERY_S = 1.0  # chosen: as with the other protocols


class Config(SpeedOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a treadmill with an iConsole board."""


def message(what: int, addresses: bytes) -> bytes:
    """Make a question."""
    body = bytes((0xF0, what)) + addresses
    return body + bytes((sum(body) & 0xFF,))


def decode(data: bytes) -> tuple[float, float] | None:
    """Decode speed in km/h and incline in percent; None for another kind of message."""
    if len(data) < 5 or data[0] != 0xF0:
        raise DecodeError(f"{len(data)} bytes that are no iConsole message")
    if sum(data[:-1]) & 0xFF != data[-1]:
        raise DecodeError("an iConsole message with a wrong sum")
    if data[1] != STATUS + ANSWERS:
        return None
    if len(data) != LENGTH or 0 in data[SPEED : INCLINE + 1]:
        raise DecodeError(f"an iConsole status of {len(data)} bytes, not from a treadmill")
    hundreds, ones, incline = (value - 1 for value in data[SPEED : INCLINE + 1])
    return (100 * hundreds + ones) / 10, float(incline)


def matches(advert: Advert) -> bool:
    """Return whether this is such a board without FTMS, which is better."""
    named = advert.name.upper().startswith(NAMES)
    return named and SERVICE in advert.services and FTMS not in advert.services


class IConsole(Device):
    """One connection to a treadmill."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._addresses = USUAL
        self._todo = [WHO, LIMITS]
        self._asked_t = float("-inf")

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe; the first question follows with the next tick."""
        self.need(services, "this machine does not speak iConsole's protocol", NOTIFY, COMMAND)
        return [Subscribe(NOTIFY)]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Decode an answer."""
        if char != NOTIFY:
            return []
        status = decode(data)
        if status is None:
            if data[1] == WHO + ANSWERS:
                self._addresses = data[2:4]
            return []
        factor = self._config.speed_factor
        speed = possible_speed(status[0] / 3.6 * factor)
        incline = possible_incline(status[1])
        return [Belt(t, speed, incline, ERROR, self._sensor, factor=factor)]

    def tick(self, t: float) -> list[Output]:
        """Ask for the address, the limits, then the status."""
        if t - self._asked_t < ASK_EVERY_S:
            return []
        self._asked_t = t
        what = self._todo.pop(0) if self._todo else STATUS
        addresses = b"\x01\x01" if what == WHO else self._addresses
        return [Write(COMMAND, message(what, addresses), response=False)]


PART = Part(Config, IConsole, place="treadmill")
