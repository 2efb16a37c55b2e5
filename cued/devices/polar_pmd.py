"""Polar H10, Verity Sense and OH1: acceleration and angular rate over Polar Measurement Data.

Protocol facts
--------------
Service ``fb005c80-...``, control point ``...81`` (read, write, indicate), data ``...82``
(notify); both are subscribed to before the first command. Reading the control point gives ``0F``
and two bytes of features (bit 2 acceleration, bit 5 gyroscope, second byte bit 1 SDK mode).
Commands: 1 settings, 2 start, 3 stop, then the type. A start must name exactly one value of every
setting that was offered, or it is refused with status 5. The device sends ``01 types`` when it
stops on its own. BlueZ also delivers read values to the subscriber, so the features may come twice.

H10: 25/50/100/200 Hz, 2/4/8 g. 36 samples a frame, so the highest rate has the least delay: 0.18
s at 200 Hz. Verity Sense, OH1: frames of 36 to 71 samples at 52 Hz, 0.7 to 1.4 s: good for
statistics, too late for a cue in the same step. The Verity Sense's SDK mode allows 26 to 416 Hz.
Without a stop the H10 keeps measuring and drains its cell. Its clock restarts whenever it is taken
off.

Sources: Polar BLE SDK and its tests, Polar Measurement Data Specification, bleakheart,
polar-python. Certainty A; B for which firmware sends which frame type, so each frame's own type is
used. None of this has been tried on hardware; for the gyroscope and SDK mode there are no captures
either.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from cued.devices import _polar_frames as pmd
from cued.devices._gatt import DEGREE, LEAP_S, G, Skin, evenly, packet, standard, standard_start
from cued.devices._pairing import Pairing
from cued.devices.device import Action, Advert, Device, Output, Read, Subscribe, Write
from cued.model import DecodeError, Floats, LinkChanged
from cued.parts import Part

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
NAMES = ("Polar H10", "Polar Sense", "Polar OH1")
RANGE_G = 8.0  # wanted; suits running
SETTINGS, START, STOP, SDK_SETTINGS = 1, 2, 3, 4  # op codes (Polar's SDK documentation)
SDK_MODE = 9  # measurement type (as above)
ALREADY = 6  # status: after an unclean end the stream may still be on
LEAST_SHARE = 0.1  # of its nominal length must lie between a frame's end and the previous one's
SPACING_WITHIN = 0.1  # relative; a longer spacing than n / rate by more than this means a loss


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a Polar sensor."""

    rate_hz: Annotated[
        int, Meta(ge=25, le=416, description="Wanted rate, Hz; the nearest one offered is used.")
    ] = 200
    gyroscope: Annotated[
        bool, Meta(description="Also ask for angular rate (Verity Sense in SDK mode).")
    ] = True
    sdk_mode: Annotated[
        bool,
        Meta(
            description="Verity Sense: stays on without a pulse (on a foot or the back) and "
            "allows rates other than 52 Hz; costs battery."
        ),
    ] = False


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is from a Polar sensor with motion data."""
    return advert.name.startswith(NAMES) or SERVICE in advert.services


class PolarPmd(Device):
    """One connection to a Polar sensor."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._skin = Skin()
        self._wanted: list[int] = []  # measurements still to be started
        self._asked = b""  # settings reply up to now; it may come in pieces
        self._featured = False
        self._rate_hz = {pmd.ACC: 52.0, pmd.GYRO: 52.0}
        self._range = {pmd.ACC: RANGE_G, pmd.GYRO: 2000.0}
        self._factor: dict[int, float] = {}  # from the start reply, if it had one
        self._settings = SETTINGS
        self._base_ns: int | None = None
        self._last: dict[int, float] = {}  # end of the newest frame
        self._pairing: Pairing | None = None

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe, then ask what the sensor can do."""
        self.need(services, "this Polar sensor has no motion service; update its firmware", CONTROL)
        return [Subscribe(CONTROL), Subscribe(DATA), *standard_start(services), Read(CONTROL)]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a frame, a reply or a standard value."""
        if char == DATA:
            return self._samples(t, data)
        if char != CONTROL:
            return standard(t, self._sensor, char, data, self._skin)
        if not data:
            raise DecodeError("empty Polar control reply")
        if data[0] == 0x0F:
            return self._features(data)
        if data[0] == 0x01:
            return [LinkChanged(t, self._sensor, False, "the sensor stopped measuring")]
        return self._replied(t, pmd.reply(data))

    def stop(self) -> list[Action]:
        """Stop the measurements, which would drain the H10's cell."""
        kinds = [pmd.ACC, pmd.GYRO] if self._pairing else [pmd.ACC]
        actions: list[Action] = [Write(CONTROL, bytes((STOP, kind))) for kind in kinds]
        if self._config.sdk_mode:
            actions.append(Write(CONTROL, bytes((STOP, SDK_MODE))))
        return actions

    def _features(self, data: bytes) -> list[Output]:
        if self._featured:
            return []
        features = data[1] if len(data) > 1 else 0
        if not features & 1 << pmd.ACC:
            raise DecodeError("this Polar sensor measures no acceleration")
        self._featured = True
        self._wanted = [pmd.ACC]
        if features & 1 << pmd.GYRO and self._config.gyroscope:
            self._wanted.append(pmd.GYRO)
            self._pairing = Pairing()
        sdk = self._config.sdk_mode and len(data) > 2 and bool(data[2] & 0x02)
        if sdk:
            self._settings = SDK_SETTINGS
            return [Write(CONTROL, bytes((START, SDK_MODE)))]
        return self._next()

    def _next(self) -> list[Output]:
        self._asked = b""
        return [Write(CONTROL, bytes((self._settings, kind))) for kind in self._wanted[:1]]

    def _replied(self, t: float, reply: pmd.ControlReply) -> list[Output]:
        if reply.op == START and reply.status == ALREADY and reply.kind != SDK_MODE:
            return [Write(CONTROL, bytes((STOP, reply.kind)))]
        if reply.status and reply.op != STOP and reply.status != ALREADY:
            why = pmd.STATUS.get(reply.status, f"status {reply.status}")
            return [LinkChanged(t, self._sensor, False, f"the sensor refused: {why}")]
        if reply.kind == SDK_MODE:
            return self._next() if reply.op == START else []
        if reply.op in (SETTINGS, SDK_SETTINGS):
            self._asked += reply.rest
            return [] if reply.more else self._choose(reply.kind)
        if reply.op == START:
            self._started(reply)
            self._wanted = [kind for kind in self._wanted if kind != reply.kind]
            return self._next()
        if reply.op == STOP and reply.kind in self._wanted:  # it was on already: start it again
            return self._next()
        return []

    def _started(self, reply: pmd.ControlReply) -> None:
        """Keep the factor if there is one; the H10 adds a single byte without meaning."""
        if len(reply.rest) > 1:
            for factor in pmd.settings(reply.rest).get(pmd.FACTOR, []):
                self._factor[reply.kind] = factor

    def _choose(self, kind: int) -> list[Output]:
        """Start a measurement with one value of each setting offered."""
        offered = pmd.settings(self._asked)
        chosen = b""
        for setting, values in offered.items():
            if setting not in (pmd.RATE, pmd.RESOLUTION, pmd.RANGE, pmd.CHANNELS) or not values:
                continue
            value = max(values)
            if setting == pmd.RATE:
                value = min(values, key=lambda v: abs(v - self._config.rate_hz))
                self._rate_hz[kind] = value
            elif setting == pmd.RANGE and kind == pmd.ACC:
                value = min(values, key=lambda v: abs(v - RANGE_G))
            if setting == pmd.RANGE:
                self._range[kind] = value
            layout = "<BBB" if setting == pmd.CHANNELS else "<BBH"
            chosen += struct.pack(layout, setting, 1, int(value))
        return [Write(CONTROL, bytes((START, kind)) + chosen)]

    def _samples(self, t: float, data: bytes) -> list[Output]:
        frame = pmd.decode(data, self._scale(data))
        if frame.kind == pmd.MAG:
            return []
        ticks = self._times(frame.kind, frame.last_ns, len(frame.values))
        rate = self._rate_hz[pmd.ACC]
        if frame.kind == pmd.GYRO:
            if self._pairing is None:
                return []
            paired = self._pairing.second(ticks, frame.values * DEGREE)
        else:
            acc = frame.values * (1e-3 * G)
            if self._pairing is None:
                return [packet(t, self._sensor, acc, None, rate_hz=rate, ticks=ticks)]
            paired = self._pairing.first(ticks, acc)
        return [packet(t, self._sensor, a, g, rate_hz=rate, ticks=at) for at, a, g in paired]

    def _scale(self, data: bytes) -> float:
        """Return the factor of the start reply; without one, that of the range, or 1 for mg."""
        kind = data[0] & 0x3F if data else 0
        counts = len(data) > pmd.HEADER and data[pmd.HEADER - 1] == 0x80
        return self._factor.get(kind, self._range.get(kind, 1.0) / 32768 if counts else 1.0)

    def _times(self, kind: int, last_ns: int, n: int) -> Floats:
        """Return the sample times of a frame, from its end and the previous frame's."""
        if self._base_ns is None:
            self._base_ns = last_ns
        end, before = (last_ns - self._base_ns) * 1e-9, self._last.get(kind)
        if before is not None and end <= before:
            if end < before:  # its clock restarted: leap, so that its clock is mapped again
                self._base_ns = last_ns - round((before + LEAP_S) * 1e9)
            raise DecodeError("Polar frame that is not later than the one before")
        nominal = n / self._rate_hz[kind]
        if before is not None and end - before < LEAST_SHARE * nominal:
            raise DecodeError("Polar frame that overlaps the one before")
        self._last[kind] = end
        if before is not None and end - before <= (1 + SPACING_WITHIN) * nominal:
            return np.linspace(before, end, n + 1)[1:]
        return evenly(end - nominal + nominal / n, nominal / n, n)


PART = Part(Config, PolarPmd)
