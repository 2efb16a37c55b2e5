"""A FIT activity: the speed of its records as the belt's, and an accelerometer's data if there are.

Most watches write no ``accelerometer_data``; then the recording has a belt and no sensor, which is
of use beside a sensor's own export. Calibrated values are in g and degrees a second, as the profile
has them; raw counts without calibration are left out. What a watch says of indoor speed is its own
guess at the belt's.
Source: Garmin FIT SDK, Profile: record, accelerometer_data (165), gyroscope_data (164).
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec.structs import replace

from cued.model import Belt, CuedError, Floats
from cued.recording.imports.foreign import Asked, Files, Format, Found, Signals, onto
from cued.recording.imports.headings import UNITS
from cued.recording.tables.columns import refuse

MARK = b".FIT"  # in every header, after size, version and length
G = UNITS["acc"]["g"]
DEG = UNITS["gyr"]["deg/s"]
FASTEST_M_S = 15.0


def knows(files: Files) -> bool:
    """Look at the header, whatever the name; a name alone will do for a file that is cut."""
    if files.path.is_dir() or len(files.names()) != 1:
        return False
    with files.path.open("rb") as file:
        return file.read(12)[8:] == MARK or files.path.suffix.lower() == ".fit"


def read(files: Files, _asked: Asked) -> Found:
    """Read all messages of an activity."""
    messages = _messages(files)
    belt = _belt(m for m in messages if type(m).__name__ == "RecordMessage")
    moved = [m for m in messages if type(m).__name__ == "AccelerometerDataMessage"]
    turned = [m for m in messages if type(m).__name__ == "GyroscopeDataMessage"]
    t, acc = _samples(moved, "calibrated_accel", G)
    if not t.size:
        t, acc = _samples(moved, "compressed_calibrated_accel", G / 1000.0)
    if not t.size and not belt:
        raise refuse(files.path, 1, "this FIT file has neither speed nor accelerations")
    notes: list[str] = []
    if not t.size:
        raw = "accelerations in counts without calibration" if moved else "no accelerations"
        notes.append(f"{raw}: only the belt's speed was taken; give the sensor's export as well")
    began = min([*(b.t for b in belt), *t[:1].tolist()])
    shifted = tuple(replace(b, t=b.t - began) for b in belt)
    signals = _signals(files, t - began, acc, turned, began) if t.size else ()
    return Found(signals=signals, belt=shifted, began=began, notes=tuple(notes))


def _messages(files: Files) -> list[Any]:
    try:
        fit_file = importlib.import_module("fit_tool.fit_file").FitFile
        error = importlib.import_module("fit_tool.exceptions").FitError
    except ModuleNotFoundError:
        raise CuedError("FIT needs fit-tool; install it with: pip install 'cued[fit]'") from None
    data = files.raw(files.names()[0])
    try:
        return [record.message for record in fit_file.from_bytes(data).records]
    except (error, struct.error, ValueError, LookupError, TypeError, OverflowError) as why:
        reason = str(why).replace("\n", " ") or type(why).__name__
        raise refuse(files.path, 1, f"this is no whole FIT file: {reason}") from None


def _belt(records: Iterable[Any]) -> tuple[Belt, ...]:
    """Give the changes of speed and incline, with the time since 1970."""
    out: list[Belt] = []
    last: tuple[float, float] | None = None
    end = 0.0
    for record in records:
        speed = record.speed if record.enhanced_speed is None else record.enhanced_speed
        if record.timestamp is None or speed is None or not 0 <= speed <= FASTEST_M_S:
            continue
        now = (float(speed), float(record.grade or 0.0))
        t = record.timestamp / 1000.0
        if now != last and (not out or t > out[-1].t):
            out.append(Belt(t, *now))
            last = now
        end = t
    if out and end > out[-1].t:
        out.append(replace(out[-1], t=end))  # for how long it was so
    return tuple(out)


def _signals(
    files: Files, t: Floats, acc: Floats, turned: list[Any], began: float
) -> tuple[Signals, ...]:
    steps = np.diff(t)
    if t.size < 2 or steps.min() <= 0:
        raise refuse(files.path, 1, "the times of its accelerations do not move on")
    own_t, values = _samples(turned, "calibrated_gyro", DEG)
    several = own_t.size > 1 and bool((np.diff(own_t) > 0).all())
    gyr = onto(t, own_t - began, values) if several else None
    return (Signals(name="watch", path=files.path, t=t, acc=acc, gyr=gyr),)


def _samples(messages: Iterable[Any], field: str, scale: float) -> tuple[Floats, Floats]:
    """Give times since 1970 (n,) and three axes (n, 3) of the messages that hold the field."""
    times: list[float] = []
    rows: list[tuple[float, ...]] = []
    for m in messages:
        axes = [getattr(m, f"{field}_{axis}") for axis in "xyz"]
        offsets = m.sample_time_offset
        if m.timestamp is None or offsets is None or any(a is None for a in axes):
            continue
        start = m.timestamp / 1000.0 + (m.timestamp_ms or 0) / 1000.0
        for offset, *row in zip(offsets, *axes, strict=False):
            if all(value is not None for value in (offset, *row)):
                times.append(start + offset / 1000.0)
                rows.append(tuple(row))
    return np.array(times), np.array(rows, np.float64).reshape(-1, 3) * scale


FORMAT = Format("FIT", knows, read)
