"""The FTMS control point: turns a request into commands and follows their answers.

Protocol facts
--------------
Control Point 0x2AD9 (write, indicate): 00 request control, 02 u16 speed, 03 s16 incline, 08 01
stop; answer ``80 op result``, 1 done, 2 not supported, 3 invalid, 4 failed, 5 not permitted.
Control is lost on disconnecting and with status FF. Ranges 0x2AD4 (u16, 0.01 km/h) and 0x2AD5
(s16, 0.1 %): least, most, step.

Rules
-----
* Nothing is written without consent, and no command starts a belt.
* A request must lie within the configured limits and the machine's own, and raise the speed by at
  most ``max_raise_m_s`` at once; never while the speed is in doubt or the belt is stopping. This is
  checked again when its turn comes: the belt may have slowed. It is rounded to the machine's step,
  because some machines cut off the rest, unless that step is none (``MOST_STEP``).
* A stop is written at once, after a request for control, whatever else is going on; it needs
  neither a known speed nor an answer (``_belt_guard.py`` makes sure that the belt obeys).
* Some machines want control requested twice: after a refusal it is requested once more. Some never
  answer that request and obey all the same: after ``GRANT_S`` the next command follows.
* An answer after ``ANSWER_S`` is ignored: the request was given up by then.
* A machine without incline counts as level.

Ranges are in the unit of the reports. If a machine takes another unit than it reports
(``write_factor``), its step is unknown and nothing is rounded.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TypeGuard

from msgspec import Struct

from cued.devices._belt_guard import STOOD, STOPPING, BeltGuard
from cued.devices._gatt import fields, sig
from cued.devices._treadmill_options import FtmsOptions
from cued.devices.device import Action, Answer, Output, Write
from cued.model import BeltRequest, DecodeError

CONTROL = sig(0x2AD9)
SPEED_RANGE, INCLINE_RANGE = sig(0x2AD4), sig(0x2AD5)
MOST_STEP = {SPEED_RANGE: 100, INCLINE_RANGE: 20}  # chosen: 1 km/h and 2 %; coarser is no machine
REQUEST_CONTROL, SET_SPEED, SET_INCLINE, STOP = 0x00, 0x02, 0x03, 0x08  # op codes, see above
ASK, HALT = bytes((REQUEST_CONTROL,)), bytes((STOP, 1))  # commands, see above
DONE, NOT_PERMITTED = 1, 5  # results, see above
# Meaning of the other results.
RESULTS = {2: "it does not support that", 3: "it finds the value invalid", 4: "it failed"}
ANSWER_S = 5.0  # chosen: after this time a runner no longer expects the belt to move
GRANT_S = 0.3  # chosen: answers come within a connection interval or two
STANDS = "the belt stands still; only its own console starts it"


class Range(Struct, frozen=True):
    """A machine's range, in whole numbers of its own unit; a step of 0 is unknown."""

    least: int
    most: int
    step: int = 0

    def nearest(self, value: float, ceiling: float) -> int:
        """Return the step nearest to the value that is not above the ceiling."""
        step = self.step or 1
        steps = round((value - self.least) / step)
        while steps > 0 and self.least + steps * step > ceiling + 1e-6:
            steps -= 1
        return self.least + steps * step


