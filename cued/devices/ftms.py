"""Treadmills that speak FTMS: belt speed and incline, and changes to them if allowed.

Protocol facts
--------------
Service 0x1826: Treadmill Data 0x2ACD (notify, about 1 Hz, ``_treadmill_data.py``), Machine Status
0x2ADA (notify), the control point and ranges (``_ftms_control.py``). The service data of the
advertisement give the kind of machine: flags u8, type u16, bit 0 a treadmill; some send less, or
the type's bytes swapped, so a machine is excluded only if its type is certainly another.

Uncertainty of the speed: consoles report the target or the ramp, 0.5 to 2 s late. So for
``SETTLE_S`` after a change the uncertainty is the change itself, and until the report reaches a new
target, its distance from it. A halt is reported separately from the speed, which many machines
keep repeating (``_standstill.py``). No device time: a report counts from its arrival. Many report
nothing before the belt runs, or before control is requested.

Some need a message before they report. KingSmith Z1 (some firmware), service
24e2521c-f63b-48ed-85be-c5330a00fdf7: ``71 00 05 01``, the last four characters of its name as a
little-endian 32-bit number plus one, and the sum of all that (& ff); it answers ``71 80 00 cc``.
Urevo Spacewalk E3, some Mobvoi: ``02 51 0b 03`` to characteristic fff2. Others report once control
was requested by the standard's ``00`` to the control point, which moves nothing. None of these is
written unless the option ``unlock`` names the machine (fortun8te/z1-walkingpad,
dudanov/hassio-ftms#21, qdomyos-zwift#3382; certainty D: one report each).

Sources: FTMS 1.0, pyftms, qdomyos-zwift (facts), TrackMyIndoorWorkout (captures). Certainty A for
reading; control has been tested against simulated treadmills only. Some machines report or take
miles an hour, or send a meaningless incline: see the options (``_treadmill_options.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import radians, tan

from cued.devices import _treadmill_data as td
from cued.devices._ftms_control import CONTROL, INCLINE_RANGE, SPEED_RANGE, Control
from cued.devices._gatt import MOST_BPM, possible_incline, possible_speed, sig
from cued.devices._standstill import Standstill
from cued.devices._treadmill_options import ERROR
from cued.devices._treadmill_options import FtmsOptions as Config
from cued.devices.device import Action, Advert, Answer, Device, Output, Read, Subscribe, Write
from cued.model import Belt, BeltRequest, DecodeError, HeartRate
from cued.parts import Part

SERVICE = sig(0x1826)
DATA, STATUS = sig(0x2ACD), sig(0x2ADA)
Z1_NOTIFY = "24e2521c-f63b-48ed-85be-c5330b00fdf7"
Z1_WRITE = "24e2521c-f63b-48ed-85be-c5330d00fdf7"
UREVO_WRITE, UREVO = sig(0xFFF2), bytes.fromhex("02510b03")
SETTLE_S = 3.0  # chosen: consoles report a change 0.5 to 2 s late
TARGET_S = 15.0  # a target that is not reached by then was not meant


def matches(advert: Advert) -> bool:
    """Return whether this advertisement offers a fitness machine that may be a treadmill."""
    return SERVICE in advert.services and not _is_another(advert.service_data.get(SERVICE, b""))


def _is_another(data: bytes) -> bool:
    """Return whether the type in service data is certainly a bike's, a rower's or the like."""
    kind = data[1:3]
    return len(kind) == 2 and any(kind) and not any(byte & 1 for byte in kind)


def z1(name: str) -> bytes:
    """Return the bytes that unlock a Z1 of this name."""
    number = int.from_bytes(name.encode()[-4:].rjust(4, b"\0"), "little") + 1
    body = b"\x71\x00\x05\x01" + (number & 0xFFFFFFFF).to_bytes(4, "little")
    return body + bytes((sum(body) & 0xFF,))


def _unlocking(config: Config, services: Sequence[str]) -> list[Action]:
    """Return the actions that unlock the configured machine, if it is there."""
    if config.unlock == "kingsmith_z1" and Z1_WRITE in services:
        if len(config.unlock_name) < 4:
            raise DecodeError("a Z1 is unlocked by its name: write it as unlock_name")
        return [Subscribe(Z1_NOTIFY), Write(Z1_WRITE, z1(config.unlock_name))]
    if config.unlock == "urevo" and UREVO_WRITE in services:
        return [Write(UREVO_WRITE, UREVO)]
    if config.unlock == "request_control" and CONTROL in services:
        return [Subscribe(CONTROL), Write(CONTROL, b"\x00")]
    return []


class Ftms(Device):
    """One connection to a treadmill."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._speed: float | None = None
        self._incline = config.fixed_incline_percent or 0.0
        self._changes: list[tuple[float, float]] = []  # (t, m/s) within SETTLE_S
        self._target: tuple[float, float] | None = None  # (t, m/s)
        self._standstill = Standstill()
        self._control = Control(config, sensor)

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe; read the machine's ranges if changes are allowed."""
        self.need(services, "this fitness machine is not a treadmill", DATA)
        actions: list[Action] = [Subscribe(DATA)]
        if STATUS in services or not services:
            actions.append(Subscribe(STATUS))
        actions += _unlocking(self._config, services)
        self._control.inclines &= INCLINE_RANGE in services or not services
        if self._config.control and (CONTROL in services or not services):
            self._control.able = True
            ranges = [c for c in (SPEED_RANGE, INCLINE_RANGE) if c in services]
            actions += [Subscribe(CONTROL), *(Read(c) for c in ranges)]
        return actions

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Decode data, status, a range or an answer."""
        if char == DATA:
            return self._reported(t, data) if data else []  # a sleeping treadmill sends empty ones
        if char == STATUS:
            return self._status(t, td.machine_status(data))
        if char == CONTROL:
            return self._control.answered(t, data)
        if char in (SPEED_RANGE, INCLINE_RANGE):
            self._control.limits(char, data)
        return []

    def tick(self, t: float) -> list[Output]:
        """Continue with an unanswered request, and check that a stop is obeyed."""
        return self._control.tick(t)

    def refused(self, t: float, write: Write, why: str) -> list[Output]:
        """Drop a request that was not accepted."""
        return self._control.refused(t, why)

    def request(self, request: BeltRequest) -> list[Action | Answer]:
        """Start on a request, or refuse it."""
        return self._control.request(request)

    def _reported(self, t: float, data: bytes) -> list[Output]:
        frame = td.decode(data)
        incline = frame.values.get("incline_percent")
        ramp = frame.values.get("ramp_deg")
        if incline is None and "incline_percent" in frame.values and ramp is not None:
            incline = 100.0 * tan(radians(ramp))  # this machine knows only the angle
        if incline is not None:
            self._incline = possible_incline(self._config.incline_of(incline), self._incline)
        elapsed = frame.values.get("elapsed_s")
        if elapsed is not None:
            self._standstill.ticked(t, elapsed)
        self._standstill.went(t, frame.values.get("distance_m"))
        out: list[Output] = []
        speed = frame.values.get("speed_km_h")
        if speed is not None:
            out += self._belt(t, possible_speed(speed / 3.6 * self._config.speed_factor))
        bpm = frame.values.get("heart_rate")
        if bpm is not None and self._config.heart_rate:
            out.append(HeartRate(t, self._sensor, bpm if bpm <= MOST_BPM else 0.0))
        return out

    def _belt(self, t: float, speed: float) -> list[Output]:
        doubt = self._standstill.doubt(t, speed)
        error = self._error(t, speed)
        self._speed = speed
        belt = Belt(
            t, speed, self._incline, error, self._sensor, doubt, factor=self._config.speed_factor
        )
        return [belt, *self._control.see(t, speed, doubt)]

    def _error(self, t: float, speed: float) -> float:
        """Return the relative uncertainty of a reported speed."""
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
        return max(ERROR, min(1.0, off / speed)) if speed else ERROR

    def _status(self, t: float, status: td.MachineStatus) -> list[Output]:
        if status.op == td.NEW_SPEED and status.value is not None:
            self._target = (t, status.value * self._config.speed_factor)
        if status.op in (td.RESET, td.CONTROL_LOST):
            self._control.lost()
        if status.op == td.STARTED:
            self._standstill.started()
        if status.op in (td.HALTED, td.SAFETY_KEY):
            stopped = "paused" if status.paused else "stopped"
            return self._halted(t, "safety_key" if status.op == td.SAFETY_KEY else stopped)
        return []

    def _halted(self, t: float, why: str) -> list[Output]:
        """Report the last speed again, as doubtful."""
        if self._speed == 0.0:
            return []
        self._standstill.halted(t, why, self._speed)
        return [] if self._speed is None else [*self._belt(t, self._speed)]


PART = Part(Config, Ftms, place="treadmill")
