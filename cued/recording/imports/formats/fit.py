"""A FIT activity: its records' speed as the belt's, and accelerometer data if there are any.

The file is read as a stream; fields in no profile are ignored. Most watches write no
``accelerometer_data``; the recording then has a belt but no sensor, which is useful together with a
sensor's export. Calibrated values are in g and degrees a second, as in the profile; uncalibrated
counts are left out. Indoors a watch only guesses the belt's speed. A ride or a swim gives no belt,
and while the timer is stopped the belt's speed is unknown.
Source: Garmin FIT SDK, Profile: record, event, session, accelerometer_data (165), gyroscope_data
(164).
"""

from __future__ import annotations

import io
import struct
import warnings
from array import array
from datetime import datetime
from typing import Any, cast

import numpy as np
from msgspec.structs import replace

from cued.model import Belt, Floats
from cued.parts import extra
from cued.recording.imports.files import Files
from cued.recording.imports.foreign import Export, Format, ImportOptions, SensorData, onto
from cued.recording.imports.headings import UNITS
from cued.recording.tables.columns import refuse

MARK = b".FIT"  # in every header, after size, version and length
G = UNITS["acc"]["g"]
DEG = UNITS["gyr"]["deg/s"]
FASTEST_M_S = 15.0  # nobody walks or runs faster
ON_FOOT = ("running", "walking", "hiking", "generic", "fitness_equipment", "training", "")
DAMAGED = "values may be damaged, so export it again if you can"
# The exceptions of fitdecode, which asserts when bytes contradict each other.
BROKEN = (struct.error, ValueError, LookupError, TypeError, OverflowError, AssertionError)
UNKNOWN_M_S = 0.0  # a table's belt has to be finite; nobody walks while the timer is stopped


def knows(files: Files) -> bool:
    """Recognise a file by its header; a cut, packed or zipped one by its name."""
    if files.path.is_dir() or len(files.names()) != 1:
        return False
    with files.path.open("rb") as file:
        return file.read(12)[8:] == MARK or bool(files.names(".fit"))


def read(files: Files, _asked: ImportOptions) -> Export:
    """Read all messages of an activity."""
    activity = _Activity()
    notes = _stream(files, activity)
    t, acc = activity.acc.whole(G)
    if not t.size:
        t, acc = activity.compressed.whole(G / 1000.0)
    belt = activity.belt()
    if not t.size and not belt:
        sport = "" if activity.on_foot else f" (the speed of {activity.sport} is not a belt's)"
        raise refuse(files.path, 1, f"this FIT file has neither speed nor accelerations{sport}")
    if activity.back:
        notes.append(f"records earlier than the one before them were left out: {activity.back}")
    if not activity.on_foot:
        notes.append(f"the speed of {activity.sport} is not a belt's and was left out")
    if not t.size:
        raw = "accelerations in uncalibrated counts" if activity.raw else "no accelerations"
        notes.append(f"{raw}: only the belt's speed was read, so add the sensor's export")
    began = min([*(b.t for b in belt), *t[:1].tolist()])
    shifted = tuple(replace(b, t=b.t - began) for b in belt)
    signals = _signals(files, t - began, acc, activity, began) if t.size else ()
    return Export(signals=signals, belt=shifted, began=began, notes=tuple(notes))


class _Samples:
    """Gathers times since 1970 and three axes."""

    def __init__(self) -> None:
        self._t = array("d")
        self._rows = array("d")

    def feed(self, start: float, offsets: Any, axes: list[Any]) -> None:
        """Add the samples of one message."""
        columns = [_column(values) for values in (offsets, *axes)]
        for offset, *row in zip(*columns, strict=False):
            if all(isinstance(v, int | float) for v in (offset, *row)):
                self._t.append(start + offset / 1000.0)
                self._rows.extend(row)

    def whole(self, scale: float) -> tuple[Floats, Floats]:
        """Return times (n,) and axes (n, 3)."""
        rows = np.array(self._rows, np.float64).reshape(-1, 3)
        return np.array(self._t, np.float64), rows * scale


def _column(values: Any) -> tuple[Any, ...]:
    """Return a field's values as a tuple, even a single one."""
    return tuple(cast("list[Any]", values)) if isinstance(values, tuple | list) else (values,)


