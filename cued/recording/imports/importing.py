"""Turn other software's exports into a table recording, checked, and written whole or not at all.

Several exports become one recording if all of them have the time of day. The clocks of two devices
may differ by a second or so, which matters little for a belt's speed but too much for two sensors.
The recording is written next to its place and moved there in one step.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cued.frames import Matrix, rotation
from cued.model import Belt, CuedError, Placement, RecordingError
from cued.recording.imports import formats
from cued.recording.imports.files import MARKUP, Files
from cued.recording.imports.foreign import Export, Format, ImportOptions, SensorData
from cued.recording.tables.columns import refuse
from cued.recording.tables.header import Person
from cued.recording.tables.table import (
    SensorTrack,
    TableRecording,
    check_acc,
    check_gyr,
    is_table,
    read_table,
)
from cued.recording.tables.write import write_table

OWN = {".gt3x": "ActiLife", ".cwa": "OmGui"}  # software that reads its own format, by suffix
RATES_HZ = (5.0, 5000.0)  # outside these limits a column is not a time
# The least upper quartile of turn rates: 326 recordings of people have 0.11 or more, but rad/s
# that are read as deg/s have a 57th of that.
LEAST_TURN_RAD_S = 0.06
MOVED_M_S2 = 1.0  # chosen: standard deviation of the acceleration's size; standing gives less
PLACES: dict[str, Placement] = {
    "trunk": "lower_back", "lower_back": "lower_back", "waist": "waist", "chest": "chest",
    "foot_left": "foot_left", "foot_right": "foot_right", "left_foot": "foot_left",
    "right_foot": "foot_right", "shank_left": "shank_left", "shank_right": "shank_right",
}  # fmt: skip


class Placing(Struct, frozen=True, kw_only=True):
    """Facts not in the files. placements, mountings : by sensor's name, "" for a single sensor."""

    placements: Mapping[str, Placement] = {}
    mountings: Mapping[str, Matrix] = {}
    belt: tuple[float, float] | None = None
    belt_error: float = 0.03
    person: Person = Person()
    title: str = ""
    subject: str = ""


def all_formats() -> list[Format]:
    """List the formats, with those that accept any file last."""
    names = sorted(m.name for m in pkgutil.iter_modules(formats.__path__))
    found = [importlib.import_module(f"{formats.__name__}.{name}").FORMAT for name in names]
    return sorted(found, key=lambda one: one.fallback)


def read_export(path: Path, asked: ImportOptions) -> tuple[str, Export]:
    """Read an export of any format; return the format's name and the content."""
    if path.is_dir() and is_table(path):
        raise CuedError(f"{path}: this is already a table recording")
    files = Files(path)
    if software := OWN.get(path.suffix.lower()):
        raise refuse(path, 1, f"this is {software}'s own format: export as CSV with {software}")
    for one in all_formats():
        if one.knows(files):
            found = one.read(files, asked)
            return one.name, replace(found, notes=(*found.notes, *_doubts(found.signals)))
    if files.names(".xls", ".xlsx", ".ods") or any(n.startswith("xl/") for n in files.names()):
        raise refuse(path, 1, "a spreadsheet: export as CSV instead")
    if files.names(".gpx", ".tcx", ".kml", ".xml"):
        raise refuse(path, 1, MARKUP)
    if inner := files.names(".zip"):
        raise refuse(path, 1, f"unpack it and import its content: {', '.join(inner[:4])}")
    raise refuse(
        path,
        1,
        "not CSV, FIT or JSON of samples, nor a folder or zip file with CSV in it; export as CSV,"
        " with a name that ends in .csv",
    )


def _doubts(signals: Sequence[SensorData]) -> Iterator[str]:
    """Yield a note for each sensor that moved with turn rates too small for a person."""
    for s in signals:
        if s.gyr is None or float(np.nanstd(np.linalg.norm(s.acc, axis=1))) < MOVED_M_S2:
            continue
        turn = np.linalg.norm(s.gyr, axis=1)
        size = float(np.percentile(turn[np.isfinite(turn)], 75)) if np.isfinite(turn).any() else 0.0
        if size < LEAST_TURN_RAD_S:
            doubt = f"turn rates of only {size:.2g} rad/s while the sensor moved"
            yield f"{s.path.name}: {doubt}: is the unit in the heading right?"


def check_signals(found: Export) -> None:
    """Refuse signals that are wrong whatever the placement: a bad rate, or no gravity."""
    for s in found.signals:
        check_acc(s.path, s.acc, s.t)
        _rate(s)


