"""Files that other software wrote, before they are a recording: where they lie, and their tables.

An export is a folder, a zip file or a single file; ``Files`` makes them alike. A ``Sheet`` is a
table of numbers under headings, with commas, semicolons or tabs, and decimal commas where commas
don't separate. Everything that is wrong is told as file, line and reason.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath

import numpy as np
from msgspec import Struct

from cued.model import Belt, Floats, RecordingError
from cued.recording.tables.columns import MAX_BYTES, as_text, read_bytes, refuse
from cued.recording.tables.truth import TruthRow

SEPARATORS = ",;\t"
REPEATED = 0.01  # share of rows that may repeat the time before them; phones write some twice
GAP_STEPS = 3.0  # a gap of this many usual steps is not filled in


class Signals(Struct, frozen=True, eq=False, kw_only=True):
    """What one sensor measured, in the units of a recording: s, m/s² with gravity, rad/s."""

    name: str
    path: Path
    t: Floats
    acc: Floats
    gyr: Floats | None = None


class Found(Struct, frozen=True, eq=False, kw_only=True):
    """What an export holds. began : seconds since 1970 at t = 0, None if nothing tells."""

    signals: tuple[Signals, ...] = ()
    belt: tuple[Belt, ...] = ()
    truth: tuple[TruthRow, ...] = ()
    began: float | None = None
    notes: tuple[str, ...] = ()


class Asked(Struct, frozen=True, kw_only=True):
    """What whoever imports adds to the files: units that headings don't tell, and signs."""

    time_unit: str = ""
    acc_unit: str = ""
    gyr_unit: str = ""
    signs: str = ""


class Format(Struct, frozen=True):
    """A kind of export: its name, how it is known, and how it is read."""

    name: str
    knows: Callable[[Files], bool]
    read: Callable[[Files, Asked], Found]
    fallback: bool = False