class _Activity:
    """Gathers what is used of the messages."""

    def __init__(self) -> None:
        self.acc, self.compressed, self.gyr = _Samples(), _Samples(), _Samples()
        self.raw = False
        self.sport = ""
        self.back = 0  # records earlier than the one before them
        self._belt: list[Belt] = []
        self._end = 0.0

    @property
    def on_foot(self) -> bool:
        """Whether the sport can be done on a treadmill."""
        return self.sport in ON_FOOT

    def belt(self) -> tuple[Belt, ...]:
        """Return the changes of speed and incline, with the time since 1970."""
        out = self._belt if self.on_foot else []
        if out and self._end > out[-1].t:
            return (*out, replace(out[-1], t=self._end))  # until when the last speed held
        return tuple(out)

    def feed(self, kind: str, values: dict[str, Any]) -> None:
        """Process one message."""
        at = values.get("timestamp")
        t = at.timestamp() if isinstance(at, datetime) else None
        if kind in ("session", "sport"):
            self.sport = str(values.get("sport") or self.sport)
        if t is None:
            return
        if kind == "record":
            self._record(t, values)
        elif kind == "event" and values.get("event") == "timer":
            if str(values.get("event_type", "")).startswith("stop"):
                self._add(t, UNKNOWN_M_S, 0.0)
        elif kind in ("accelerometer_data", "gyroscope_data"):
            self._sampled(kind, t, values)

    def _record(self, t: float, values: dict[str, Any]) -> None:
        speed = values.get("enhanced_speed", values.get("speed"))
        grade = values.get("grade")
        if isinstance(speed, int | float) and 0 <= speed <= FASTEST_M_S:
            self._add(t, float(speed), float(grade) if isinstance(grade, int | float) else 0.0)

    def _add(self, t: float, speed: float, grade: float) -> None:
        last = self._belt[-1] if self._belt else None
        self.back += t < self._end
        self._end = max(self._end, t)
        if last and ((speed, grade) == (last.speed_m_s, last.incline_percent) or t <= last.t):
            return
        self._belt.append(Belt(t, speed, grade))

    def _sampled(self, kind: str, t: float, values: dict[str, Any]) -> None:
        start = t + (values.get("timestamp_ms") or 0) / 1000.0
        offsets = values.get("sample_time_offset")
        if kind == "gyroscope_data":
            kept, name = self.gyr, "calibrated_gyro"
        elif values.get("compressed_calibrated_accel_x") is not None:
            kept, name = self.compressed, "compressed_calibrated_accel"
        else:
            kept, name = self.acc, "calibrated_accel"
        axes = [values.get(f"{name}_{axis}") for axis in "xyz"]
        if offsets is None or any(a is None for a in axes):
            self.raw = True
            return
        kept.feed(start, offsets, axes)


def _stream(files: Files, activity: _Activity) -> list[str]:
    """Feed every message to the activity; return notes of what could not be read."""
    fit = extra("fitdecode", "fit", "FIT")
    broken = (fit.FitError, *BROKEN)
    data = files.raw(files.names()[0])
    if len(data) > 14 and data[8:12] != MARK:
        raise refuse(files.path, 1, "this is not a FIT file")
    notes: list[str] = []
    count = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # fitdecode warns of fields that no profile has
            options = {"check_crc": fit.CrcCheck.WARN, "error_handling": fit.ErrorHandling.IGNORE}
            with fit.FitReader(io.BytesIO(data), **options) as reader:
                for frame in reader:
                    if isinstance(frame, fit.FitDataMessage):
                        count += 1
                        activity.feed(frame.name, {f.name: f.value for f in frame.fields})
                    elif isinstance(frame, fit.FitCRC) and not frame.matched:
                        notes.append(f"{files.path.name}: the checksum is wrong: {DAMAGED}")
    except broken as why:
        reason = str(why).replace("\n", " ") or "it contradicts itself"
        if not count:
            raise refuse(files.path, 1, f"this is not a complete FIT file: {reason}") from None
        notes.append(f"{files.path.name}: cut or damaged after {count} messages ({reason})")
    return notes


def _signals(
    files: Files, t: Floats, acc: Floats, activity: _Activity, began: float
) -> tuple[SensorData, ...]:
    steps = np.diff(t)
    if t.size < 2 or steps.min() <= 0:
        raise refuse(files.path, 1, "the times of its accelerations do not advance")
    own_t, values = activity.gyr.whole(DEG)
    several = own_t.size > 1 and bool((np.diff(own_t) > 0).all())
    gyr = onto(t, own_t - began, values) if several else None
    return (SensorData(name="watch", path=files.path, t=t, acc=acc, gyr=gyr),)


FORMAT = Format("FIT", knows, read)
