"""Exports of phyphox: a zip file (or its folder) with a CSV file for each sensor, or one CSV.

Headings are ``"Time (s)","Acceleration x (m/s^2)"``, ``"Gyroscope x (rad/s)"``, separated by
commas, semicolons or tabs, with decimal points or commas as chosen; numbers are ``1.234E-1``, and
shorter columns are padded with ``NaN``. Accelerometer and gyroscope have separate times with the
same start, whose time of day is in ``meta/time.csv``.
Source: phyphox-android, DataExport.java, as of 2025. Signs on an iPhone were not checked.
"""

from __future__ import annotations

import csv
import math
import re
from contextlib import suppress

from msgspec.structs import replace

from cued.model import CuedError
from cued.recording.imports.files import Files
from cued.recording.imports.foreign import Export, Format, ImportOptions
from cued.recording.imports.formats import columns
from cued.recording.imports.sheet import cells_of, separator_of

CLOCK = "meta/time.csv"
RAW = re.compile(r"(Acceleration|Linear Acceleration|Accelerometer|Gyroscope) [xyz] \(.*\)")


def knows(files: Files) -> bool:
    """Recognise it by headings that no other software writes."""
    if files.path.suffix.lower() in (".xls", ".xlsx"):
        raise CuedError(f"{files.path}: a spreadsheet; export as CSV instead, which phyphox offers")
    return any(_is_raw(files, name) for name in files.names(".csv"))


def read(files: Files, asked: ImportOptions) -> Export:
    """Read acceleration and, if it was recorded, the gyroscope."""
    found = columns.read(files, asked)
    (first, *more) = found.signals
    notes = [*found.notes]
    if more:
        notes.append(f"read {first.path.name}, left out {', '.join(s.path.name for s in more)}")
    return Export(signals=(replace(first, name="phone"),), began=_began(files), notes=tuple(notes))


def _is_raw(files: Files, name: str) -> bool:
    line = next(iter(files.head(name)), "")
    heads = [h.strip('"') for h in cells_of(line, separator_of(line))]
    return "Time (s)" in heads and any(RAW.fullmatch(head) for head in heads)


def _began(files: Files) -> float | None:
    """Return when the experiment's clock read 0, from its first START."""
    if CLOCK not in files:
        return None
    top, *below = files.text(CLOCK).split("\n")
    separator = separator_of(top)
    heads = cells_of(top, separator)
    for cells in csv.reader(below, delimiter=separator):
        row = dict(zip(heads, cells, strict=False))
        if row.get("event") == "START":
            with suppress(KeyError, ValueError):
                at = [float(row[k].replace(",", ".")) for k in ("system time", "experiment time")]
                return at[0] - at[1] if all(map(math.isfinite, at)) else None
    return None


FORMAT = Format("phyphox", knows, read)
