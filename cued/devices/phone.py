"""A phone worn as a sensor: data of phyphox and Sensor Logger, over the network, not Bluetooth.

Protocol facts
--------------
phyphox: the phone is the server. ``/get?acc_time=T&accX=T|acc_time`` gives the values newer than T
as ``{"buffer": {name: {"buffer": [...]}}, "status": {"session", "measuring"}}``; times are seconds
of the experiment, accelerations m/s² (with gravity in the experiment "Acceleration with g"),
angular rates rad/s. A new session means that it was cleared or restarted. It does not support
keep-alive.

Sensor Logger: the phone posts ``{"payload": [{"name", "time", "values": {"x", "y", "z"}}]}``, time
in UTC ns as an integer, sensors mixed and unsorted. ``accelerometer`` is without gravity, which
comes as ``gravity`` (their sum is used); ``totalacceleration`` (Android) includes it.
``gyroscope`` is rad/s. Names vary in case and spaces. A phone's clock may be set back: if nothing
but older times have come for ``BEHIND_S``, they are taken for those after a restart.

Both send batches, 0.1 to 1 s late: good enough to try cued, too late for a cue in the same step.

Sources: phyphox wiki (remote interface), Sensor Logger's PUSHING.md and UNITS.md. Certainty A for
the formats; not tried with a phone.

``receive`` takes the JSON unchanged; its "characteristic" names the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta, Struct

from cued.devices._gatt import LEAP_S, packet
from cued.devices._pairing import Pairing
from cued.devices.device import Action, Advert, Device, Output
from cued.model import DecodeError, Floats
from cued.parts import Part
from cued.reading import from_json

PHYPHOX, SENSOR_LOGGER = "phyphox", "sensor_logger"
LEAST_SAMPLES = 20  # needed for a rate
BEHIND_S = 5.0  # chosen: a post that is sent again comes among newer ones
MOST = 1e9  # s, m/s², rad/s; no experiment lasts longer


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a phone."""

    acc: Annotated[
        tuple[str, str, str, str],
        Meta(description="phyphox buffers: time, x, y and z of acceleration with gravity."),
    ] = ("acc_time", "accX", "accY", "accZ")
    gyr: Annotated[
        tuple[str, str, str, str],
        Meta(description="phyphox buffers: time, x, y and z of angular rate, if there are any."),
    ] = ("gyr_time", "gyrX", "gyrY", "gyrZ")
    gyroscope: Annotated[bool, Meta(description="The phone sends its angular rate too.")] = False


class Buffer(Struct, frozen=True):
    """Values of a phyphox buffer, oldest first."""

    buffer: list[float | None] = []


class _Status(Struct, frozen=True):
    session: str = ""


class PhyphoxReply(Struct, frozen=True):
    """The fields used of a phyphox reply."""

    buffer: dict[str, Buffer] = {}
    status: _Status = _Status()


class _Reading(Struct, frozen=True):
    name: str
    time: int
    values: dict[str, Any] = {}


class _Message(Struct, frozen=True):
    payload: list[_Reading] = []


Stream = tuple[Floats, Floats]  # times (n,) s, values (n, 3)


def decode(data: bytes) -> PhyphoxReply:
    """Decode a reply of phyphox."""
    try:
        return from_json(data, PhyphoxReply)
    except msgspec.DecodeError as error:
        raise DecodeError(f"phyphox: {error}") from None


def phyphox(data: bytes, names: Sequence[tuple[str, ...]]) -> tuple[str, list[Stream]]:
    """Decode a reply of phyphox: its session, and the streams of these buffers."""
    reply = decode(data)
    streams: list[Stream] = []
    for columns in names:
        found = [reply.buffer.get(name, Buffer()).buffer for name in columns]
        n = min(len(c) for c in found)
        rows = np.array([c[:n] for c in found], dtype=float).reshape(len(columns), n).T
        rows = rows[(np.abs(rows) < MOST).all(axis=1)]  # a NaN compares false
        streams.append(_ordered(rows[:, 0], rows[:, 1:]))
    return reply.status.session, streams


def sensor_logger(data: bytes) -> dict[str, tuple[list[int], Floats]]:
    """Decode a message of Sensor Logger: sensor to times, ns, and values (n, 3)."""
    try:
        message = from_json(data, _Message)
    except msgspec.DecodeError as error:
        raise DecodeError(f"Sensor Logger: {error}") from None
    found: dict[str, list[tuple[int, list[float]]]] = {}
    for reading in message.payload:
        row = [reading.values.get(axis) for axis in "xyz"]
        numbers = [float(v) for v in row if type(v) is float or (type(v) is int and abs(v) < 1e9)]
        if len(numbers) == 3 and abs(reading.time) < 2**63:
            name = reading.name.replace(" ", "").lower()
            found.setdefault(name, []).append((reading.time, numbers))
    out: dict[str, tuple[list[int], Floats]] = {}
    for name, rows in found.items():
        rows.sort(key=lambda r: r[0])
        out[name] = [t for t, _ in rows], np.array([v for _, v in rows])
    return out


