"""Find a table of numbers in another software's text, and read it column by column.

Rules
-----
* The headings are the first line that names at least two quantities or the three axes. Lines above
  (``sep=,``, comments, ``Key: value``) are skipped; a line of units below belongs to the headings.
* Columns are separated by commas, semicolons, tabs, bars or spaces. A heading that spans several
  columns of the line below is put before each of theirs. Rows with one cell more than there are
  headings begin with a row name or number, as R writes them.
* ``cells.py`` reads the cells. An incomplete last line was being written when the power failed: it
  is left out, and so is a row that is identical to the one before. Anything else that is not a
  number is refused with file and line.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from cued.model import Floats, RecordingError
from cued.recording.imports.cells import Writing, is_clock, is_number, number_as, number_of, writing
from cued.recording.imports.files import Files
from cued.recording.tables.columns import refuse

SEPARATORS = ",;\t|"
SPACES = " "
LOOK_LINES = 80  # the first lines, in which headings are looked for
BEGINS = "+-.0123456789"  # first characters of a number
KINDS = ("CAL", "RAW", "UNCAL")  # in a separate line below Shimmer's older headings
COMMENTS = ("#", "//", "%", "---")


class Layout(Struct, frozen=True):
    """Where the table is in a text. first : index of the first line of numbers.

    only : the column and the word in it of one sensor's rows, where several share the table.
    """

    separator: str
    names: tuple[str, ...]
    first: int
    only: tuple[int, str] | None = None


class Sheet(Struct, frozen=True, eq=False):
    """Columns of numbers: ``values[:, i]`` has the heading ``names[i]``.

    clocks : the columns that were written as dates or times of day; they are in seconds.
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
    """Find headings and numbers in the first lines; None if there is no table."""
    declared = _declared_separator(lines[0]) if lines else ""
    for at, line in enumerate(lines[:LOOK_LINES]):
        separator = declared or separator_of(line)
        heads = [h.strip().strip("\"'").strip() for h in cells_of(line, separator)]
        if not _is_heading(heads, understood):
            continue
        if at and len(set(heads)) < len(heads):
            heads = _under(cells_of(lines[at - 1], separator), heads)
        first = at + 1
        while _is_units(below := _cells_at(lines, first, separator), len(heads)):
            heads = [_with_unit(h, u) for h, u in zip(heads, below, strict=False)]
            first += 1
        if len(below) == len(heads) + 1 and _has_row_name(below):
            heads = ["", *heads]
        return Layout(separator, tuple(heads), first)
    return None


def words_below(text: str, layout: Layout, at: int, most: int) -> Counter[str]:
    """Count the words in a column; return nothing where there are more than ``most``."""
    found = Counter[str]()
    for _, line in _rows(text, layout.first):
        if word := word_at(cells_of(line, layout.separator), at):
            found[word] += 1
            if len(found) > most:
                return Counter()
    return found


def word_at(cells: Sequence[str], at: int) -> str:
    """Return a cell without its quotes, or "" if there is none."""
    return cells[at].strip().strip("\"'").strip() if at < len(cells) else ""


def _cells_at(lines: Sequence[str], at: int, separator: str) -> list[str]:
    return cells_of(lines[at], separator) if at < len(lines) else []


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
            how = "exists twice: give each its own heading" if head in heads else "is missing"
            raise refuse(path, layout.first, f"column {head} {how}")
    where = [heads.index(head) for head in wanted]
    columns = [array("d") for _ in where]
    lines, notes, before, clocks = array("q"), list[str](), "", frozenset[str]()
    text = files.text(name)
    written = writing(text, layout.separator)
    for number, line in _rows(text, layout.first):
        if line == before:
            notes.append("repeated")
            continue
        cells = cells_of(line, layout.separator)
        if layout.only and word_at(cells, layout.only[0]) not in (layout.only[1], ""):
            continue
        if len(cells) < len(heads) - 1 or len(cells) > len(heads) + 1:
            if text.endswith(line):
                notes.append("cut")
                break
            raise refuse(path, number, _uneven(cells, heads))
        try:
            row = [number_as(cells[at], written) for at in where]
        except (ValueError, IndexError):
            if text.endswith(line):
                notes.append("cut")
                break
            raise _blamed(path, number, cells, layout.names, where, written) from None
        if not lines:
            clocks = frozenset(
                n for n, at in zip(wanted, where, strict=True) if is_clock(cells[at])
            )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
        lines.append(number)
        before = line
    if not lines:
        raise refuse(path, layout.first + 1, "there are no rows below the headings")
    values = np.column_stack([np.frombuffer(c, np.float64) for c in columns])
    return Sheet(path, tuple(wanted), values, tuple(lines), _notes(path, notes), clocks)


def _rows(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Yield the numbers, from 1, and texts of lines that are neither empty nor comments."""
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


def _declared_separator(line: str) -> str:
    found = re.fullmatch(r"\s*\"?sep=(.|\\t)\"?\s*", line)
    return "" if not found else "\t" if found[1] == "\\t" else found[1]


def _is_heading(heads: list[str], understood: Callable[[str], bool]) -> bool:
    lower = {h.lower() for h in heads}
    if not lower or any(is_number(h) for h in heads):
        return False
    return sum(understood(h) for h in heads) >= 2 or {"x", "y", "z"} <= lower


def _under(groups: list[str], heads: list[str]) -> list[str]:
    """Put a heading that spans several columns before each of theirs."""
    if len(groups) > len(heads) or not any(g.strip() for g in groups):
        return heads
    named, group = list[str](), ""
    for at, head in enumerate(heads):
        group = (groups[at].strip() if at < len(groups) else "") or group
        named.append(f"{group} {head}".strip())
    return named


def _is_units(cells: list[str], width: int) -> bool:
    """Return whether this is a line of units: without numbers, and with as many cells."""
    filled = [c.strip().strip("\"'") for c in cells if c.strip()]
    same = width - 1 <= len(cells) <= width + 1
    return bool(filled) and same and not any(_is_value(c) or c[0] in BEGINS for c in filled)


def _has_row_name(first: list[str]) -> bool:
    """Return whether a first row begins with a row name, or with the row number 0 or 1."""
    name = first[0].strip().strip("\"'")
    return (
        bool(first[-1].strip())
        and _is_value(first[-1])
        and (name in ("0", "1") or not _is_value(name))
    )


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
    if unit in KINDS:
        return f"{head} {unit}"
    plain = unit.lower() in ("", "no_units", "unitless", "n.a.")
    return head if plain or head.endswith((")", "]")) else f"{head} ({unit})"


def _blamed(
    path: Path,
    number: int,
    cells: list[str],
    names: Sequence[str],
    where: list[int],
    written: Writing,
) -> RecordingError:
    for at in where:
        cell = cells[at] if at < len(cells) else ""
        try:
            number_as(cell, written)
        except ValueError:
            return refuse(path, number, f"{names[at]} is {cell.strip()[:40]!r}, not a number")
    return refuse(path, number, _uneven(cells, names))


def _uneven(cells: Sequence[str], heads: Sequence[str]) -> str:
    some = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    return f"{some} where there are {len(heads)} headings"


def _notes(path: Path, found: list[str]) -> tuple[str, ...]:
    out: list[str] = []
    if again := found.count("repeated"):
        out.append(f"{path.name}: {again} rows that repeat the previous row were left out")
    if "cut" in found:
        out.append(f"{path.name}: the incomplete last line was left out")
    return tuple(out)