def compose(out: Path, exports: Sequence[tuple[str, Export]], worn: Placing) -> TableRecording:
    """Combine exports into a checked recording."""
    found = _on_one_clock([found for _, found in exports])
    signals = [s for one in found for s in one.signals]
    _check_names(signals, worn)
    belts = [one.belt for one in found if one.belt]
    if len(belts) > 1:
        raise CuedError("more than one of these contains the belt's speed")
    sensors = tuple(_track(s, worn, only=len(signals) == 1) for s in signals)
    start = min((float(s.t[0]) for s in sensors), default=0.0)
    belt = belts[0] if belts else ()
    if worn.belt:
        belt = (Belt(start, *worn.belt),)
    return TableRecording(
        name=out.name,
        sensors=sensors,
        belt=tuple(replace(b, error=worn.belt_error) for b in belt),
        person=worn.person,
        truth=tuple(row for one in found for row in one.truth),
        title=worn.title,
        subject=worn.subject,
        source=f"imported from {', '.join(dict.fromkeys(name for name, _ in exports))}",
        notes="; ".join(note for one in found for note in one.notes),
    )


def write_whole(out: Path, recording: TableRecording) -> None:
    """Write a recording next to its place, read it back, and move it there in one step."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CuedError(f"{out} already exists")
    draft = out.with_name(f".{out.name}.new")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        write_table(draft, recording)
        read_table(draft)
        draft.replace(out)
    except RecordingError as error:
        raise RecordingError(str(error).replace(str(draft), str(out))) from None
    except OSError as error:
        where = str(error.filename or out).replace(str(draft), str(out))
        raise CuedError(f"{where}: {error.strerror}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _on_one_clock(found: Sequence[Export]) -> list[Export]:
    if len(found) == 1:
        return list(found)
    began = [one.began for one in found]
    known = [t for t in began if t is not None]
    if len(known) < len(began):
        raise CuedError("exports are aligned by the time of day, which one of these lacks")
    moved = [_later(one, (one.began or 0.0) - min(known)) for one in found]
    spans = [_span(one) for one in moved]
    for (a, b), (c, d) in itertools.pairwise(spans):
        if b < c or d < a:
            raise CuedError("these were not recorded at the same time")
    return moved


def _later(one: Export, by: float) -> Export:
    signals = tuple(replace(s, t=s.t + by) for s in one.signals)
    return replace(one, signals=signals, belt=tuple(replace(b, t=b.t + by) for b in one.belt))


def _span(one: Export) -> tuple[float, float]:
    times = [*(b.t for b in one.belt), *(float(s.t[i]) for s in one.signals for i in (0, -1))]
    return min(times), max(times)


def _check_names(signals: Sequence[SensorData], worn: Placing) -> None:
    names = [s.name for s in signals]
    if len(set(names)) < len(names):
        raise CuedError(f"two sensors have the same name: {', '.join(names)}")
    for name in (*worn.placements, *worn.mountings):
        if name and name not in names:
            raise CuedError(f"there is no sensor {name}, only {', '.join(names) or 'none'}")
        if not name and len(names) > 1:
            raise CuedError(f"say which of {', '.join(names)}: NAME=...")


def _track(s: SensorData, worn: Placing, *, only: bool) -> SensorTrack:
    placement = worn.placements.get(s.name) or (worn.placements.get("") if only else None)
    placement = placement or PLACES.get(s.name.lower())
    if placement is None:
        known = ", ".join(sorted(set(PLACES.values())))
        name = "" if only else f"{s.name}="
        raise CuedError(f"where was {s.name} worn? Say --placement {name}PLACE: {known}")
    mounting = worn.mountings.get(s.name) or (worn.mountings.get("") if only else None)
    check_acc(s.path, s.acc, s.t)
    if s.gyr is not None:
        check_gyr(s.path, s.gyr, placement)
    if mounting is not None:
        _check_upright(s, mounting)
    return SensorTrack(s.name, placement, _rate(s), s.t, s.acc, s.gyr, mounting)


def _rate(s: SensorData) -> float:
    """Return a sensor's rate, from the median step between times. Raises RecordingError."""
    step = float(np.median(np.diff(s.t)))
    low, high = RATES_HZ
    if not 1.0 / high <= step <= 1.0 / low:
        reason = f"times are {step:.4g} s apart, which is not a rate from {low:g} to {high:g} Hz"
        raise refuse(s.path, 1, f"{reason}; is the unit of time right?")
    return float(f"{1.0 / step:.4g}")


def _check_upright(s: SensorData, mounting: Matrix) -> None:
    up = rotation(mounting)[2]
    if float(np.nanmedian(s.acc @ up)) < 0:
        reason = "with this mounting gravity points the wrong way"
        raise refuse(s.path, 1, f"{reason}: the mounting is upside down, or all signs are reversed")
