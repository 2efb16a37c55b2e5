"""CSV exports of ActiGraph and Axivity software: g along three axes, often without a time.

ActiLife writes ten lines above the numbers, among them "at 100 Hz" and the start, but no time in
the raw data: it is counted from the rate. OmGui (Axivity) writes no headings: a date and time,
three numbers in g, and for an AX6 three in deg/s. Light, battery and temperature may follow, and
are recognised because they have one sign. A GT9X also writes turn rates in deg/s. Where decimals
have commas, semicolons separate.
Source: ActiLife 6 manual; openmovement.dev, OmGui. Tested only on files made for the tests.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import numpy as np

from cued.model import Floats
from cued.recording.imports.cells import number_of
from cued.recording.imports.files import Files
from cued.recording.imports.foreign import Export, Format, ImportOptions, SensorData, in_order
from cued.recording.imports.formats.columns import EPOCH_S
from cued.recording.imports.headings import UNITS
from cued.recording.imports.sheet import Layout, cells_of, read_sheet, separator_of
from cued.recording.tables.columns import refuse

MARK = "Data File Created By ActiGraph"
RATE = re.compile(r"at (\d+(?:\.\d+)?) ?Hz")
AXES = ("x", "y", "z")
TURNS = ("gyro x", "gyro y", "gyro z")
G, DEG = UNITS["acc"]["g"], UNITS["gyr"]["deg/s"]


def knows(files: Files) -> bool:
    """Recognise it by ActiLife's first line, or by a date and three numbers."""
    names = files.names(".csv")
    return len(names) == 1 and (_is_actilife(files, names[0]) or _is_bare(files, names[0]))


def read(files: Files, _asked: ImportOptions) -> Export:
    """Read accelerations along three axes."""
    (name,) = files.names(".csv")
    layout, rate_hz = _layout(files, name)
    timed = [n for n in layout.names if n.startswith("Time")]
    axes = _along(layout, "acc") or [n for n in layout.names if n in AXES]
    if len(axes) != len(AXES):
        raise refuse(files.label(name), layout.first, "there are not three axes")
    turns = found if len(found := _along(layout, "gyr")) == len(AXES) else []
    sheet = read_sheet(files, name, layout, [*timed, *axes, *turns])
    t, notes = np.arange(len(sheet.lines)) / (rate_hz or 1.0), [*sheet.notes]
    if timed:
        sheet, t, more = in_order(sheet, sheet[timed[0]])
        notes = more
    began = float(t[0]) if t[0] > EPOCH_S else None
    gyr = DEG * np.column_stack([sheet[axis] for axis in turns]) if turns else None
    if gyr is not None and turns == [*TURNS] and not _both_signs(gyr):
        notes.append("columns 5 to 7 have no headings and are not turn rates: left out")
        gyr = None
    if unused := [n for n in layout.names if n not in (*timed, *axes, *turns) and n]:
        notes.append(f"left out {', '.join(unused)}")
    acc = G * np.column_stack([sheet[axis] for axis in axes])
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "_", PurePosixPath(name).stem)[:64]
    signals = SensorData(name=stem, path=files.label(name), t=t - (began or 0.0), acc=acc, gyr=gyr)
    return Export(signals=(signals,), began=began, notes=(*files.notes, *notes))


def _along(layout: Layout, what: str) -> list[str]:
    """Return the headings of a quantity along the axes."""
    return [n for n in layout.names if n.lower().startswith(what) and n[-1:].lower() in AXES]


def _both_signs(x: Floats) -> bool:
    both = (np.nanmin(x, axis=0) < 0) & (np.nanmax(x, axis=0) > 0)
    return int(both.sum()) > 1  # a short turn may be to one side only


def _layout(files: Files, name: str) -> tuple[Layout, float | None]:
    lines = files.head(name, 14)
    if not _is_actilife(files, name):
        count = len(cells_of(lines[0], ","))
        known = ("Time", *AXES, *TURNS)[: count if count >= len(("Time", *AXES, *TURNS)) else 4]
        more = [f"column {n + 1}" for n in range(len(known), count)]
        return Layout(",", (*known, *more), 0), None
    at = next((i for i, line in enumerate(lines) if line.lower().startswith(("acc", "time"))), 9)
    rate = RATE.search(lines[0])
    separator = separator_of(lines[at]) if at < len(lines) else ","
    heads = tuple(h.strip() for h in cells_of(lines[at], separator)) if at < len(lines) else ()
    if len(lines) > at + 1 and set(lines[at]) == {"-"}:  # the numbers follow without headings
        separator = ";" if ";" in lines[at + 1] else ","
        cells = cells_of(lines[at + 1], separator)
        bare = ("Time", *AXES) if ":" in cells[0] else AXES
        heads = bare if len(cells) == len(bare) else ()
    if rate is None and not any(h.startswith("Time") for h in heads):
        raise refuse(files.label(name), 1, "neither a rate (at 100 Hz) nor a column of times")
    return Layout(separator, heads, at + 1), float(rate[1]) if rate else None


def _is_actilife(files: Files, name: str) -> bool:
    return MARK in "".join(files.head(name))


def _is_bare(files: Files, name: str) -> bool:
    cells = cells_of(next(iter(files.head(name)), ""), ",")
    if len(cells) < len(AXES) + 1 or ":" not in cells[0]:
        return False
    try:
        return all(np.isfinite(number_of(cell, ",")) for cell in cells[:4])
    except ValueError:
        return False


FORMAT = Format("ActiGraph or Axivity", knows, read)
