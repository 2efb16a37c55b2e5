"""An index of a folder of sessions, so that not every file has to be read.

It is only a cache: a file whose size or times have changed is read again; files that are gone, and
an index that another version wrote, are ignored. If it cannot be read or written, that costs only
time. It holds runners' names, so ``forget`` rewrites it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from cued import __version__
from cued.model import RecordingError
from cued.reading import from_json
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.totals import Ending
from cued.whole import replacing

NAME = ".index.json"
# Size and times that identify an unchanged file. Replacing a file with a changed copy may keep size
# and modification time (``rewriting.py``), but changes the ctime.
Mark = tuple[int, int, int]
T = TypeVar("T")


class IndexEntry(Struct, Generic[T]):
    """The entry of a file, valid while its size and time are the same."""

    mark: Mark
    content: T


class Cache(Generic[T]):
    """The content of a folder's files: ``entry`` reads what is unknown, ``save`` stores it."""

    def __init__(self, folder: Path, name: str, kind: type[T], read: Callable[[Path], T]) -> None:
        self._path = folder / name
        self._read = read
        self._files: dict[str, IndexEntry[T]] = {}
        self._changed = False
        with contextlib.suppress(OSError, KeyError, ValueError):
            data = self._path.read_bytes() if self._path.is_file() else b""  # a pipe never ends
            content = from_json(data, dict[str, msgspec.Raw])
            if msgspec.json.decode(content["cued"]) == __version__:
                files: Any = dict[str, IndexEntry[kind]]  # pyright: ignore[reportInvalidTypeForm]
                self._files = from_json(bytes(content["files"]), files)

    def entry(self, path: Path) -> T:
        """Return the content of a file in the folder."""
        mark = _mark(path)
        known = self._files.get(path.name)
        if known is None or known.mark != mark:
            known = self._files[path.name] = IndexEntry(mark, self._read(path))
            self._changed = True
        return known.content

    def save(self) -> None:
        """Write it if it has changed, without files that are gone or have changed."""
        folder = self._path.parent
        there = {n: k for n, k in self._files.items() if k.mark == _mark(folder / n)}
        if not self._changed and len(there) == len(self._files):
            return
        content: dict[str, Any] = {"cued": __version__, "files": there}
        # Suppressed for users who may only read the folder.
        with contextlib.suppress(OSError), replacing(self._path, 0o600) as file:
            file.write(msgspec.json.encode(content))
        self._files, self._changed = there, False


class Entry(Struct, frozen=True, kw_only=True):
    """The endings of a file's parts, or why it cannot be read."""

    endings: tuple[Ending, ...] = ()
    trouble: str = ""

    @property
    def eventful(self) -> bool:
        """Whether there was a stumble or a fall; False for an unreadable file."""
        return any(e.stumbles or e.falls for e in self.endings)


def index(folder: Path) -> Cache[Entry]:
    """Return the index of a folder: the endings in each session."""
    return Cache(folder, NAME, Entry, _read)


def _read(path: Path) -> Entry:
    try:
        session = RecordedSession(path)
        endings = tuple(session.ending(part) for part in session.parts)
    except RecordingError as error:
        return Entry(trouble=str(error).removeprefix(f"{path}, ").removeprefix(f"{path}: "))
    if any(part.ending is None for part in session.parts) and not session.damage:
        return Entry(endings=endings, trouble="no end: recording, or cut short")
    return Entry(endings=endings, trouble=session.damage)


def _mark(path: Path) -> Mark:
    """Return a file's size and times; zeros for one deleted meanwhile."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0, 0
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
