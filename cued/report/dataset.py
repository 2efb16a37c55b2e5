"""The dataset of ``cued reanalyse``: its columns with their units, its folders, its files.

::

    OUT/configuration=HASH/station=NAME/SESSION-ID.parquet            a row for each event
    OUT/_sessions/configuration=HASH/station=NAME/SESSION-ID.parquet  a row for each part

HASH identifies the version and the options, so two configurations or versions never mix. ID also
identifies the session's bytes, so finished work is recognised, whichever machine did it. The
session's file is written last: if it exists, so does the other. Readers of datasets skip folders
that begin with ``_``, so OUT is one table to them.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import importlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from cued import __version__
from cued.report.done import Done
from cued.report.places import is_afar
from cued.whole import replacing

arrow: Any = importlib.import_module("pyarrow")  # only partly typed
parquet: Any = importlib.import_module("pyarrow.parquet")

ABOUT = "_sessions"
DIGITS = 12  # of a hash: 2^48 values are enough for the results of one lab

# Columns of both tables: name, type, unit or meaning.
COMMON = (
    ("station", "string", "name of the station that recorded it"),
    ("session", "string", "name of the file"),
    ("part", "int32", "of a joined file, from 0"),
    ("runner", "string", "who ran"),
    ("version", "string", "of cued that made the result"),
    ("configuration", "string", "hash of version and options"),
    ("input", "string", "hash of the session's bytes"),
    ("hours", "float64", "h, length of the part"),
    ("exact", "bool_", "false: with joined packets (--quick)"),
)
ROWS = (
    *COMMON,
    ("run", "string", "before: as recorded; after: in the new run"),
    ("unix_s", "float64", "s since 1970, wall clock of the station"),
    ("t_s", "float64", "s, the session's own clock"),
    ("direction", "string", "of the gait at that time: forward, backward, unknown"),
    ("type", "string", "cue, effect, fall, possible_fall, mark, measurement, phase, stumble"),
    ("key", "string", "of the cue; name of phase or measurement"),
    ("verdict", "string", "given, or why not; for an effect whether the cue helped"),
    ("value", "float64", "score of a stumble (1), or a measurement in its unit"),
    ("unit", "string", "of value"),
    ("because", "string", "JSON, the reasons for a cue"),
)
SESSIONS = (
    *COMMON,
    ("began", "float64", "s since 1970, wall clock of the station"),
    ("backward_hours", "float64", "h walked or run backward, as recorded"),
    ("strides", "int64", "1, as recorded"),
    ("recorded_by", "string", "version of cued that recorded it"),
    ("whole", "bool_", "the file was not damaged"),
    ("settings", "string", "JSON, overrides of the session's own configuration"),
    ("effective", "string", "JSON, the configuration in effect"),
)


def schema(columns: tuple[tuple[str, str, str], ...]) -> Any:
    """Return a schema whose fields carry their unit or meaning."""
    fields = [
        arrow.field(n, getattr(arrow, kind)(), metadata={"unit": u}) for n, kind, u in columns
    ]
    return arrow.schema(fields)


def configuration(wanted: str) -> str:
    """Return the hash of this version and the options."""
    return _hashed(f"{__version__}\0{wanted}".encode())


def input_of(session: Path) -> str:
    """Return the hash of a session's bytes."""
    return _hashed(session.read_bytes())


def name(session: Path, content: str, wanted: str) -> str:
    """Name a result after the session, its content and the options."""
    return f"{session.stem}-{_hashed((content + configuration(wanted)).encode())}.parquet"


def done(out: Path, result: str, session: str, wanted: str) -> Done | None:
    """Return an existing result; None if it is missing, damaged or incomplete."""
    below = f"configuration={configuration(wanted)}/station=*/{glob.escape(result)}"
    for about in (out / ABOUT).glob(below):
        with contextlib.suppress(OSError, KeyError, TypeError, arrow.ArrowException, ValueError):
            known = msgspec.json.decode(_metadata(about)[b"cued"], type=Done)
            _metadata(out / about.relative_to(out / ABOUT))
            return msgspec.structs.replace(known, session=session, skipped=True)
    return None


def write(
    out: Path, result: str, rows: list[dict[str, Any]], about: list[dict[str, Any]], outcome: Done
) -> None:
    """Write a session's rows, then the rows about its parts, each file whole or not at all."""
    station = quote(about[0]["station"], safe="") if about and about[0]["station"] else "unnamed"
    below = f"configuration={configuration(outcome.wanted)}/station={station}"
    provenance = {
        "cued": msgspec.json.encode(outcome),
        "cued.version": __version__,
        "cued.configuration": outcome.wanted,
        "cued.effective": about[0]["effective"] if about else "",
        "numpy.version": importlib.import_module("numpy").__version__,
    }
    for folder, columns, content in ((out, ROWS, rows), (out / ABOUT, SESSIONS, about)):
        (folder / below).mkdir(parents=True, exist_ok=True)
        layout = schema(columns).with_metadata(provenance)
        _write(folder / below / result, arrow.Table.from_pylist(content, schema=layout))


def read(out: Path, *, about: bool = False) -> list[dict[str, Any]]:
    """Read all rows of a dataset, or those about its sessions."""
    folder = out / ABOUT if about else out
    rows: list[dict[str, Any]] = []
    for path in sorted(folder.glob("configuration=*/station=*/*.parquet")):
        with path.open("rb") as file:
            rows += parquet.ParquetFile(file).read().to_pylist()
    return rows


def tidy(out: Path) -> None:
    """Remove unfinished files of workers that died, if another has finished them since."""
    for begun in out.rglob("*.new"):
        whole = begun.with_name(begun.name.removesuffix(".new").rpartition(".")[0])
        if whole.exists():
            begun.unlink(missing_ok=True)


def _metadata(path: Path) -> Any:
    with path.open("rb") as file:
        return parquet.read_metadata(file).metadata


def _write(result: Path, table: Any) -> None:
    # Object stores show a file only when it is complete.
    with result.open("wb") if is_afar(result) else replacing(result) as file:
        parquet.write_table(table, file)


def _hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]
