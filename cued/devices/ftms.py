"""Treadmills that speak FTMS: belt speed and incline, and changes of them where that is allowed.

Protocol facts
--------------
Service 0x1826: Treadmill Data 0x2ACD (notify, about 1 Hz, ``_treadmill_data.py``), Machine Status
0x2ADA (notify), speed and incline ranges 0x2AD4 (u16, 0.01 km/h) and 0x2AD5 (s16, 0.1 %: least,
most, step), Control Point 0x2AD9 (write, indicate): 00 request control, 02 u16 speed, 03 s16
incline, 08 01 stop; answer ``80 op result``, 1 done, 2 not supported, 3 invalid, 4 failed, 5 not
permitted. Control is lost on disconnecting, and by status FF.

What the speed is worth: consoles report the target or the ramp, 0.5 to 2 s late. So for
``SETTLE_S`` after a change the change itself is the uncertainty, and before the report has caught
up with a new target, its distance from it. No device time: a report is as old as its arrival.

Consent: nothing is written to the control point unless ``control = true``. Then a change is made
only on a moving belt, within the configured and the machine's own limits, faster by no more than
``max_raise_m_s`` at once; stopping is always possible; starting never. Some machines want control
requested twice; it is asked for again once when refused. An answer that comes after ``ANSWER_S`` is
not acted on: the wish was given up by then. A machine without incline is level already.

Sources: FTMS 1.0, pyftms, qdomyos-zwift (facts), TrackMyIndoorWorkout (captures). Certainty A for
reading; control has been tested against a simulated treadmill only. Machines that report miles an
hour or a nonsense incline exist: see the options.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Annotated, TypeGuard

from msgspec import Meta, Struct

from cued.devices import _treadmill_data as td
from cued.devices._gatt import fields, sig
from cued.devices.device import Action, Advert, Answer, Output, Read, Subscribe, Write
from cued.model import Belt, BeltRequest, DecodeError, HeartRate
from cued.parts import Part

SERVICE = sig(0x1826)
DATA, STATUS, CONTROL = sig(0x2ACD), sig(0x2ADA), sig(0x2AD9)
SPEED_RANGE, INCLINE_RANGE = sig(0x2AD4), sig(0x2AD5)
REQUEST_CONTROL, SET_SPEED, SET_INCLINE, STOP = 0x00, 0x02, 0x03, 0x08
NOT_PERMITTED = 5
RESULTS = {2: "it does not support that", 3: "it finds the value invalid", 4: "it failed"}
SETTLE_S = 3.0
TARGET_S = 15.0  # a target that is not reached by then was not meant
ANSWER_S = 5.0
FASTEST_M_S = 25.0  # no belt runs 90 km/h
STANDS = "the belt stands still; only its own console starts it"


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an FTMS treadmill."""

    control: Annotated[
        bool, Meta(description="Consent: cued may change speed and incline when asked to.")
    ] = False
    max_speed_m_s: Annotated[
        float, Meta(gt=0, le=6, description="Fastest speed that cued may set, m/s.")
    ] = 2.5
    max_raise_m_s: Annotated[
        float, Meta(gt=0, le=1, description="Most that cued may go faster at once, m/s.")
    ] = 0.3
    max_incline_percent: Annotated[
        float, Meta(ge=0, le=40, description="Steepest incline that cued may set, percent.")
    ] = 15.0
    speed_factor: Annotated[
        float,
        Meta(gt=0.5, lt=2, description="True over reported speed; 1.609 if it reports mph."),
    ] = 1.0
    incline_factor: Annotated[
        float, Meta(ge=0, le=10, description="True over reported incline; 0 ignores it.")
    ] = 1.0
    error: Annotated[
        float, Meta(ge=0.001, le=0.2, description="Relative uncertainty of a steady speed.")
    ] = 0.03
    heart_rate: Annotated[
        bool, Meta(description="Use the heart rate that the treadmill measures.")
    ] = False


def matches(advert: Advert) -> bool:
    """Tell whether this advertisement offers the fitness machine service."""
    return SERVICE in advert.services


