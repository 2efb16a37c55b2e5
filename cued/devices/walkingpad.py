"""WalkingPad and other KingSmith treadmills with service fe00: speed, and changes to it.

Protocol facts
--------------
Notify fe01, write without response fe02. A message is ``f7 a2``, its type, values, sum of the bytes
from the second on (& ff), ``fd``. The status comes only on request (``f7 a2 00 00 a2 fd``, about
once a second): ``f8 a2``, state, speed in 0.1 km/h, mode (0 automatic, 1 manual, 2 standby), time
u24 s, distance u24 in 10 m, steps u24, more, sum, ``fd``; numbers big-endian. State 1 is running;
0 and 5 are standing, whatever speed is reported with them; a time that does not advance means
standing too. ``f7 a2 01 speed`` sets the speed (0 stops), ``f7 a2 02 mode`` the mode; a message
less than 0.7 s after another is ignored. The speed can be set in manual mode only.

Rules: only questions are written unless ``control = true``; then commands go only to a running
belt in manual mode, raise the speed by at most ``max_raise_m_s`` at once, and are checked
(``_belt_guard.py``). One that had to wait is judged again: the belt may stand by then. A stop is
written at once. If a message just before it may have made the pad ignore it, it is written again as
soon as the pad listens; repeats keep clear of questions. There is no incline. The pad answers no
command; a request is done when the speed follows.

Sources: ph4r05/ph4-walkingpad, qdomyos-zwift (facts), treadmills' owners. Certainty B for reading
(captured frames decode), C for control: never tried on a pad. KingSmith's encrypted machines (R2,
K12, X21) speak another protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from cued.devices._belt_guard import STOOD, STOPPING, BeltGuard
from cued.devices._gatt import sig
from cued.devices._standstill import Standstill
from cued.devices._treadmill_options import ERROR, ControlOptions
from cued.devices.device import Action, Advert, Answer, Device, Output, Subscribe, Write
from cued.model import Belt, BeltRequest, DecodeError
from cued.parts import Part

SERVICE, NOTIFY, COMMAND = sig(0xFE00), sig(0xFE01), sig(0xFE02)
ASK = bytes.fromhex("f7a20000a2fd")
ASK_EVERY_S = 1.0  # see above
APART_S = 0.7  # as above
STATE, SPEED, MODE = 2, 3, 4  # their positions in a status, see above
STANDING = (0, 5)  # states, see above
RUNNING, MANUAL = 1, 1  # the state, and the mode, see above
LEAST_BYTES = 16  # up to the steps, sum and end
REACHED_M_S = 0.05  # half a step of 0.1 m/s
ANSWER_S = 5.0  # then the request counts as refused
SPEAK_FTMS = ("KS-HD-Z1D",)  # advertise fe00 too


class Config(ControlOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a WalkingPad."""

    max_speed_m_s: Annotated[
        float, Meta(gt=0, le=4, description="Fastest speed that cued may set, m/s.")
    ] = 1.6
    incline_percent: Annotated[
        float, Meta(ge=-20, le=40, description="Incline of the deck, percent.")
    ] = 0.0


class PadStatus(Struct, frozen=True):
    """A pad's answer."""

    state: int
    speed_km_h: float
    mode: int
    elapsed_s: int
    distance_m: int
    steps: int


def message(what: int, value: int) -> bytes:
    """Make a message to the pad."""
    body = bytes((0xA2, what, value))
    return b"\xf7" + body + bytes((sum(body) & 0xFF, 0xFD))


HALT = message(1, 0)  # see above


def decode(data: bytes) -> PadStatus | None:
    """Decode a status; None for another kind of message. DecodeError for a damaged one."""
    if data[:1] != b"\xf8" or data[-1:] != b"\xfd" or len(data) < 5:
        raise DecodeError(f"{len(data)} bytes that are no message from a pad")
    if sum(data[1:-2]) & 0xFF != data[-2]:
        raise DecodeError("a pad's message with a wrong sum")
    if data[1] != 0xA2:
        return None
    if len(data) < LEAST_BYTES:
        raise DecodeError(f"a pad's status of {len(data)} bytes")
    elapsed, tens, steps = (int.from_bytes(data[at : at + 3], "big") for at in (5, 8, 11))
    return PadStatus(data[STATE], data[SPEED] / 10, data[MODE], elapsed, tens * 10, steps)


def matches(advert: Advert) -> bool:
    """Return whether this advertisement offers the pads' service."""
    return SERVICE in advert.services and not advert.name.startswith(SPEAK_FTMS)