class Control:
    """The conversation with one treadmill's control point."""

    def __init__(self, config: FtmsOptions, sensor: str) -> None:
        self.able = False  # there is a control point, and consent
        self.inclines = config.incline_factor > 0
        self._config = config
        self._guard = BeltGuard(sensor, config.written_factor)
        self._controlled = False
        self._ranges: dict[str, Range] = {}
        self._todo: list[bytes] = []  # commands of the current request; the first has been sent
        self._sent_t = 0.0
        self._request_t: float | None = None
        self._wanted: float | None = None  # m/s
        self._asked_again = False
        self._speed: float | None = None
        self._doubt = ""

    def limits(self, char: str, data: bytes) -> None:
        """Note the machine's range of speed or incline."""
        layout = "HHH" if char == SPEED_RANGE else "hhH"
        known = Range(*fields(layout if len(data) >= struct.calcsize(layout) else layout[:2], data))
        if known.step > min(MOST_STEP[char], known.most - known.least):
            known = Range(known.least, known.most)
        if char == INCLINE_RANGE or known.most > known.least:  # some send only zeros for the speed
            self._ranges[char] = known

    def lost(self) -> None:
        """Note that the machine took control back."""
        self._controlled = False

    def request(self, request: BeltRequest) -> list[Action | Answer]:
        """Start on a request, or refuse it."""
        why = self._refusal(request)
        if why:
            return [Answer(why)]
        commands = self._commands(request)
        if not commands:
            return [Answer()]
        self._request_t, self._wanted, self._asked_again = request.t, request.speed_m_s, False
        if commands[0] == HALT:
            self._todo = commands
            return [*self._stop(request.t)]
        self._todo = commands if self._controlled else [ASK, *commands]
        return [self._next(request.t)]

    def see(self, t: float, speed_m_s: float, doubt: str) -> list[Output]:
        """Note a report and check that the belt obeys."""
        self._speed, self._doubt = speed_m_s, doubt
        if not self.able:
            return []
        out: list[Output] = [*self._guard.see(t, speed_m_s)]
        obeyed = self._wanted is not None and abs(speed_m_s - self._wanted) < 0.05
        if self._todo and self._todo[0][0] == SET_SPEED and obeyed:
            out += self._advance(t)
        return out + self._halting(t)

    def tick(self, t: float) -> list[Output]:
        """Continue without an answer, and check that a stop is obeyed."""
        if not self.able:
            return []
        out: list[Output] = [*self._guard.tick(t), *self._halting(t)]
        if (
            self._todo
            and self._todo[0] == ASK
            and t - self._sent_t >= GRANT_S
            and not self._late(t)
        ):
            out += self._advance(t)
        return out

    def answered(self, t: float, data: bytes) -> list[Output]:
        """Process the answer to a command."""
        mark, op, result = fields("BBB", data)
        if mark != 0x80:
            raise DecodeError(f"control point answer that starts with {mark:#04x}")
        if self._late(t) or not self._todo or op != self._todo[0][0]:
            return []
        if result == NOT_PERMITTED and not self._asked_again and self._todo[0] != HALT:
            self._asked_again, self._controlled = True, False
            self._todo = [ASK, *(c for c in self._todo if c != ASK)]
            return [self._next(t)]
        if result != DONE:
            return self._finished(refusal(RESULTS.get(result, "it does not permit that")))
        self._controlled = True
        return self._advance(t)

    def refused(self, t: float, why: str) -> list[Output]:
        """Drop a request whose command was not even accepted; a stop is repeated all the same."""
        return self._finished(refusal(why)) if self._todo else []

    def _advance(self, t: float) -> list[Output]:
        self._todo = self._todo[1:]
        if self._todo and self._todo[0][0] == SET_SPEED:
            why = self._beyond(self._wanted, None, self._speed) if self._speed else STANDS
            if why:
                return self._finished(why)
        return [self._next(t)] if self._todo else self._finished("")

    def _next(self, t: float) -> Write:
        self._sent_t = t
        if self._todo[0][0] == SET_SPEED:
            (units,) = struct.unpack_from("<H", self._todo[0], 1)  # rounded to the machine's step
            self._guard.requested(t, units / 360 * self._config.written_factor)
        return Write(CONTROL, self._todo[0])

    def _stop(self, t: float) -> list[Write]:
        self._guard.stopped(t)
        return [Write(CONTROL, ASK), Write(CONTROL, HALT)]

    def _halting(self, t: float) -> list[Output]:
        """Write a stop that is due, or finish one that was obeyed."""
        if self._guard.stop_due(t):
            given_up = self._finished(self._guard.off) if self._todo and self._guard.off else []
            return [*given_up, *self._stop(t)]
        if self._todo and self._todo[0] == HALT and not self._guard.stopping:
            return self._advance(t)
        return []

    def _late(self, t: float) -> bool:
        return self._request_t is not None and t - self._request_t > ANSWER_S

    def _finished(self, why: str) -> list[Output]:
        self._todo, self._request_t = [], None
        return [Answer(why)]

    # --- a request's commands, and whether it is allowed

    def _commands(self, request: BeltRequest) -> list[bytes]:
        commands: list[bytes] = []
        if request.speed_m_s is not None:
            units = self._speed_units(request.speed_m_s)
            commands.append(struct.pack("<BH", SET_SPEED, units) if units else HALT)
        if self._moves(request.incline_percent):
            units = self._incline_units(request.incline_percent)
            commands.append(struct.pack("<Bh", SET_INCLINE, units))
        return commands

    def _speed_units(self, speed_m_s: float) -> int:
        config = self._config
        if speed_m_s <= 0:
            return 0
        units = speed_m_s / config.written_factor * 360
        known = self._ranges.get(SPEED_RANGE)
        if known is None or config.written_factor != config.speed_factor:
            return max(1, round(units))
        ceiling = min(known.most, config.max_speed_m_s / config.speed_factor * 360)
        return known.nearest(units, max(ceiling, known.least))

    def _incline_units(self, percent: float) -> int:
        config = self._config
        units = (percent - config.incline_offset_percent) / config.incline_factor * 10
        known = self._ranges.get(INCLINE_RANGE, Range(0, 0))
        most = (config.max_incline_percent - config.incline_offset_percent) * 10
        return known.nearest(units, most / config.incline_factor)

    def _refusal(self, request: BeltRequest) -> str:
        speed, incline = request.speed_m_s, request.incline_percent
        if speed is None and incline is None:
            return "nothing was asked for"
        if not self._config.control:
            return "the configuration does not let cued change the belt (control = true would)"
        if not self.able:
            return "the treadmill takes no requests"
        if speed == 0:
            return self._beyond(None, incline, 0.0)
        if self._guard.off:
            return f"control is off: {self._guard.off}"
        if self._request_t is not None and request.t - self._request_t < ANSWER_S:
            return "the treadmill has not answered the last request yet"
        if not self._speed:
            return STANDS
        return self._beyond(speed, incline, self._speed)

    def _beyond(self, speed: float | None, incline: float | None, now: float) -> str:
        limits = self._config
        if speed is not None:
            least, most = self._true(SPEED_RANGE, limits.max_speed_m_s, self._speed_of)
            if not least <= speed <= min(most, limits.max_speed_m_s):
                return f"{speed:.2f} m/s is outside the limits"
            if speed - now > limits.max_raise_m_s:
                return f"more than {limits.max_raise_m_s:.2f} m/s faster at once"
            if speed > now and self._guard.stopping:
                return STOPPING
            if speed > now and self._doubt:
                return STOOD
        if self._moves(incline):
            least, most = self._true(INCLINE_RANGE, limits.max_incline_percent, self._incline_of)
            if not least <= incline <= min(most, limits.max_incline_percent):
                return f"{incline:.1f} % is outside the limits"
            if not limits.incline_factor:
                return "the treadmill's incline is ignored"
        return ""

    def _true(self, char: str, most: float, of: Callable[[float], float]) -> tuple[float, float]:
        known = self._ranges.get(char)
        return (of(known.least), of(known.most)) if known else (0.0, most)

    def _speed_of(self, units: float) -> float:
        return units / 360 * self._config.speed_factor

    def _incline_of(self, units: float) -> float:
        return self._config.incline_of(units / 10)

    def _moves(self, incline: float | None) -> TypeGuard[float]:
        """Return whether an incline needs a command: without incline, level needs none."""
        return incline is not None and (incline != 0 or self.inclines)


def refusal(why: str) -> str:
    """Phrase a treadmill's refusal."""
    return f"the treadmill refused: {why}"
