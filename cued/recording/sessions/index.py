"""An index of a folder of sessions, so that not every file has to be read.

A cache and nothing else: a file whose size or times are others is read again, one that is gone is
left out, and so is what another version wrote. One that cannot be read or written costs time only.
It holds runners' names, so ``forget`` saves it anew.
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
# Size and times by which a file is known to be the same. Putting a changed copy in a file's place
# keeps size and modification time (``rewriting.py``), and changes the time of the change.
Mark = tuple[int, int, int]
T = TypeVar("T")


class IndexEntry(Struct, Generic[T]):
    """The entry of a file, valid while its size and time are the same."""

    mark: Mark
    told: T


class Cache(Generic[T]):
    """What was found in the files of a folder.

    ``entry`` reads what is not known; ``save`` keeps it.
    """

    def __init__(self, folder: Path, name: str, kind: type[T], read: Callable[[Path], T]) -> None:
        self._path = folder / name
        self._read = read
        self._files: dict[str, IndexEntry[T]] = {}
        self._changed = False
        with contextlib.suppress(OSError, KeyError, ValueError):
            content = from_json(self._path.read_bytes(), dict[str, msgspec.Raw])
            if msgspec.json.decode(content["cued"]) == __version__:
                files: Any = dict[str, IndexEntry[kind]]  # pyright: ignore[reportInvalidTypeForm]
                self._files = from_json(bytes(content["files"]), files)

    def entry(self, path: Path) -> T:
        """Return what is in a file of the folder."""
        mark = _mark(path)
        known = self._files.get(path.name)
        if known is None or known.mark != mark:
            known = self._files[path.name] = IndexEntry(mark, self._read(path))
            self._changed = True
        return known.told

    def save(self) -> None:
        """Write it where it has changed, without files that are gone or are others now."""
        folder = self._path.parent
        there = {n: k for n, k in self._files.items() if k.mark == _mark(folder / n)}
        if not self._changed and len(there) == len(self._files):
            return
        content: dict[str, Any] = {"cued": __version__, "files": there}
        # Suppressed for somebody who may only read the folder.
        with contextlib.suppress(OSError), replacing(self._path, 0o600) as file:
            file.write(msgspec.json.encode(content))
        self._files, self._changed = there, False


class Entry(Struct, frozen=True, kw_only=True):
    """The endings of a file's parts, or why it cannot be read."""

    endings: tuple[Ending, ...] = ()
    trouble: str = ""

    @property
    def eventful(self) -> bool:
        """Whether there was a stumble or a fall; a file that cannot be read counts as none."""
        return any(e.stumbles or e.falls for e in self.endings)


def index(folder: Path) -> Cache[Entry]:
    """Return the index of a folder: what is in each session."""
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
    """Return a file's size and time; nothing for one that was deleted meanwhile."""
    try:
        told = path.stat()
    except OSError:
        return 0, 0, 0
    return told.st_size, told.st_mtime_ns, told.st_ctime_ns
