"""What the app Sensor Logger exports: a zip file (or its folder) with a CSV file for each sensor.

Columns are ``time`` (ns since 1970), ``seconds_elapsed`` (s since the recording began, one clock
for all files), and ``z, y, x``. ``Accelerometer.csv`` is without gravity, m/s². With gravity it is
``TotalAcceleration.csv`` (Android), else ``Accelerometer.csv`` plus ``Gravity.csv``.
``Gyroscope.csv`` is in rad/s. On an iPhone, unless "Standardise Units & Frames" was on, all three
signs of acceleration and gravity are the other way round, and those of the gyroscope are not;
``Metadata.csv`` tells platform and setting. Watches and headphones are left out: a wrist or an ear
is no placement.
Source: github.com/tszheichoi/awesome-sensor-logger, UNITS.md, COORDINATES.md and CROSSPLATFORM.md.
"""

from __future__ import annotations

import csv

import numpy as np

from cued.model import Floats
from cued.recording.imports.foreign import (
    Asked,
    Files,
    Format,
    Found,
    Signals,
    headings,
    in_order,
    onto,
    read_sheet,
)
from cued.recording.tables.columns import refuse
from cued.recording.tables.table import ACC_MEDIAN_M_S2

TOTAL, MOTION = "TotalAcceleration.csv", "Accelerometer.csv"
GRAVITY, GYROSCOPE, ABOUT = "Gravity.csv", "Gyroscope.csv", "Metadata.csv"
COLUMNS = ("time", "seconds_elapsed", "x", "y", "z")
NS = 1e-9


def knows(files: Files) -> bool:
    """Accelerations with both of its times."""
    for name in (TOTAL, MOTION):
        if name in files and {"seconds_elapsed", "x"} <= set(headings(files.first_line(name))[1]):
            return True
    return False


def read(files: Files, asked: Asked) -> Found:
    """Read acceleration with gravity and, if it was recorded, the gyroscope."""
    notes: list[str] = []
    name, t, acc, began = _acceleration(files, notes)
    if _is_apple(files, asked, notes):
        acc = -acc
    gyr = None
    if GYROSCOPE in files:
        own_t, values, _ = _axes(files, GYROSCOPE, notes)
        gyr = onto(t, own_t, values)
    signals = Signals(name="phone", path=files.label(name), t=t, acc=acc, gyr=gyr)
    return Found(signals=(signals,), began=began, notes=tuple(notes))


def _acceleration(files: Files, notes: list[str]) -> tuple[str, Floats, Floats, float]:
    """Give acceleration with gravity: measured, or put together."""
    if TOTAL in files:
        return TOTAL, *_axes(files, TOTAL, notes)
    t, acc, began = _axes(files, MOTION, notes)
    if GRAVITY in files:
        own_t, gravity, _ = _axes(files, GRAVITY, notes)
        return MOTION, t, acc + onto(t, own_t, gravity), began
    low, high = ACC_MEDIAN_M_S2
    if not low <= float(np.nanmedian(np.linalg.norm(acc, axis=1))) <= high:
        reason = f"this is without gravity, and there is no {GRAVITY} and no {TOTAL}"
        raise refuse(files.label(MOTION), 1, f"{reason}; switch one of them on in the app")
    notes.append(f"{MOTION} was taken to hold gravity, by its size")
    return MOTION, t, acc, began


def _axes(files: Files, name: str, notes: list[str]) -> tuple[Floats, Floats, float]:
    sheet = read_sheet(files, name, COLUMNS)
    began = float(sheet["time"][0]) * NS - float(sheet["seconds_elapsed"][0])
    sheet, t, more = in_order(sheet, sheet["seconds_elapsed"])
    notes += more
    return t, np.column_stack([sheet[axis] for axis in "xyz"]), began


def _is_apple(files: Files, asked: Asked, notes: list[str]) -> bool:
    """Say whether signs are an iPhone's own; an import without metadata says what it took."""
    if asked.signs:
        return asked.signs == "ios"
    if ABOUT not in files:
        if TOTAL not in files:
            notes.append(f"no {ABOUT}: signs were taken for Android's; else say --signs ios")
        return False
    rows = list(csv.DictReader(files.text(ABOUT).split("\n")))
    about = rows[0] if rows else {}
    apple = (about.get("platform") or "").strip().lower() == "ios"
    alike = (about.get("standardisation") or "").strip().lower() == "true"
    if apple and not alike:
        notes.append("an iPhone's signs: acceleration was turned round to point as gravity pushes")
    return apple and not alike


FORMAT = Format("Sensor Logger", knows, read)
