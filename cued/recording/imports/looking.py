"""Describe how an export would be imported: each column's meaning, and the command to type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from cued.model import RecordingError
from cued.recording.imports import export_tables
from cued.recording.imports.export_tables import ExportTable
from cued.recording.imports.files import TEXT, Files
from cued.recording.imports.foreign import Export, ImportOptions
from cued.recording.imports.formats import columns
from cued.recording.imports.importing import PLACES, check_signals, read_export
from cued.recording.imports.sheet import read_sheet

# Ranges for a moving person: time between samples and turn rates; a walker's trunk turns at 0.3 to
# 1 rad/s, a foot at 2 to 4.
SECONDS = (("s", 0.0005, 0.4), ("ms", 0.5, 400.0), ("us", 500.0, 4e5), ("ns", 5e5, 4e8))
TURNS = (("rad/s", 0.0, 8.0), ("deg/s", 8.0, 2000.0), ("mdps", 2000.0, 2e6))
WORDS = {"acc": "acceleration", "linear": "acceleration (called linear)", "gyr": "turn rate"}


def look(path: Path, asked: ImportOptions) -> Iterator[str]:
    """Yield lines about an export's files, then what an import would read or refuse."""
    files = Files(path)
    tables = export_tables.tables(files, asked)
    for table in tables:
        yield f"{files.label(table.name)}{f' ({table.place})' if table.place else ''}"
        yield from (f"  {line}" for line in _about(files, table))
    plain = {t.name for t in tables}
    for name in files.names(*TEXT):
        if name not in plain:
            yield f"{files.label(name)}: no table of numbers was recognised"
    try:
        kind, found = read_export(path, asked)
        check_signals(found)
    except RecordingError as error:
        yield f"refused: {error}"
        yield from _with_units(path, asked, files, tables)
        return
    yield from _taken(kind, found)
    yield f"type: {_command(path, found)}"


def _with_units(
    path: Path, asked: ImportOptions, files: Files, tables: list[ExportTable]
) -> Iterator[str]:
    """Yield what would be read with the units that the numbers suggest, if that is possible."""
    found = [guess for table in tables if (guess := _guessed(files, table))]
    if asked.units or not found:
        return
    try:
        kind, export = read_export(path, replace(asked, units=found[0]))
        check_signals(export)
    except RecordingError:
        return
    yield f"units, judging by the numbers: {', '.join(found[0].values())}"
    yield from _taken(kind, export)
    yield f"type: {_command(path, export)} --units {','.join(found[0].values())}"


def _guessed(files: Files, table: ExportTable) -> dict[str, str]:
    """Guess the units of times, gravity and turn rates by their size; {} if one is unclear."""
    units: dict[str, str] = {}
    for what, ranges in (("time", SECONDS), ("acc", columns.GRAVITIES), ("gyr", TURNS)):
        heads = [head for head, meant in table.meaning.items() if meant.what == what]
        if not heads or any(table.meaning[head].unit for head in heads):
            continue
        try:
            x = read_sheet(files, table.name, table.layout, heads).values
            x = x[np.isfinite(x).all(axis=1)]
        except RecordingError:
            return {}
        if not x.size:
            return {}
        middle = float(np.linalg.norm(np.mean(x, axis=0)))
        size = {"time": columns.step(x[:, 0]), "acc": middle}.get(what, float(np.std(x)))
        fits = [unit for unit, low, high in ranges if low <= size < high]
        if not fits:
            return {}
        units[what] = fits[0]
    return units


def _about(files: Files, table: ExportTable) -> Iterator[str]:
    """Yield a line for each column."""
    for head in table.layout.names:
        meant = table.meaning.get(head)
        if head in table.others:
            continue
        if meant is None:
            yield f"{head or '(no heading)'}: left out"
            continue
        word = WORDS.get(meant.what, meant.what)
        axis = f" along {meant.axis}" if meant.axis else ""
        unit = meant.unit or "no unit given"
        yield f"{head}: {word}{axis}, {unit}{_mean(files, table, head)}"


def _mean(files: Files, table: ExportTable, head: str) -> str:
    try:
        values = read_sheet(files, table.name, table.layout, [head]).values
    except RecordingError as error:
        return f" ({error})"
    known = values[np.isfinite(values)]
    return f", mean {known.mean():.4g}" if known.size else ", no numbers"


def _taken(kind: str, found: Export) -> Iterator[str]:
    yield f"read as: {kind}"
    for s in found.signals:
        rate = 1.0 / float(np.median(np.diff(s.t)))
        size = float(np.linalg.norm(np.nanmean(s.acc, axis=0)))
        turn = "with" if s.gyr is not None else "without"
        data = f"{s.t.size} rows, {rate:.4g} Hz, mean vector {size:.2f} m/s²"
        yield f"sensor {s.name}: {data}, {turn} gyroscope"
    if found.belt:
        yield f"belt: {len(found.belt)} speeds"
    yield from (f"note: {note}" for note in found.notes)


def _command(path: Path, found: Export) -> str:
    """Return the command that imports it, with PLACE for missing placements."""
    names = [s.name for s in found.signals if s.name.lower() not in PLACES]
    alone = len(found.signals) == 1
    places = [f"--placement {'' if alone else n + '='}PLACE" for n in names]
    return " ".join(["cued import", f"'{path}'", *places, "--out FOLDER"])
