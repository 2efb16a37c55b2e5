"""A table of numbers in a text that other software wrote: found, and read column by column.

Rules
-----
* The headings are the first line that names at least two quantities or the three axes. What stands
  above (``sep=,``, comments, ``Key: value``) is skipped; a line of units below them belongs to
  them.
* Columns are separated by commas, semicolons, tabs, bars or spaces. Where it is not commas, these
  are decimal points. Headings below others that stand for several columns have these before them.
* An empty cell, ``NA``, ``nan``, ``null`` and the like are unknown. A last line without its end is
  what was being written when the power went: it is left out, and so is a row that repeats the one
  before it to the letter. Anything else that is no number is refused with file and line.
* A time may be written as a date and a time of day; it counts from 1970 then.
"""

from __future__ import annotations

import csv
import math
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from msgspec import Struct

from cued.model import Floats, RecordingError
from cued.recording.imports.files import Files
from cued.recording.tables.columns import refuse

SEPARATORS = ",;\t|"
SPACES = " "
LOOK_LINES = 80  # headings come within so many lines
UNKNOWN = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "missing", "#n/a"})
COMMENTS = ("#", "//", "%", "---")
CLOCKS = ("%d-%b-%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S",
          "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S")  # fmt: skip
DAYTIME = re.compile(r"(?:(\d{1,2}):)?(\d{2}):(\d{2})(?:[.:,](\d{1,9}))?")  # Excel hides the hours
PART = re.compile(r"(?<=:\d\d)[.,](\d+)")  # of a second, in a date and time of day


class Layout(Struct, frozen=True):
    """Where the table lies in a text. first : index of the first line of numbers."""

    separator: str
    names: tuple[str, ...]
    first: int
    above: tuple[str, ...] = ()


class Sheet(Struct, frozen=True, eq=False):
    """Columns of numbers: ``values[:, i]`` stands under ``names[i]``.

    clocks : the columns that are written as dates or times of day; they are in seconds.
    """

    path: Path
    names: tuple[str, ...]
    values: Floats
    lines: tuple[int, ...]
    notes: tuple[str, ...] = ()
    clocks: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Floats:
        return self.values[:, self.names.index(name)]

    def refuse(self, row: int, reason: str) -> RecordingError:
        """Make the error for the row-th row of numbers."""
        return refuse(self.path, self.lines[row] if self.lines else 1, reason)


def find_layout(lines: Sequence[str], understood: Callable[[str], bool]) -> Layout | None:
    """Return where headings and numbers are in the first lines, None if there is no table."""
    told = _told_separator(lines[0]) if lines else ""
    for at, line in enumerate(lines[:LOOK_LINES]):
        separator = told or separator_of(line)
        heads = [h.strip().strip("\"'").strip() for h in cells_of(line, separator)]
        if not _is_heading(heads, understood):
            continue
        if at and len(set(heads)) < len(heads):
            heads = _under(cells_of(lines[at - 1], separator), heads)
        first = at + 1
        below = cells_of(lines[first], separator) if first < len(lines) else []
        if _is_units(below, len(heads)):
            heads = [_with_unit(h, u) for h, u in zip(heads, below, strict=False)]
            first += 1
        return Layout(separator, tuple(heads), first, tuple(lines[:at]))
    return None


def separator_of(line: str) -> str:
    """Return what separates the cells of a line."""
    best = max(SEPARATORS, key=lambda s: (line.count(s), s == ","))
    return best if best in line else SPACES


def cells_of(line: str, separator: str) -> list[str]:
    """Split a line into cells."""
    if separator == SPACES:
        return line.split()
    try:
        return next(csv.reader([line], delimiter=separator), [""])
    except csv.Error:
        return line.split(separator)


def read_sheet(files: Files, name: str, layout: Layout, wanted: Sequence[str]) -> Sheet:
    """Read the columns with the wanted headings; other columns may hold anything."""
    path, heads = files.label(name), layout.names
    for head in wanted:
        if heads.count(head) != 1:
            how = "is there twice" if head in heads else "is missing"
            raise refuse(path, layout.first, f"column {head} {how}")
    where = [heads.index(head) for head in wanted]
    columns = [array("d") for _ in where]
    lines, notes, before, clocks = array("q"), list[str](), "", frozenset[str]()
    text = files.text(name)
    for number, line in _rows(text, layout.first):
        if line == before:
            notes.append("repeated")
            continue
        cells = cells_of(line, layout.separator)
        if len(cells) < len(heads) - 1 or len(cells) > len(heads) + 1:
            if text.endswith(line):
                notes.append("cut")
                break
            raise refuse(path, number, _uneven(cells, heads))
        try:
            row = [number_of(cells[at], layout.separator) for at in where]
        except (ValueError, IndexError):
            if text.endswith(line):
                notes.append("cut")
                break
            raise _blamed(path, number, cells, layout, where) from None
        if not lines:
            clocks = frozenset(n for n, at in zip(wanted, where, strict=True) if ":" in cells[at])
        for column, value in zip(columns, row, strict=True):
            column.append(value)
        lines.append(number)
        before = line
    if not lines:
        raise refuse(path, layout.first + 1, "there are no rows below the headings")
    values = np.column_stack([np.frombuffer(c, np.float64) for c in columns])
    return Sheet(path, tuple(wanted), values, tuple(lines), _notes(path, notes), clocks)


