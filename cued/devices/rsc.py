"""Foot pods and belt sensors that speak Running Speed and Cadence: speed and cadence.

Protocol facts
--------------
Service 0x1814, measurement 0x2A53 (notify, about 1 Hz): flags u8 (bit 0 stride length, bit 1
distance, bit 2 running), speed u16 m/s / 256, cadence u8 a minute, then stride length u16 cm and
distance u32 in 0.1 m as the flags say. The running bit is often wrong, and on some machines the
stride length is a step's; neither is used.

Most devices send steps a minute (Stryd, Garmin, Technogym, Runn), some strides a minute. The two
differ by a factor of 2, far more than people differ at one speed, so each report votes for the one
nearer to the usual step rate at its speed, and the majority of the last ``VOTES`` decides; before
that no cadence is passed on. The usual rate is that of a constant walk ratio (step length over
cadence, ``WALK_RATIO``), which holds from slow to fast walking, up to a runner's rate. The cadence
passed on is in steps a minute and only displayed (``gait/fusion/reported.py``); the coach counts
steps by the inertial sensors.

A truncated frame still gives the speed, which comes first.

The speed is used as the belt's, so the placement is "treadmill", even for a pod on the shoe. The
uncertainty is a setting: a belt sensor is as good as a treadmill's own report, a foot pod is not.

Sources: Running Speed and Cadence Service, captures of Technogym and Runn. Certainty A for the
layout, B for the cadence rule (checked on the five captures there are).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import log, sqrt
from typing import Annotated

from msgspec import Meta, Struct

from cued.devices._gatt import fields, possible_speed, sig, standard, standard_start
from cued.devices._treadmill_options import SpeedOptions
from cued.devices.device import Action, Advert, Device, Output, Subscribe
from cued.model import Belt, Cadence
from cued.parts import Part

SERVICE, MEASUREMENT, HEART_RATE_SERVICE = sig(0x1814), sig(0x2A53), sig(0x180D)
VOTES = 15  # odd, so that there is no tie; chosen: a quarter of a minute
LEAST_SPEED_M_S = 0.4  # below this, step rates vary too much to vote
WALK_RATIO = 0.0065  # m per step/min, adults (Sekiya & Nagasaki, Gait Posture 7:225, 1998)
RUNNING_SPM = 180.0  # cap of the usual step rate: a runner's


class Config(SpeedOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a foot pod or belt sensor."""

    error: Annotated[
        float, Meta(ge=0.001, le=0.3, description="Relative uncertainty of its speed.")
    ] = 0.05


class RscReport(Struct, frozen=True):
    """The used part of one report; ``cadence`` is None if it holds none."""

    speed_m_s: float
    cadence: int | None
    running: bool


def decode(data: bytes) -> RscReport:
    """Decode a measurement, which may be truncated."""
    flags, speed = fields("BH", data)
    cadence = data[3] if len(data) > 3 else None
    return RscReport(speed / 256, cadence, bool(flags & 0x04))


def counts_strides(speed_m_s: float, cadence: int) -> bool:
    """Return whether twice this cadence is nearer to the usual step rate at this speed."""
    usual = min(RUNNING_SPM, sqrt(60.0 * speed_m_s / WALK_RATIO))
    return abs(log(2 * cadence / usual)) < abs(log(cadence / usual))


def matches(advert: Advert) -> bool:
    """Return whether this advertisement offers running speed and cadence, but no heart rate.

    Chest straps that count steps offer both; their speed is not a belt's.
    """
    return SERVICE in advert.services and HEART_RATE_SERVICE not in advert.services


class Rsc(Device):
    """One connection to a foot pod or belt sensor."""

    def __init__(self, config: Config, sensor: str) -> None:
        self._config = config
        self._sensor = sensor
        self._votes: deque[bool] = deque(maxlen=VOTES)
        self._cadence = 0

    @property
    def cadence_spm(self) -> float | None:
        """Steps a minute, once enough reports show whether steps or strides are counted."""
        if len(self._votes) < VOTES:
            return None
        return self._cadence * (2.0 if 2 * sum(self._votes) > VOTES else 1.0)

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe."""
        self.need(services, "this device measures no running speed", MEASUREMENT)
        return [Subscribe(MEASUREMENT), *standard_start(services)]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a measurement or a standard value."""
        if char != MEASUREMENT:
            return standard(t, self._sensor, char, data)
        report = decode(data)
        speed = possible_speed(report.speed_m_s * self._config.speed_factor)
        self._cadence = report.cadence or 0
        if report.speed_m_s >= LEAST_SPEED_M_S and report.cadence:
            self._votes.append(counts_strides(report.speed_m_s, report.cadence))
        factor, error = self._config.speed_factor, self._config.error
        belt = Belt(t, speed, 0.0, error, self._sensor, kind="sensor", factor=factor)
        steps = self.cadence_spm
        return [belt] if steps is None else [belt, Cadence(t, self._sensor, steps)]


PART = Part(Config, Rsc, place="treadmill")
