"""Read columns of numbers from a CSV file, plain or gzipped, or refuse it with line and reason.

numpy reads the whole text at once. Only if that fails, or the counts of cells do not add up, is the
text searched line by line for the first mistake. ``nan`` and ``inf`` are accepted, because a sensor
may have had no value. An empty cell is not a number.

Lines count from 1, the header being line 1, as an editor shows the (unzipped) file.
"""

from __future__ import annotations

import difflib
import gzip
import io
import stat
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from cued.model import Floats, RecordingError

GZIP_MAGIC = b"\x1f\x8b"
MAX_BYTES = 1 << 30  # about 40 h of one sensor at 128 Hz; more is probably a mistake
CHUNK_BYTES = 1 << 20  # chosen: large enough to be fast, small enough for a Pi


class Columns(Struct, frozen=True, eq=False):
    """The numbers of a file: ``values[:, i]`` is the column ``names[i]``."""

    path: Path
    names: tuple[str, ...]
    values: Floats
    text: str

    def __getitem__(self, name: str) -> Floats:
        return self.values[:, self.names.index(name)]

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def refuse(self, row: int, reason: str) -> RecordingError:
        """Make the error for the row-th row of numbers."""
        return refuse(self.path, _line_of_row(self.text, row), reason)


def refuse(path: Path, line: int, reason: str) -> RecordingError:
    """Make the error of a file that cannot be used."""
    return RecordingError(f"{path}, line {line}: {reason}")


def meant(word: str, known: Iterable[str], close: float = 0.6) -> str:
    """Return the known word that was probably meant, "" if none is similar."""
    lower = {k.lower(): k for k in known}
    found = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=close)
    return lower[found[0]] if found else ""


def read_columns(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Columns:
    """Read the named columns and skip all others.

    optional : all of these or none must be there.
    """
    text = read_text(path)
    header = [cell.strip() for cell in text.split("\n", 1)[0].split(",")]
    names = _choose(path, header, required, optional)
    rows = sum(1 for _ in _rows(text))
    if not rows:
        raise refuse(path, 2, "there are no rows below the header")
    try:
        values = np.loadtxt(
            io.StringIO(text),
            delimiter=",",
            comments=None,
            skiprows=1,
            usecols=[header.index(name) for name in names],
            ndmin=2,
        )
    except (ValueError, OverflowError) as error:
        raise _blame(path, text, header, names) or refuse(path, 1, str(error)) from None
    if values.shape[0] != rows or text.count(",") != (rows + 1) * (len(header) - 1):
        raise _blame(path, text, header, names) or refuse(path, 1, "the rows cannot be separated")
    return Columns(path, names, values, text)


def read_text(path: Path) -> str:
    """Read a UTF-8 text, unzipped if need be, with newlines as line ends."""
    raw = read_bytes(path)
    if not raw.strip():
        raise refuse(path, 1, "the file is empty")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refuse(path, line, "this is not text (UTF-8)") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise refuse(path, line, "this is not text (a zero byte)")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(path: Path) -> bytes:
    """Read a file, unzipped if need be. Raises RecordingError."""
    raw = bytearray()
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise refuse(path, 1, "this is a pipe or a device, not a file")
        with path.open("rb") as plain:
            zipped = plain.read(2) == GZIP_MAGIC
            if path.suffix == ".gz" and not zipped and plain.seek(0, io.SEEK_END):
                raise refuse(path, 1, "named .gz but not a gzip file")
            plain.seek(0)
            with gzip.open(plain) if zipped else plain as file:
                while chunk := file.read(CHUNK_BYTES):
                    raw += chunk
                    if len(raw) > MAX_BYTES:
                        raise refuse(path, 1, "longer than 1 GiB; cut it into shorter recordings")
    except EOFError:
        reason = "the gzip file ends here, cut short"
        raise refuse(path, raw.count(b"\n") + 1, reason) from None
    except (zlib.error, gzip.BadGzipFile) as error:
        reason = f"the gzip file is damaged from this line on ({error})"
        raise refuse(path, raw.count(b"\n") + 1, reason) from None
    except OSError as error:
        raise refuse(path, 1, error.strerror or str(error)) from None
    return bytes(raw)


def _choose(
    path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]
) -> tuple[str, ...]:
    """Return the columns to read. Raises RecordingError for a missing or repeated one."""
    twice = [name for name in header if name and header.count(name) > 1]
    if twice:
        raise refuse(path, 1, f"column {twice[0]} exists twice")
    others = [name for name in header if name not in required and name not in optional]
    near = {meant(name, [*required, *optional], close=0.75): name for name in others}
    wanted = [*required]
    if any(name in header or name in near for name in optional):
        wanted += optional
    for name in wanted:
        if name not in header:
            hint = f"; is {near[name]!r} meant to be it?" if name in near else ""
            raise refuse(path, 1, f"column {name} is missing{hint}")
    return tuple(wanted)


def _rows(text: str) -> Iterable[tuple[int, str]]:
    """Return the line numbers and texts of the rows below the header, without empty lines."""
    lines = enumerate(text.split("\n"), start=1)
    next(lines)
    return ((number, line) for number, line in lines if line)


def _line_of_row(text: str, row: int) -> int:
    for index, (number, _) in enumerate(_rows(text)):
        if index == row:
            return number
    return 1


def _blame(path: Path, text: str, header: list[str], names: Sequence[str]) -> RecordingError | None:
    """Return the error of the first wrong line, if there is one."""
    for number, line in _rows(text):
        cells = line.split(",")
        if len(cells) != len(header):
            reason = f"{len(cells)} cells where the header has {len(header)}"
            return refuse(path, number, reason)
        for name in names:
            cell = cells[header.index(name)].strip()
            if not cell:
                return refuse(path, number, f"{name} is empty (a missing value is written nan)")
            try:
                float(cell)
            except ValueError:
                return refuse(path, number, f"{name} is {cell[:40]!r}, which is not a number")
    return None
