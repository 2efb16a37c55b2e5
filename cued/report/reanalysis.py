"""One session heard by another coach, as a Parquet file: the piece of work of ``cued reanalyse``.

The result is named after what it depends on: the bytes of the session, the configuration and the
version. So work that is done is known to be done, whoever did it, and a worker that dies leaves
nothing half-written. Rows are events that a runner or a tuner cares about, as they were recorded
(``run`` "before") and as they are now ("after"); counts of all kinds are in the file's metadata.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cued import __version__
from cued.model import AnyEvent, Cue, Effect, Fall, Measurement, Phase, Stumble
from cued.recording.sessions.session import Part, Session

arrow: Any = importlib.import_module("pyarrow")  # typed in parts only
parquet: Any = importlib.import_module("pyarrow.parquet")

KEPT = (Cue, Effect, Fall, Measurement, Phase, Stumble)
MEASURED = {"carried_percent", "time_to_drift_s", "recovery_s", "retention_percent"}
SCHEMA = arrow.schema(
    [
        ("station", arrow.string()), ("session", arrow.string()), ("part", arrow.int32()),
        ("runner", arrow.string()),
        ("run", arrow.string()), ("unix_s", arrow.float64()), ("t_s", arrow.float64()),
        ("type", arrow.string()), ("key", arrow.string()), ("verdict", arrow.string()),
        ("value", arrow.float64()), ("because", arrow.string()),
    ]
)  # fmt: skip

Hear = Callable[[Session, Part], Iterable[AnyEvent]]


class Done(Struct, frozen=True, kw_only=True):
    """What came of one session. trouble : why it was not read.  note : what of it was not whole."""

    session: str
    result: str = ""
    seconds: float = 0.0
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    trouble: str = ""
    note: str = ""
    skipped: bool = False


def identity(session: Path, wanted: str) -> str:
    """Name the result: 16 hex digits of session, configuration and version."""
    digest = hashlib.sha256(session.read_bytes())
    digest.update(f"\0{__version__}\0{wanted}".encode())
    return digest.hexdigest()[:16]


def analyse(path: Path, out: Path, wanted: str, hear: Hear) -> Done:
    """Hear a session and write its result, unless it is there already."""
    result = out / f"{path.stem}-{identity(path, wanted)}.parquet"
    if done := _done(result, path.stem):
        return done
    session = Session(path)
    rows: list[dict[str, Any]] = []
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    seconds = 0.0
    for number, part in enumerate(p.before_hole() for p in session.parts):
        ending = session.ending(part)
        seconds += ending.duration_s
        common = {
            "station": part.opening.station,
            "session": path.stem,
            "part": number,
            "runner": ending.runner,
        }
        offset = part.opening.began - part.opening.t
        for run, counts, events in (
            ("before", before, session.events(part)),
            ("after", after, hear(session, part)),
        ):
            rows += _rows({**common, "run": run}, offset, counts, events)
    told = Done(
        session=path.stem, result=result.name, seconds=seconds, before=dict(before),
        after=dict(after), note=session.damage,
    )  # fmt: skip
    _write(result, rows, told, wanted)
    return told


def _done(result: Path, session: str) -> Done | None:
    """Read a result that is there; one that is damaged is made again."""
    try:
        return read(result, session, skipped=True) if result.exists() else None
    except (OSError, KeyError, TypeError, arrow.ArrowException, msgspec.MsgspecError):
        return None


def read(result: Path, session: str, *, skipped: bool) -> Done:
    """Read what a result says of itself."""
    metadata = parquet.read_schema(result).metadata
    told = msgspec.json.decode(metadata[b"cued"], type=Done)
    return msgspec.structs.replace(told, session=session, skipped=skipped)


def _rows(
    common: dict[str, Any], offset: float, counts: Counter[str], events: Iterable[AnyEvent]
) -> Iterator[dict[str, Any]]:
    for event in events:
        counts[type(event).__name__.lower()] += 1
        if isinstance(event, Cue):
            counts[f"cue:{event.key}:{event.verdict}"] += 1
        kept = isinstance(event, KEPT)
        if kept and not (isinstance(event, Measurement) and event.name not in MEASURED):
            own = {"unix_s": offset + event.t, "t_s": event.t, "type": type(event).__name__.lower()}
            yield {**common, **own, **_told(event)}


def _told(event: AnyEvent) -> dict[str, Any]:
    match event:
        case Cue():
            because = msgspec.json.encode(event.because).decode()
            return {"key": event.key, "verdict": event.verdict, "because": because}
        case Effect():
            return {"key": event.key, "verdict": "helped" if event.worked else "did not help"}
        case Measurement():
            return {"key": event.name, "value": event.value}
        case Phase():
            return {"key": event.name, "verdict": event.why}
        case Stumble():
            return {"value": event.score}
        case Fall():
            return {"key": event.stage}
        case _:
            return {}


def _write(result: Path, rows: list[dict[str, Any]], told: Done, wanted: str) -> None:
    provenance = {
        "cued": msgspec.json.encode(told),
        "cued.version": __version__,
        "cued.configuration": wanted,
    }
    table = arrow.Table.from_pylist(rows, schema=SCHEMA.with_metadata(provenance))
    beside = result.with_suffix(f".{os.getpid()}.new")
    with beside.open("wb") as file:
        parquet.write_table(table, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(result)