def matches(advert: Advert) -> bool:  # noqa: ARG001
    """Return False: no advertisement is a phone's."""
    return False


class Phone(Device):
    """One session with a phone."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._session: str | None = None
        self._shift_s = 0.0
        self._newest = 0.0
        self._base_ns: int | None = None
        self._newest_ns, self._ahead_t = 0, 0.0  # the latest time, and when it arrived
        self._motion = Pairing() if config.gyroscope else None
        self._gravity = Pairing()
        self._rate_hz: float | None = None
        self._periods: list[float] = []
        self._last = -np.inf

    def start(self, services: Sequence[str]) -> list[Action]:
        """Write nothing: the source fetches the data."""
        if services:
            raise DecodeError("a phone is reached by [sources.phyphox] or [sources.sensor_logger]")
        return []

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a reply of phyphox or a message of Sensor Logger."""
        if char == PHYPHOX:
            return self._phyphox(t, data)
        if char == SENSOR_LOGGER:
            return self._sensor_logger(t, data)
        return []

    def _phyphox(self, t: float, data: bytes) -> list[Output]:
        names = [self._config.acc, self._config.gyr][: 1 + (self._motion is not None)]
        session, streams = phyphox(data, names)
        if session != self._session:
            if self._session is not None and streams[0][0].size:
                self._shift_s = self._newest + LEAP_S - float(streams[0][0][0])
            self._session = session
        (at, acc), *rest = [(times + self._shift_s, values) for times, values in streams]
        if at.size:
            self._newest = max(self._newest, float(at[-1]))
        return self._joined(t, at, acc, *(rest[0] if rest else (np.empty(0), np.empty((0, 3)))))

    def _sensor_logger(self, t: float, data: bytes) -> list[Output]:
        found = sensor_logger(data)
        self._follow_clock(t, [n for ns, _ in found.values() for n in ns])
        streams = {name: self._timed(ns, v) for name, (ns, v) in found.items()}
        nothing = (np.empty(0), np.empty((0, 3)))
        at, acc = streams.get("totalacceleration", nothing)
        if not at.size:
            sums = self._gravity.first(*streams.get("accelerometer", nothing))
            sums += self._gravity.second(*streams.get("gravity", nothing))
            if sums:
                at = np.concatenate([s[0] for s in sums])
                acc = np.concatenate([s[1] + s[2] for s in sums])
        return self._joined(t, at, acc, *streams.get("gyroscope", nothing))

    def _follow_clock(self, t: float, ns: list[int]) -> None:
        """Let times continue after the earlier ones if the phone's clock was set back."""
        if not ns:
            return
        if self._base_ns is None:
            self._base_ns = ns[0]
        elif max(ns) <= self._newest_ns:
            if t - self._ahead_t < BEHIND_S:
                return
            self._base_ns += min(ns) - self._newest_ns - round(LEAP_S * 1e9)
        self._newest_ns, self._ahead_t = max(ns), t

    def _timed(self, ns: list[int], values: Floats) -> Stream:
        base = self._base_ns or 0
        return _ordered(np.array([(n - base) * 1e-9 for n in ns]), values)

    def _joined(self, t: float, at: Floats, acc: Floats, gt: Floats, gyr: Floats) -> list[Output]:
        parts: list[tuple[Floats, Floats, Floats | None]] = [(at, acc, None)]
        if self._motion is not None:
            parts = [*self._motion.first(at, acc), *self._motion.second(gt, gyr)]
        out: list[Output] = []
        for times, a, g in parts:
            later = times > self._last
            rate = self._rate(times[later])
            if rate is None or not later.any():
                continue
            self._last = float(times[-1])
            gyr_later = None if g is None else g[later]
            out.append(
                packet(t, self._sensor, a[later], gyr_later, rate_hz=rate, ticks=times[later])
            )
        return out

    def _rate(self, times: Floats) -> float | None:
        if self._rate_hz is None:
            self._periods += [float(p) for p in np.diff(times)]
            if len(self._periods) >= LEAST_SAMPLES:
                self._rate_hz = 1.0 / max(float(np.median(self._periods)), 1e-3)
        return self._rate_hz


def _ordered(t: Floats, values: Floats) -> Stream:
    """Drop samples that go back in time."""
    if not t.size:
        return t, values.reshape(0, 3)
    ahead = t > np.concatenate(([-np.inf], np.maximum.accumulate(t)[:-1]))
    return t[ahead], values[ahead]


PART = Part(Config, Phone)
