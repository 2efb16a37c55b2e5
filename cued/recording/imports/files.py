"""The files of an export, be it a folder, a zip file or one file; limited in size, and as text.

Rules
-----
* Only plain files are read, and at most ``MAX_BYTES`` of each; a zip file that would unpack to
  ``BOMB_RATIO`` times its size is refused before it is unpacked. A zip file that holds only another
  zip file is replaced by that one.
* A single JSON file is treated as the tables that its records make (``json_records.py``).
* Text is UTF-8 or UTF-16. Other text is read as GBK or Shift JIS if that gives words of motion,
  else as Latin-1, with a note.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from cued.model import RecordingError
from cued.recording.imports.json_records import JSON, MAX_CHARS, tables
from cued.recording.tables.columns import MAX_BYTES, read_bytes, refuse

BOMB_RATIO = 200  # numbers as text pack to a third, and constant columns to a fiftieth
MOST_NESTED = 3  # zip files in one another
UTF16 = (b"\xff\xfe", b"\xfe\xff")
UTF32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
CONTROLS = bytes(n for n in range(32) if n not in b"\t\n\f\r\x1a\x1b")
MOST_CONTROLS = 0.01  # share in a text; a tenth of random bytes are control characters
MOST_HEAD = 60  # characters of a heading in a message
MARKUP = (
    "GPX, TCX or another XML file: it holds positions and heart rates, but no motion of the body;"
    " export the watch's FIT file or the sensor's raw accelerations"
)
EASTERN = ("加速度", "时间", "時間")
TEXT = (".csv", ".txt", ".tsv", ".dat", ".log")


class Files:
    """The files of an export by their names in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        self._texts: dict[str, str] = {}
        self._zip = self._opened()
        self._inside = self._listed()
        self._made: dict[str, str] = {}
        self._made = self._made_of_records()
        self._inside |= dict.fromkeys(self._made, "")

    def names(self, *suffixes: str) -> list[str]:
        """List the files, or those with certain endings, gzipped or not."""
        endings = tuple(end for s in suffixes or ("",) for end in (s, f"{s}.gz"))
        return [name for name in self._inside if name.lower().endswith(endings)]

    def __contains__(self, name: str) -> bool:
        return name in self._inside

    def label(self, name: str) -> Path:
        """Return where a file is, as a message names it."""
        return self.path if self.path.name == name else self.path / name

    def raw(self, name: str) -> bytes:
        """Read a file. Raises RecordingError with file and reason."""
        if self._zip is None:
            return read_bytes(Path(self._inside[name]))
        return _unpacked(self._zip, self._inside[name], self.label(name))

    def text(self, name: str) -> str:
        """Read a text, with newlines as line ends. Raises RecordingError."""
        if name in self._made:
            return self._made[name]
        if name not in self._texts:
            self._texts = {name: self._decoded(name)}  # keep only one: an hour may be 100 MB
        return self._texts[name]

    def head(self, name: str, lines: int = 1) -> list[str]:
        """Read the first lines; none where there is no text."""
        try:
            return self.text(name).split("\n", lines)[:lines]
        except RecordingError:
            return []

    def _decoded(self, name: str) -> str:
        raw, path = self.raw(name), self.label(name)
        if not raw.strip():
            raise refuse(path, 1, "the file is empty")
        if raw.startswith(UTF32):
            text = raw.decode("utf-32", errors="replace")
        elif raw.startswith(UTF16):
            text = raw.decode("utf-16", errors="replace")
        elif raw[1:8:2] == b"\0\0\0\0":
            text = raw.decode("utf-16-le", errors="replace")
            self._note(f"{path.name}: read as UTF-16, although it is not marked so")
        else:
            if b"\0" in raw:
                line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
                raise refuse(path, line, "this is not text (a zero byte)")
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                if _is_binary(raw):
                    raise refuse(path, 1, "this is not text, despite its name") from None
                code, name = _encoding(raw)
                text = raw.decode(code, errors="replace")
                self._note(f"{path.name}: not UTF-8, read as {name}")
        return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _opened(self) -> zipfile.ZipFile | None:
        if not self.path.exists():
            raise RecordingError(f"{self.path}: there is no such file or folder")
        if self.path.is_dir():
            return None
        _check_plain(self.path)
        try:
            if zipfile.is_zipfile(self.path):
                return _innermost(zipfile.ZipFile(self.path), self.path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise refuse(self.path, 1, f"the zip file is damaged ({error})") from None
        if self.path.suffix.lower() == ".zip":
            raise refuse(self.path, 1, "this is not a complete zip file")
        return None

    def _listed(self) -> dict[str, str]:
        """Map names in the export to their paths, leaving out a folder that holds all of them."""
        if self._zip is not None:
            found = {n: n for n in _files_of(self._zip)}
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

    def _made_of_records(self) -> dict[str, str]:
        """Return the tables of a single JSON file, if there are no other texts."""
        found = self.names(*JSON)
        if len(found) != 1 or self.names(*TEXT):
            return {}
        text = self.text(found[0])
        if '"ArrayAcc"' in text[:4096]:
            return {}  # Movesense's own
        if len(text) > MAX_CHARS:
            raise refuse(self.label(found[0]), 1, "this is too much JSON; export as CSV")
        if text.rstrip()[-1:] not in ("]", "}"):
            self._note(f"{self.label(found[0]).name}: the incomplete end was left out")
        stem = PurePosixPath(found[0]).name.split(".")[0]
        return {f"{name or stem}.csv": made for name, made in tables(text).items()}


def _encoding(raw: bytes) -> tuple[str, str]:
    """Return an encoding in which the headings are Chinese or Japanese, else Latin-1."""
    for code, name in (("gb18030", "GBK"), ("shift_jis", "Shift JIS")):
        if any(word in raw[:4096].decode(code, errors="replace") for word in EASTERN):
            return code, name
    return "latin-1", "Latin-1"


def _is_binary(raw: bytes) -> bool:
    """Return whether there are too many control characters for a text."""
    some = raw[:65536]
    return len(some.translate(None, CONTROLS)) < (1 - MOST_CONTROLS) * len(some)


def clipped(head: str) -> str:
    """Shorten a heading for a message, on one line."""
    plain = " ".join(head.split())
    return plain if len(plain) <= MOST_HEAD else f"{plain[: MOST_HEAD - 3]}..."


def _files_of(archive: zipfile.ZipFile) -> list[str]:
    return [n for n in archive.namelist() if not n.endswith("/") and not _hidden(n)]


def _innermost(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipFile:
    """Open the zip file within a zip file, if that is all it holds."""
    for _ in range(MOST_NESTED):
        names = _files_of(archive)
        if len(names) != 1 or not names[0].lower().endswith(".zip"):
            break
        archive = zipfile.ZipFile(io.BytesIO(_unpacked(archive, names[0], path)))
    return archive


def _unpacked(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        info = archive.getinfo(name)
        if info.file_size > MAX_BYTES:
            raise refuse(path, 1, "longer than 1 GiB; cut it into shorter recordings")
        if info.file_size > BOMB_RATIO * max(info.compress_size, 1024):
            raise refuse(path, 1, "unpacks to far more than any recording does")
        if info.flag_bits & 1:
            raise refuse(path, 1, "the zip file has a password: unpack it and import its content")
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise refuse(path, 1, f"the zip file is damaged ({error})") from None
    except (RuntimeError, NotImplementedError) as error:
        raise refuse(path, 1, f"the zip file can't be opened: {error}") from None


def _check_plain(path: Path) -> None:
    """Refuse pipes and devices, which may never end."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise refuse(path, 1, f"{error.strerror}") from None
    if not stat.S_ISREG(mode):
        raise refuse(path, 1, "this is a pipe or a device, not a file")


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "__MACOSX")) for part in parts)
