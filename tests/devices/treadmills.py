"""An FTMS treadmill for tests: its reports, and the bytes written to it."""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from cued.devices import ftms
from cued.devices.device import Write
from cued.model import Belt
from tests.devices.frames import H

STOP = [Write(ftms.CONTROL, H("00")), Write(ftms.CONTROL, H("0801"))]


def treadmill(**options: Any) -> ftms.Ftms:
    device = ftms.Ftms(msgspec.convert(options, ftms.Config), "belt")
    device.start([ftms.DATA, ftms.STATUS, ftms.CONTROL, ftms.SPEED_RANGE, ftms.INCLINE_RANGE])
    return device


def report(device: ftms.Ftms, t: float, km_h: float) -> list[Any]:
    return device.receive(t, ftms.DATA, struct.pack("<HH", 0, round(km_h * 100)))


def moving(km_h: float = 3.0, **options: Any) -> ftms.Ftms:
    device = treadmill(control=True, **options)
    report(device, 1.0, km_h)
    return device


def belts(outputs: Any) -> list[Belt]:
    return [x for x in outputs if isinstance(x, Belt)]


def writes(outputs: Any) -> list[str]:
    return [x.data.hex() for x in outputs if isinstance(x, Write)]