class WalkingPad(Device):
    """One connection to a pad."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._guard = BeltGuard(sensor)
        self._status: PadStatus | None = None
        self._speed = 0.0
        self._standstill = Standstill()
        self._doubt = ""
        self._request: tuple[float, float] | None = None  # (t, m/s)
        self._wanted = 0.0  # as requested, m/s; ``_request`` has what is written
        self._todo: list[bytes] = []
        self._sent_t = float("-inf")
        self._asked_t = float("-inf")

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe; the first question follows with the next tick."""
        self.need(services, "this pad does not speak the protocol of service fe00", NOTIFY, COMMAND)
        return [Subscribe(NOTIFY)]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Decode an answer."""
        if char != NOTIFY:
            return []
        status = decode(data)
        if status is None:
            return []
        self._status = status
        config = self._config
        self._speed = status.speed_km_h / 3.6 * config.speed_factor
        if status.state != RUNNING and status.mode == 2:
            self._speed = 0.0
        self._standstill.ticked(t, status.elapsed_s)
        self._standstill.went(t, status.distance_m)
        halt = "stopped" if self._speed and status.state in STANDING else ""
        self._doubt = doubt = halt or self._standstill.doubt(t, self._speed)
        incline, factor = config.incline_percent, config.speed_factor
        belt = Belt(t, self._speed, incline, ERROR, self._sensor, doubt, factor=factor)
        out: list[Output] = [belt, *self._guard.see(t, self._speed)]
        reached = self._request and abs(self._speed - self._request[1]) < REACHED_M_S
        if reached and not self._todo:
            out += self._finished("")
        return out + self._halting(t)

    def tick(self, t: float) -> list[Output]:
        """Ask for the status, write what waits its turn, check that a stop is obeyed."""
        out: list[Output] = [*self._guard.tick(t), *self._halting(t)]
        if t - self._sent_t < APART_S:
            return out
        if self._todo:
            return [*out, *self._next(t)]
        if t - self._asked_t >= ASK_EVERY_S:
            self._asked_t = self._sent_t = t
            return [*out, self._write(ASK)]
        return out

    def refused(self, t: float, write: Write, why: str) -> list[Output]:
        """Drop a request that was not accepted."""
        return [*self._finished(f"the treadmill refused: {why}")] if self._request else []

    def request(self, request: BeltRequest) -> list[Action | Answer]:
        """Start on a request, or refuse it."""
        why = self._refusal(request)
        if why:
            return [Answer(why)]
        if request.speed_m_s is None:
            return [Answer()]  # level, as always
        if request.speed_m_s == 0:
            self._request = (request.t, 0.0)
            return [*self._stop(request.t)]
        tenths = round(request.speed_m_s / self._config.speed_factor * 36)
        self._wanted = request.speed_m_s
        self._request = (request.t, tenths / 36 * self._config.speed_factor)
        self._todo = [message(1, tenths)]
        return [] if request.t - self._sent_t < APART_S else [*self._next(request.t)]

    def _next(self, t: float) -> list[Write | Answer]:
        """Return the write that has waited its turn, or the refusal of a speed too high by now."""
        command = self._todo.pop(0)
        if command != HALT:
            if why := self._beyond(self._wanted):
                return [*self._finished(why)]
            if self._request:
                self._guard.requested(t, self._request[1])
        self._sent_t = t
        return [self._write(command)]

    def _stop(self, t: float) -> list[Write]:
        self._todo = [HALT] if t - self._sent_t < APART_S else []
        self._sent_t = t
        self._guard.stopped(t)
        return [self._write(HALT)]

    def _halting(self, t: float) -> list[Output]:
        deaf = self._guard.stopping and t - self._sent_t < APART_S
        if deaf or not self._guard.stop_due(t):
            return []
        given_up = self._finished(self._guard.off) if self._guard.off else []
        return [*given_up, *self._stop(t)]

    def _write(self, data: bytes) -> Write:
        return Write(COMMAND, data, response=False)

    def _finished(self, why: str) -> list[Answer]:
        pending, self._request = self._request, None
        self._todo = [command for command in self._todo if command == HALT]
        return [Answer(why)] if pending else []

    def _refusal(self, request: BeltRequest) -> str:
        speed = request.speed_m_s
        if speed is None and request.incline_percent is None:
            return "nothing was asked for"
        if not self._config.control:
            return "the configuration does not let cued change the belt (control = true would)"
        if speed == 0:
            return ""
        if request.incline_percent:
            return "the treadmill's incline cannot be set"
        if speed is None:
            return ""
        if self._guard.off:
            return f"control is off: {self._guard.off}"
        if self._request is not None and request.t - self._request[0] < ANSWER_S:
            return "the treadmill has not answered the last request yet"
        return self._beyond(speed)

    def _beyond(self, speed: float) -> str:
        limits = self._config
        if not self._speed or self._status is None:
            return "the belt stands still; only its own console starts it"
        if self._status.mode != MANUAL:
            return "the pad sets its speed itself; switch it to manual first"
        if not 0 < speed <= limits.max_speed_m_s:
            return f"{speed:.2f} m/s is outside the limits"
        if speed > self._speed and self._guard.stopping:
            return STOPPING
        if speed > self._speed and self._doubt:
            return STOOD
        if speed - self._speed > limits.max_raise_m_s:
            return f"more than {limits.max_raise_m_s:.2f} m/s faster at once"
        return ""


PART = Part(Config, WalkingPad, place="treadmill")
