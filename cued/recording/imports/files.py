"""The files of an export, whether a folder, a zip file or one file; bounded, and as text.

Rules
-----
* Nothing is read that is not a plain file, and nothing beyond ``MAX_BYTES``; a zip file that would
  unpack to ``BOMB_RATIO`` times its size is refused before it is unpacked.
* Text is UTF-8, or UTF-16 with its mark; anything else is taken for Latin-1, which is noted.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from cued.model import RecordingError
from cued.recording.tables.columns import MAX_BYTES, read_bytes, refuse

BOMB_RATIO = 200  # numbers as text pack to a third, and constant columns to a fiftieth
UTF16 = (b"\xff\xfe", b"\xfe\xff")
TEXT = (".csv", ".txt", ".tsv", ".dat", ".log")


class Files:
    """The files of an export by their names in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        self._texts: dict[str, str] = {}
        self._zip = self._opened()
        self._inside = self._listed()

    def names(self, *suffixes: str) -> list[str]:
        """List the files, of certain endings if some are given; gzipped ones count as plain."""
        endings = tuple(end for s in suffixes or ("",) for end in (s, f"{s}.gz"))
        return [name for name in self._inside if name.lower().endswith(endings)]

    def __contains__(self, name: str) -> bool:
        return name in self._inside

    def label(self, name: str) -> Path:
        """Return where a file is, as a message names it."""
        return self.path if self.path.name == name else self.path / name

    def raw(self, name: str) -> bytes:
        """Read a file. Raises RecordingError with file and reason."""
        path = self.label(name)
        if self._zip is None:
            _check_plain(Path(self._inside[name]))
            return read_bytes(Path(self._inside[name]))
        try:
            info = self._zip.getinfo(self._inside[name])
            if info.file_size > MAX_BYTES:
                raise refuse(path, 1, "longer than 1 GiB; cut it into shorter recordings")
            if info.file_size > BOMB_RATIO * max(info.compress_size, 1024):
                raise refuse(path, 1, "unpacks to far more than any recording does")
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise refuse(path, 1, f"the zip file is damaged here ({error})") from None
        except (RuntimeError, NotImplementedError) as error:
            raise refuse(path, 1, f"the zip file can't be opened: {error}") from None

    def text(self, name: str) -> str:
        """Read a text with one newline between lines. Raises RecordingError."""
        if name not in self._texts:
            self._texts = {name: self._decoded(name)}  # only the last: an hour may be 100 MB
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
        if raw.startswith(UTF16):
            text = raw.decode("utf-16", errors="replace")
        else:
            if b"\0" in raw:
                line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
                raise refuse(path, line, "this is not text (a zero byte)")
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = raw.decode("latin-1")
                self._note(f"{path.name}: not UTF-8, read as Latin-1")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _opened(self) -> zipfile.ZipFile | None:
        if not self.path.exists():
            raise refuse(self.path, 1, "there is no such file or folder")
        if self.path.is_dir():
            return None
        _check_plain(self.path)
        try:
            if zipfile.is_zipfile(self.path):
                return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise refuse(self.path, 1, f"the zip file is damaged ({error})") from None
        if self.path.suffix.lower() == ".zip":
            raise refuse(self.path, 1, "this is no whole zip file")
        return None

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
