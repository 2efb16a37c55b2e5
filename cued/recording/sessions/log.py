"""Writing a session: records appended to one file, each on the disk before the next."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from cued.model import AnyEvent, Input, Packet
from cued.recording.sessions.chunk import Packer
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import MAGIC, Totals, record


class SessionLog:
    """Appends to a session file. Raises OSError when the disk is full or gone."""

    def __init__(self, path: Path, opening: Opening) -> None:
        self.path = path
        self._packer = Packer()
        self._totals = Totals(opening)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "ab", buffering=0)
        self._append(MAGIC + record("O", msgspec.json.encode(opening)))
        _sync_folder(path.parent)

    def write(self, inputs: Sequence[Input], events: Sequence[AnyEvent]) -> None:
        """Append a chunk and wait until it is on the disk."""
        self._append(record("C", self._packer.pack(inputs, events)))
        for item in inputs:
            if isinstance(item, Packet):
                self._totals.heard(item.t)
        for event in events:
            self._totals.take(event)

    def close(self) -> None:
        """Append what was in it, and close the file."""
        try:
            self._append(record("E", msgspec.json.encode(self._totals.ending())))
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the file as it is; it can be read without an ending."""
        self._file.close()

    def _append(self, data: bytes) -> None:
        """Append all of it or none: a record cut short by a full disk would hide those after it."""
        before = self._file.seek(0, os.SEEK_END)
        try:
            written = self._file.write(data)
        except OSError:
            self._file.truncate(before)
            raise
        if written != len(data):
            self._file.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(self._file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