def number_of(cell: str, separator: str) -> float:
    """Return a cell as a number, a date or time of day in seconds; nan when it is unknown."""
    try:
        value = float(cell)
    except ValueError:
        pass
    else:
        return value if math.isfinite(value) else math.nan
    plain = cell.strip().strip("\"'").strip()
    if plain.lower() in UNKNOWN:
        return float("nan")
    if separator != ",":
        try:
            return float(plain.replace(",", "."))
        except ValueError:
            pass
    return _clock(plain)


def _clock(text: str) -> float:
    """Return a date and time as seconds since 1970, a time of day as seconds since midnight."""
    of_day = DAYTIME.fullmatch(text)
    if of_day:
        h, m, s, part = of_day.groups()
        return int(h or 0) * 3600 + int(m) * 60 + int(s) + (float(f"0.{part}") if part else 0.0)
    if not text[:1].isdigit() or ":" not in text:
        raise ValueError(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = _dated(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _dated(text: str) -> datetime:
    part = PART.search(text)
    second = timedelta(seconds=float(f"0.{part[1]}")) if part else timedelta()
    for form in CLOCKS:
        try:
            whole = datetime.strptime(PART.sub("", text), form)  # noqa: DTZ007 (the caller's)
        except ValueError:
            continue
        return whole + second
    raise ValueError(text)


def _rows(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Return line numbers, from 1, and lines that hold something."""
    start = 0
    for _ in range(first):
        start = text.find("\n", start) + 1
        if not start:
            return
    number = first
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        number += 1
        line = text[start:end]
        start = end + 1
        if line.strip(" |,;\t") and not line.startswith(COMMENTS):
            yield number, line


def _told_separator(line: str) -> str:
    found = re.fullmatch(r"\s*\"?sep=(.|\\t)\"?\s*", line)
    return "" if not found else "\t" if found[1] == "\\t" else found[1]


def _is_heading(heads: list[str], understood: Callable[[str], bool]) -> bool:
    lower = {h.lower() for h in heads}
    if not lower or any(is_number(h) for h in heads):
        return False
    return sum(understood(h) for h in heads) >= 2 or {"x", "y", "z"} <= lower


def _under(groups: list[str], heads: list[str]) -> list[str]:
    """Put what stands above several headings, once, before each of them."""
    if len(groups) > len(heads) or not any(g.strip() for g in groups):
        return heads
    named, group = list[str](), ""
    for at, head in enumerate(heads):
        group = (groups[at].strip() if at < len(groups) else "") or group
        named.append(f"{group} {head}".strip())
    return named


def _is_units(cells: list[str], width: int) -> bool:
    """Return whether this is a line of units: no number in it and as many cells."""
    filled = [c for c in cells if c.strip()]
    same = width - 1 <= len(cells) <= width + 1
    return bool(filled) and same and not any(_is_value(c) for c in filled)


def _is_value(cell: str) -> bool:
    try:
        number_of(cell, ";")
    except ValueError:
        return False
    return True


def _with_unit(head: str, unit: str) -> str:
    unit = unit.strip().strip("\"'").strip()
    if unit[:1] in ("(", "[") and unit[-1:] in (")", "]"):
        unit = unit[1:-1]
    plain = unit.lower() in ("", "no_units", "unitless", "n.a.")
    return head if plain or head.endswith((")", "]")) else f"{head} ({unit})"


def is_number(cell: str) -> bool:
    """Return whether a cell is a plain number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _blamed(
    path: Path, number: int, cells: list[str], layout: Layout, where: list[int]
) -> RecordingError:
    for at in where:
        cell = cells[at] if at < len(cells) else ""
        try:
            number_of(cell, layout.separator)
        except ValueError:
            return refuse(
                path, number, f"{layout.names[at]} is {cell.strip()[:40]!r}, which is no number"
            )
    return refuse(path, number, _uneven(cells, layout.names))


def _uneven(cells: Sequence[str], heads: Sequence[str]) -> str:
    some = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    return f"{some} where there are {len(heads)} headings"


def _notes(path: Path, found: list[str]) -> tuple[str, ...]:
    out: list[str] = []
    if again := found.count("repeated"):
        out.append(f"{path.name}: {again} rows that repeat the row before them were left out")
    if "cut" in found:
        out.append(f"{path.name}: the last line is cut off and was left out")
    return tuple(out)
