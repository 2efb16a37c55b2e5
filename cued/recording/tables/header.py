"""``recording.toml``: a table recording's description of itself.

A key similar to a known one is treated as a typing error and refused with what was probably meant;
any other unknown key is the owner's own note and is ignored. Known keys have types and bounds;
``nan`` means that a number is unknown.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import msgspec
from msgspec import Meta, Struct

from cued.frames import Matrix, rotation
from cued.model import Placement, RecordingError
from cued.recording.tables.columns import meant, read_text, refuse
from cued.toml import unnested

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$(?!\n)")]
FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^/\\\x00]+$(?!\n)")]


class BeltTable(Struct, frozen=True, kw_only=True):
    """The treadmill: constant values, or ``file`` with ``t_s,speed_m_s,incline_percent``."""

    speed_m_s: Annotated[float, Meta(ge=0.0, le=15.0)] | None = None
    speed_error: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.03
    incline_percent: Annotated[float, Meta(ge=-50.0, le=50.0)] = 0.0
    file: FileName | None = None


class Person(Struct, frozen=True, kw_only=True):
    """The person who moves: height and mass, if known."""

    height_m: Annotated[float, Meta(ge=0.4, le=2.6)] | None = None
    mass_kg: Annotated[float, Meta(ge=5.0, le=400.0)] | None = None


class SensorTable(Struct, frozen=True, kw_only=True):
    """One sensor: where it is worn, which file it wrote, and how it is mounted, if known."""

    name: Name
    placement: Placement
    file: FileName
    rate_hz: Annotated[float, Meta(ge=5.0, le=5000.0)]
    mounting: Matrix | None = None


class TruthTable(Struct, frozen=True, kw_only=True):
    """The file with the truth."""

    file: FileName


class Header(Struct, frozen=True, kw_only=True):
    """The whole file."""

    format: int
    sensor: tuple[SensorTable, ...] = ()
    title: str = ""
    subject: str = ""
    source: str = ""
    licence: str = ""
    notes: str = ""
    belt: BeltTable | None = None
    person: Person | None = None
    truth: TruthTable | None = None


_SECTIONS: dict[str, type[Struct]] = {
    "belt": BeltTable,
    "person": Person,
    "sensor": SensorTable,
    "truth": TruthTable,
}


def read_header(path: Path) -> Header:
    """Read and check a ``recording.toml``."""
    text = read_text(path)
    try:
        found = unnested(tomllib.loads(text))
    except ValueError as error:  # a number with thousands of digits gives no TOMLDecodeError
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        raise refuse(path, line, f"not valid TOML: {error}") from None
    except RecursionError:
        raise refuse(path, 1, "not valid TOML: nested too deeply") from None
    _check_spelling(path, text, found)
    try:
        header = msgspec.convert(_without_nan(found), Header)
    except msgspec.ValidationError as error:
        raise _explain(path, text, str(error)) from None
    if header.format != 1:
        reason = f"format {header.format} is unknown; this version reads format 1"
        raise refuse(path, _line_of(text, ".format"), reason)
    if not header.sensor and (header.belt is None or header.belt.file is None):
        raise refuse(path, 1, "there is neither a [[sensor]] nor a [belt] with a file")
    _check_sensors(path, text, header)
    return header


def _check_spelling(path: Path, text: str, found: dict[str, Any]) -> None:
    _check_keys(path, text, "", found, Header)
    for name, struct in _SECTIONS.items():
        tables = found.get(name, {})
        several = cast("list[Any]", tables) if isinstance(tables, list) else [tables]
        for index, table in enumerate(several):
            if isinstance(table, dict):
                where = f".{name}[{index}]" if name == "sensor" else f".{name}"
                _check_keys(path, text, where, cast("dict[str, Any]", table), struct)


def _without_nan(table: dict[str, Any]) -> dict[str, Any]:
    """Leave out values of ``nan``, by which data sets mark unknown numbers."""
    return {
        key: _without_nan(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
        for key, value in table.items()
        if value == value  # noqa: PLR0124  (nan is the one value unequal to itself)
    }


def _check_keys(
    path: Path, text: str, where: str, table: dict[str, Any], struct: type[Struct]
) -> None:
    known = [field.name for field in msgspec.structs.fields(struct)]
    for key in table:
        likely = "" if key in known else meant(key, known, close=0.75)
        if likely:
            line = _line_of(text, f"{where}.{key}")
            raise refuse(path, line, f"{key!r} is not known; did you mean {likely!r}?")


def _check_sensors(path: Path, text: str, header: Header) -> None:
    seen: set[str] = set()
    for index, sensor in enumerate(header.sensor):
        if sensor.name in seen:
            line = _line_of(text, f".sensor[{index}].name")
            raise refuse(path, line, f"there are two sensors named {sensor.name!r}")
        seen.add(sensor.name)
        if sensor.mounting is not None:
            try:
                rotation(sensor.mounting)
            except ValueError as error:
                line = _line_of(text, f".sensor[{index}].mounting")
                raise refuse(path, line, f"mounting of {sensor.name!r}: {error}") from None


def _explain(path: Path, text: str, message: str) -> RecordingError:
    """Add a line to msgspec's message and, for a placement, a suggestion."""
    what, _, at = message.partition(" - at `$")
    where = at.rstrip("`")
    wrong = re.search(r"Invalid enum value '(.*)'", what)
    if wrong and where.endswith(".placement"):
        places: tuple[str, ...] = get_args(Placement)
        likely = meant(wrong[1], places)
        hint = f"did you mean {likely!r}?" if likely else f"known are {', '.join(places)}"
        what = f"placement {wrong[1]!r} is not known; {hint}"
    label = where.lstrip(".")
    return refuse(path, _line_of(text, where), f"{label}: {what}" if label else what)


def _line_of(text: str, where: str) -> int:
    """Find the line of a path such as ``.sensor[1].rate_hz``."""
    section = re.match(r"\.(belt|person|truth|sensor)\b(?:\[(\d+)\])?", where)
    lines = text.split("\n")
    start = 0
    if section:
        heads = [i for i, line in enumerate(lines) if _opens(line, section[1])]
        nth = int(section[2] or 0)
        start = heads[nth] if nth < len(heads) else 0
    rest = where[section.end() :] if section else where
    key = re.match(r"\.?([A-Za-z0-9_-]+)", rest)
    if key:
        for i in range(start, len(lines)):
            if re.match(rf"\s*[\[\"']*{re.escape(key[1])}[\"']?\s*[=.\]]", lines[i]):
                return i + 1
    return start + 1


def _opens(line: str, section: str) -> bool:
    return re.match(rf"\s*\[\[?\s*{section}\s*\]", line) is not None