class Files:
    """The files of an export by their names in it, whether a folder, a zip file or one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = self._opened()
        self._inside = self._listed()

    def names(self, suffix: str = "") -> list[str]:
        """List the files, of an ending if one is given."""
        endings = (suffix, f"{suffix}.gz")
        return [name for name in self._inside if name.lower().endswith(endings)]

    def __contains__(self, name: str) -> bool:
        return name in self._inside

    def label(self, name: str) -> Path:
        """Say where a file is, as a message names it."""
        return self.path if self.path.name == name else self.path / name

    def raw(self, name: str) -> bytes:
        """Read a file."""
        if self._zip is None:
            return read_bytes(Path(self._inside[name]))
        path = self.label(name)
        try:
            info = self._zip.getinfo(self._inside[name])
            if info.file_size > MAX_BYTES:
                raise refuse(path, 1, "longer than 1 GiB; cut it into shorter recordings")
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise refuse(path, 1, f"the zip file is damaged here ({error})") from None
        except (RuntimeError, NotImplementedError) as error:
            raise refuse(path, 1, f"the zip file can't be opened: {error}") from None

    def text(self, name: str) -> str:
        """Read a text."""
        return as_text(self.label(name), self.raw(name))

    def first_line(self, name: str) -> str:
        """Read the line of headings; "" where there is no text."""
        try:
            return self.text(name).split("\n", 1)[0]
        except RecordingError:
            return ""

    def _opened(self) -> zipfile.ZipFile | None:
        if not self.path.exists():
            raise refuse(self.path, 1, "there is no such file or folder")
        if self.path.is_dir() or not zipfile.is_zipfile(self.path):
            if self.path.suffix.lower() == ".zip":
                raise refuse(self.path, 1, "this is no whole zip file")
            return None
        try:
            return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
            raise refuse(self.path, 1, f"the zip file is damaged ({error})") from None

    def _listed(self) -> dict[str, str]:
        """Map names in the export to where they are; the folder around all of them is left out."""
        if self._zip is not None:
            found = {n: n for n in self._zip.namelist() if not n.endswith("/")}
        elif self.path.is_dir():
            inside = (p for p in sorted(self.path.rglob("*")) if p.is_file())
            found = {p.relative_to(self.path).as_posix(): str(p) for p in inside}
        else:
            return {self.path.name: str(self.path)}
        found = {n: at for n, at in found.items() if not _hidden(n)}
        around = {PurePosixPath(n).parts[0] for n in found if "/" in n}
        if len(around) == 1 and all("/" in n for n in found):
            found = {n.split("/", 1)[1]: at for n, at in found.items()}
        return found


class Sheet(Struct, frozen=True, eq=False):
    """A table of numbers: ``values[:, i]`` stands under ``names[i]``."""

    path: Path
    names: tuple[str, ...]
    values: Floats
    lines: tuple[int, ...]

    def __getitem__(self, name: str) -> Floats:
        return self.values[:, self.names.index(name)]

    def refuse(self, row: int, reason: str) -> RecordingError:
        """Make the error for the row-th row of numbers."""
        return refuse(self.path, self.lines[row] if self.lines else 1, reason)


def headings(line: str) -> tuple[str, list[str]]:
    """Take a line of headings apart: what separates them, and what they are."""
    separator = max(SEPARATORS, key=lambda s: (line.count(s), s == ","))
    return separator, [cell.strip().strip("\"'").strip() for cell in _cells(line, separator)]


def read_sheet(files: Files, name: str, wanted: Collection[str]) -> Sheet:
    """Read the columns with the wanted headings; other columns may hold anything."""
    path = files.label(name)
    top, *below = files.text(name).split("\n")
    separator, heads = headings(top)
    twice = [head for head in wanted if heads.count(head) > 1]
    if twice:
        raise refuse(path, 1, f"column {twice[0]} is there twice")
    chosen = [head for head in heads if head in wanted]
    missing = [head for head in wanted if head not in heads]
    if missing:
        raise refuse(path, 1, f"column {missing[0]} is missing")
    rows = [(number, line) for number, line in enumerate(below, start=2) if line.strip()]
    if not rows:
        raise refuse(path, 2, "there are no rows below the headings")
    where = [heads.index(head) for head in chosen]
    whole = "\n".join(line for _, line in rows)
    if separator != ",":
        whole = whole.replace(",", ".")
    count = whole.count(separator)
    try:
        values = np.loadtxt(
            io.StringIO(whole), delimiter=separator, comments=None, usecols=where, ndmin=2,
            quotechar='"',
        )  # fmt: skip
    except (ValueError, OverflowError) as error:
        raise _blame(path, rows, separator, heads, where) or refuse(path, 2, str(error)) from None
    if values.shape[0] != len(rows) or ('"' not in whole and count != len(rows) * (len(heads) - 1)):
        wrong = _blame(path, rows, separator, heads, where)
        raise wrong or refuse(path, 2, "rows cannot be told apart")
    return Sheet(path, tuple(chosen), values, tuple(number for number, _ in rows))


def in_order(sheet: Sheet, t: Floats) -> tuple[Sheet, Floats, list[str]]:
    """Leave out rows that repeat the time before them; refuse a time that runs backward.

    Rows at the end without a time, with which columns of unequal length are filled up, go as well.
    """
    timed = np.flatnonzero(np.isfinite(t))
    if timed.size < 2:
        raise sheet.refuse(0, "fewer than two rows have a time")
    end = int(timed[-1]) + 1
    t = t[:end]
    holes = ~np.isfinite(t)
    if holes.any():
        raise sheet.refuse(int(np.argmax(holes)), "the time is not a finite number")
    steps = np.diff(t)
    if steps.min() < 0:
        row = int(np.argmax(steps < 0)) + 1
        raise sheet.refuse(row, f"time runs backward: {t[row]:.6f} s after {t[row - 1]:.6f} s")
    keep = np.concatenate(([True], steps > 0))
    lost = int(np.count_nonzero(~keep))
    if lost > REPEATED * t.size:
        row = int(np.argmin(keep))
        raise sheet.refuse(row, f"time does not move on here and in {lost - 1} more rows")
    told = f"{sheet.path.name}: {lost} rows that repeat the time before them were left out"
    lines = tuple(np.array(sheet.lines)[:end][keep].tolist())
    kept = Sheet(sheet.path, sheet.names, sheet.values[:end][keep], lines)
    return kept, t[keep], [told] if lost else []


def onto(t: Floats, own_t: Floats, values: Floats) -> Floats:
    """Bring columns onto other times by straight lines; nan where they have a gap or are not yet.

    Sensors of a phone tick apart from each other by less than a sample, over which a straight line
    is as good as the samples.
    """
    if own_t.size == t.size and np.array_equal(own_t, t):
        return values
    step = float(np.median(np.diff(own_t)))
    out: Floats = np.empty((t.size, values.shape[1]))
    for n in range(values.shape[1]):
        out[:, n] = np.interp(t, own_t, values[:, n])
    after = np.clip(np.searchsorted(own_t, t), 1, own_t.size - 1)
    gap = own_t[after] - own_t[after - 1] > GAP_STEPS * step
    outside = (t < own_t[0] - step) | (t > own_t[-1] + step)
    out[gap | outside] = np.nan
    return out


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [""])


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _blame(
    path: Path, rows: list[tuple[int, str]], separator: str, heads: list[str], where: list[int]
) -> RecordingError | None:
    """Find the first line that is wrong, if there is one."""
    for number, line in rows:
        cells = _cells(line, separator)
        if len(cells) != len(heads):
            return refuse(path, number, f"{len(cells)} cells where there are {len(heads)} headings")
        for at in where:
            cell = cells[at].strip()
            if not cell:
                return refuse(
                    path, number, f"{heads[at]} is empty (a missing value is written nan)"
                )
            try:
                float(cell if separator == "," else cell.replace(",", "."))
            except ValueError:
                return refuse(path, number, f"{heads[at]} is {cell[:40]!r}, which is no number")
    return None
