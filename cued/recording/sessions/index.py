"""What is in each file of a folder of sessions, kept beside them so that nobody reads them all.

A cache and nothing else: a file whose size or times are others is read again, one that is gone is
left out, and an index that cannot be read or written costs time only. It holds runners' names, so
``forget`` saves it anew.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from cued.model import RecordingError
from cued.recording.sessions.session import Session
from cued.recording.sessions.totals import Ending

NAME = ".index.json"
FORMAT = 1


class Entry(Struct, frozen=True, kw_only=True):
    """What is in a file: the endings of its parts, or why it cannot be read.

    mark : size and times by which a file is known to be the same. Renaming a changed copy over it
    keeps size and modification time, and changes the time of the change.
    """

    mark: tuple[int, int, int]
    endings: tuple[Ending, ...] = ()
    trouble: str = ""

    @property
    def eventful(self) -> bool:
        """Whether somebody stumbled or fell; what cannot be read is not worth keeping."""
        return any(e.stumbles or e.falls for e in self.endings)


class _Content(Struct, frozen=True):
    """The index's file."""

    format: int = FORMAT
    files: dict[str, Entry] = {}


class Index:
    """The index of a folder. ``entry`` reads what it does not know; ``save`` keeps it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._files: dict[str, Entry] = {}
        self._changed = False
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            content = msgspec.json.decode(self._path.read_bytes(), type=_Content)
            self._files = content.files if content.format == FORMAT else {}

    def entry(self, path: Path) -> Entry:
        """Return what is in a file of the folder."""
        mark = _mark(path)
        known = self._files.get(path.name)
        if known is None or known.mark != mark:
            known = self._files[path.name] = _read(path, mark)
            self._changed = True
        return known

    def save(self) -> None:
        """Write the index where it has changed, without files that are gone or are others now."""
        folder = self._path.parent
        there = {n: e for n, e in self._files.items() if e.mark == _mark(folder / n)}
        if not self._changed and len(there) == len(self._files):
            return
        beside = self._path.with_name(f"{NAME}.{os.getpid()}.new")
        with contextlib.suppress(OSError):  # of somebody who may only read the folder
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(_Content(files=there)))
            beside.replace(self._path)
        self._files, self._changed = there, False


def _read(path: Path, mark: tuple[int, int, int]) -> Entry:
    try:
        session = Session(path)
        endings = tuple(session.ending(part) for part in session.parts)
    except RecordingError as error:
        why = str(error).removeprefix(f"{path}, ").removeprefix(f"{path}: ")
        return Entry(mark=mark, trouble=why)
    if any(part.ending is None for part in session.parts) and not session.damage:
        return Entry(mark=mark, endings=endings, trouble="no end: recording, or cut short")
    return Entry(mark=mark, endings=endings, trouble=session.damage)


def _mark(path: Path) -> tuple[int, int, int]:
    """Return what changes with a file; nothing of one that went meanwhile."""
    try:
        told = path.stat()
    except OSError:
        return 0, 0, 0
    return told.st_size, told.st_mtime_ns, told.st_ctime_ns
