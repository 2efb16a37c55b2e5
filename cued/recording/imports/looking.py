"""What an import would make of an export: each column, its meaning, and the command to type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cued.model import RecordingError
from cued.recording.imports.files import TEXT, Files
from cued.recording.imports.foreign import Export, ImportOptions
from cued.recording.imports.formats import columns
from cued.recording.imports.formats.columns import ExportTable
from cued.recording.imports.importing import PLACES, read_export
from cued.recording.imports.sheet import read_sheet

WORDS = {"acc": "acceleration", "linear": "acceleration (called linear)", "gyr": "turn rate"}


def look(path: Path, asked: ImportOptions) -> Iterator[str]:
    """Yield lines about the files of an export, then what an import would read or refuse."""
    files = Files(path)
    tables = columns.tables(files, asked)
    for table in tables:
        yield f"{files.label(table.name)}"
        yield from (f"  {line}" for line in _about(files, table))
    plain = {t.name for t in tables}
    for name in files.names(*TEXT):
        if name not in plain:
            yield f"{files.label(name)}: no table of numbers that is understood"
    try:
        kind, found = read_export(path, asked)
    except RecordingError as error:
        yield f"refused: {error}"
        return
    yield from _taken(kind, found)
    yield f"type: {_command(path, found)}"


def _about(files: Files, table: ExportTable) -> Iterator[str]:
    """Return a line for each column."""
    for head in table.layout.names:
        meant = table.meaning.get(head)
        if meant is None:
            yield f"{head or '(no heading)'}: left out"
            continue
        word = WORDS.get(meant.what, meant.what)
        axis = f" along {meant.axis}" if meant.axis else ""
        unit = meant.unit or "no unit told"
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
        told = f"{s.t.size} rows, {rate:.4g} Hz, mean vector {size:.2f} m/s²"
        yield f"sensor {s.name}: {told}, {turn} gyroscope"
    if found.belt:
        yield f"belt: {len(found.belt)} speeds"
    yield from (f"note: {note}" for note in found.notes)


def _command(path: Path, found: Export) -> str:
    """Return the command that imports it, with what is missing as PLACE."""
    names = [s.name for s in found.signals if s.name.lower() not in PLACES]
    alone = len(found.signals) == 1
    places = [f"--placement {'' if alone else n + '='}PLACE" for n in names]
    return " ".join(["cued import", f"'{path}'", *places, "--out FOLDER"])
