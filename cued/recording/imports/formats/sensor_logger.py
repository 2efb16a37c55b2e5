"""Exports of the app Sensor Logger: a zip file (or its folder) with a CSV file for each sensor.

Columns are ``time`` (ns since 1970), ``seconds_elapsed`` (s since the recording began, one clock
for all files), and ``z, y, x``. ``Accelerometer.csv`` is usually without gravity, in m/s². With
gravity it is ``TotalAcceleration.csv`` (Android), else ``Accelerometer.csv`` plus ``Gravity.csv``.
``Gyroscope.csv`` is in rad/s. On an iPhone, unless "Standardise Units & Frames" was on, all three
signs of acceleration and gravity are reversed, but not the gyroscope's; ``Metadata.csv`` holds
platform and setting. ``AccelerometerUncalibrated.csv`` has gravity, in g where the signs are an
iPhone's. Watches and headphones are left out, because a wrist or an ear is not a placement. A
renamed file is recognised by its columns.
Source: github.com/tszheichoi/awesome-sensor-logger, UNITS.md, COORDINATES.md and CROSSPLATFORM.md.
"""

from __future__ import annotations

import csv

import numpy as np

from cued.model import Floats
from cued.recording.imports.files import Files
from cued.recording.imports.foreign import Export, Format, ImportOptions, SensorData, in_order, onto
from cued.recording.imports.headings import UNITS
from cued.recording.imports.sheet import Layout, cells_of, read_sheet, separator_of
from cued.recording.tables.columns import refuse
from cued.recording.tables.table import has_gravity

TOTAL, MOTION = "TotalAcceleration.csv", "Accelerometer.csv"
UNCALIBRATED = "AccelerometerUncalibrated.csv"
UNCALIBRATED_GYROSCOPE = "GyroscopeUncalibrated.csv"
GRAVITY, GYROSCOPE, ABOUT = "Gravity.csv", "Gyroscope.csv", "Metadata.csv"
COLUMNS = ("time", "seconds_elapsed", "x", "y", "z")
NS = 1e-9  # s
G = UNITS["acc"]["g"]
IN_G = (0.9, 1.1)  # mean vectors with gravity, within 8 % of 1 in every file tried


def knows(files: Files) -> bool:
    """Recognise it by accelerations with both of the app's times."""
    return _motion(files) != ""


def read(files: Files, asked: ImportOptions) -> Export:
    """Read acceleration with gravity and, if it was recorded, the gyroscope."""
    notes: list[str] = []
    name, t, acc, began = _acceleration(files, notes)
    if _is_apple(files, asked, notes):
        acc = -acc
    gyr = None
    turned = next((n for n in (GYROSCOPE, UNCALIBRATED_GYROSCOPE) if n in files), "")
    if turned:
        own_t, values, _ = _axes(files, turned, notes)
        gyr = onto(t, own_t, values)
    used = {name, GRAVITY, turned, ABOUT}
    if unused := [n for n in files.names(".csv") if n not in used]:
        notes.append(f"left out: {', '.join(unused)}")
    signals = SensorData(name="phone", path=files.label(name), t=t, acc=acc, gyr=gyr)
    return Export(signals=(signals,), began=began, notes=(*files.notes, *notes))


def _motion(files: Files) -> str:
    """Return the file of accelerations: by name, else the only file if it has the columns."""
    ours = [n for n in files.names(".csv") if set(COLUMNS) <= set(_heads(files, n))]
    known = [n for n in (TOTAL, MOTION, UNCALIBRATED) if n in ours]
    return known[0] if known else ours[0] if len(files.names()) == len(ours) == 1 else ""


def _heads(files: Files, name: str) -> list[str]:
    line = next(iter(files.head(name)), "")
    return [cell.strip() for cell in cells_of(line, separator_of(line))]


def _acceleration(files: Files, notes: list[str]) -> tuple[str, Floats, Floats, float]:
    """Return the acceleration with gravity, either measured or added."""
    name = _motion(files)
    t, acc, began = _axes(files, name, notes)
    if not has_gravity(acc, t) and GRAVITY in files and name != UNCALIBRATED:
        own_t, gravity, _ = _axes(files, GRAVITY, notes)
        return name, t, acc + onto(t, own_t, gravity), began
    if not has_gravity(acc, t) and UNCALIBRATED in files:
        name = UNCALIBRATED
        t, acc, began = _axes(files, name, notes)
        if IN_G[0] <= float(np.linalg.norm(np.nanmean(acc, axis=0))) < IN_G[1]:
            acc = G * acc
    if has_gravity(acc, t):
        if name not in (TOTAL, UNCALIBRATED):
            notes.append(f"{name} contains gravity, judging by its mean")
        return name, t, acc, began
    reason = f"this is without gravity, and there is neither {GRAVITY} nor {TOTAL}"
    raise refuse(files.label(name), 1, f"{reason}; switch one of them on in the app")


def _axes(files: Files, name: str, notes: list[str]) -> tuple[Floats, Floats, float]:
    line = files.head(name)[0]
    layout = Layout(separator_of(line), tuple(_heads(files, name)), 1)
    sheet = read_sheet(files, name, layout, COLUMNS)
    began = float(sheet["time"][0]) * NS - float(sheet["seconds_elapsed"][0])
    sheet, t, more = in_order(sheet, sheet["seconds_elapsed"])
    notes += more
    return t, np.column_stack([sheet[axis] for axis in "xyz"]), began


def _is_apple(files: Files, asked: ImportOptions, notes: list[str]) -> bool:
    """Return whether the signs are an iPhone's; note the assumption made without metadata."""
    if asked.signs:
        return asked.signs == "ios"
    if ABOUT not in files:
        if TOTAL not in files:
            notes.append(f"no {ABOUT}: Android's signs assumed (for an iPhone use --signs ios)")
        return False
    rows = list(csv.DictReader(files.text(ABOUT).split("\n")))
    about = rows[0] if rows else {}
    apple = (about.get("platform") or "").strip().lower() == "ios"
    standard = (about.get("standardisation") or "").strip().lower() == "true"
    if apple and not standard:
        notes.append("an iPhone's signs: the acceleration's were reversed")
    return apple and not standard


FORMAT = Format("Sensor Logger", knows, read)