class Ftms:
    """One connection to a treadmill."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._speed: float | None = None
        self._incline = 0.0
        self._changes: list[tuple[float, float]] = []  # (t, how much) within SETTLE_S
        self._target: tuple[float, float] | None = None  # (t, m/s)
        self._controllable = False
        self._controlled = False
        self._inclines = config.incline_factor > 0
        self._ranges: dict[str, tuple[float, float]] = {}
        self._todo: list[bytes] = []  # commands of the wish at work, the first one is out
        self._wish_t: float | None = None
        self._asked_again = False

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe; look at the limits if changes are allowed."""
        if services and DATA not in services:
            raise DecodeError("this fitness machine is no treadmill")
        actions: list[Action] = [Subscribe(DATA)]
        if STATUS in services or not services:
            actions.append(Subscribe(STATUS))
        self._inclines &= INCLINE_RANGE in services or not services
        if self._config.control and (CONTROL in services or not services):
            self._controllable = True
            ranges = [c for c in (SPEED_RANGE, INCLINE_RANGE) if c in services]
            actions += [Subscribe(CONTROL), *(Read(c) for c in ranges)]
        return actions

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Take data, status, a range or an answer."""
        if char == DATA:
            return self._reported(t, data) if data else []  # empty ones come from a sleeping one
        if char == STATUS:
            return self._status(t, td.machine_status(data))
        if char == CONTROL:
            return self._answered(t, data)
        if char == SPEED_RANGE:
            least, most = fields("HH", data)
            self._ranges[char] = (least * 0.01 / 3.6, most * 0.01 / 3.6)
        if char == INCLINE_RANGE:
            least, most = fields("hh", data)
            self._ranges[char] = (least * 0.1, most * 0.1)
        return []

    def stop(self) -> list[Action]:
        """Leave the belt as it is: a lost link must not stop it under a runner."""
        return []

    def request(self, request: BeltRequest) -> list[Action | Answer]:
        """Check a wish and begin with it, or refuse."""
        why = self._refusal(request)
        if why:
            return [Answer(why)]
        wishes: list[bytes] = []
        if request.speed_m_s is not None:
            units = round(request.speed_m_s / self._config.speed_factor * 360)
            stop = bytes((STOP, 1))
            wishes.append(struct.pack("<BH", SET_SPEED, units) if units else stop)
        if self._moves(request.incline_percent):
            units = round(request.incline_percent / self._config.incline_factor * 10)
            wishes.append(struct.pack("<Bh", SET_INCLINE, units))
        if not wishes:
            return [Answer()]
        self._todo = wishes if self._controlled else [bytes((REQUEST_CONTROL,)), *wishes]
        self._wish_t, self._asked_again = request.t, False
        return [Write(CONTROL, self._todo[0])]

    def _refusal(self, request: BeltRequest) -> str:
        speed, incline = request.speed_m_s, request.incline_percent
        if speed is None and incline is None:
            return "nothing was asked for"
        if not self._config.control:
            return "the configuration does not let cued change the belt (control = true would)"
        if not self._controllable:
            return "the treadmill takes no wishes"
        if speed != 0 and self._wish_t is not None and request.t - self._wish_t < ANSWER_S:
            return "the treadmill has not answered the last wish yet"
        if not self._speed:
            return STANDS
        return self._beyond(speed, incline, self._speed)

    def _beyond(self, speed: float | None, incline: float | None, now: float) -> str:
        limits = self._config
        if speed is not None and speed != 0:
            least, most = self._ranges.get(SPEED_RANGE, (0.0, limits.max_speed_m_s))
            if not least <= speed <= min(most, limits.max_speed_m_s):
                return f"{speed:.2f} m/s is outside the limits"
            if speed - now > limits.max_raise_m_s:
                return f"more than {limits.max_raise_m_s:.2f} m/s faster at once"
        if self._moves(incline):
            least, most = self._ranges.get(INCLINE_RANGE, (0.0, limits.max_incline_percent))
            if not least <= incline <= min(most, limits.max_incline_percent):
                return f"{incline:.1f} % is outside the limits"
            if not limits.incline_factor:
                return "the treadmill's incline is ignored"
        return ""

    def _moves(self, incline: float | None) -> TypeGuard[float]:
        """Tell whether a wish for an incline is one for the machine: level is level without one."""
        return incline is not None and (incline != 0 or self._inclines)

    def _reported(self, t: float, data: bytes) -> list[Output]:
        frame = td.decode(data)
        incline = frame.values.get("incline_percent")
        if incline is not None:
            self._incline = incline * self._config.incline_factor
        out: list[Output] = []
        speed = frame.values.get("speed_km_h")
        if speed is not None:
            metres = speed / 3.6 * self._config.speed_factor
            if metres > FASTEST_M_S:
                raise DecodeError(f"a belt at {metres:.0f} m/s")
            error = self._error(t, metres)
            out.append(Belt(t, metres, self._incline, error, self._sensor))
            self._speed = metres
        bpm = frame.values.get("heart_rate")
        if bpm is not None and self._config.heart_rate:
            out.append(HeartRate(t, self._sensor, bpm))
        return out

    def _error(self, t: float, speed: float) -> float:
        """Give the relative uncertainty of a reported speed: steady, changing or on its way."""
        if self._speed is not None:
            self._changes.append((t, abs(speed - self._speed)))
        self._changes = [(at, by) for at, by in self._changes if t - at < SETTLE_S]
        off = sum(by for _, by in self._changes)
        if self._target is not None:
            at, target = self._target
            if t - at > TARGET_S or abs(target - speed) < 0.02:
                self._target = None
            else:
                off = max(off, abs(target - speed))
        return max(self._config.error, min(1.0, off / speed)) if speed else self._config.error

    def _status(self, t: float, status: td.MachineStatus) -> list[Output]:
        if status.op == 0x05 and status.value is not None:
            self._target = (t, status.value * self._config.speed_factor)
        if status.op in (0x01, 0xFF):
            self._controlled = False
        return []

    def _answered(self, t: float, data: bytes) -> list[Output]:
        mark, op, result = fields("BBB", data)
        if mark != 0x80:
            raise DecodeError(f"control point answer that starts with {mark:#04x}")
        late = self._wish_t is not None and t - self._wish_t > ANSWER_S
        if late or not self._todo or op != self._todo[0][0]:
            return []
        if result == NOT_PERMITTED and not self._asked_again:
            self._asked_again, self._controlled = True, False
            ask = bytes((REQUEST_CONTROL,))
            self._todo = [ask, *(c for c in self._todo if c != ask)]
            return [Write(CONTROL, ask)]
        if result != 1:
            return self._finished(RESULTS.get(result, "it does not permit that"))
        self._controlled = True
        self._todo = self._todo[1:]
        if self._todo and self._todo[0][0] == SET_SPEED and not self._speed:
            self._todo, self._wish_t = [], None
            return [Answer(STANDS)]
        return [Write(CONTROL, self._todo[0])] if self._todo else self._finished("")

    def _finished(self, why: str) -> list[Output]:
        self._todo, self._wish_t = [], None
        return [Answer(f"the treadmill refused: {why}" if why else "")]


PART = Part(Config, Ftms, place="treadmill")
