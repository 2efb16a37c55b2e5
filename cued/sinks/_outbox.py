"""Session summaries kept on disk until a broker has acknowledged them.

Rules
-----
* One file a summary, ``state/mqtt/<Unix time in ms>.json``, written under another name and renamed,
  so that a pulled plug leaves a whole file or none. It is deleted once acknowledged.
* At most ``KEPT`` are kept; the oldest is dropped first and counted. An unreadable file is renamed
  (``.bad``), so that it is never sent and does not hold up the next.
* A summary that the disk refuses is kept in memory while this process runs; one that cannot be
  deleted is not sent twice.
* Writing may take long on a slow card, so ``put`` is called in a thread.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from cued.reading import from_json
from cued.whole import replacing

log = logging.getLogger(__name__)

KEPT = 100  # chosen: three months at one session a day
FOLDER = "mqtt"  # in the state folder


class Outbox:
    """A folder of messages that must arrive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._refused: dict[Path, bytes] = {}  # could not be written
        self._done: set[Path] = set()  # delivered, but could not be deleted
        self._warned = False
        self.dropped = 0

    def put(self, payload: bytes, wall: float) -> None:
        """Keep a message."""
        stamp, taken = int(wall * 1000), {*self._files(), *self._refused, *self._done}
        while (final := self._folder / f"{stamp:015d}.json") in taken:
            stamp += 1
        try:
            self._refused[final] = payload
            self._folder.mkdir(parents=True, exist_ok=True)
            for path, held in sorted(self._refused.items()):
                with replacing(path) as file:
                    file.write(held)
                del self._refused[path]
            self._warned = False
        except OSError as error:
            if not self._warned:
                log.warning("%s: %s; summaries are in memory only", self._folder, error.strerror)
            self._warned = True
        for surplus in self.waiting()[:-KEPT]:
            self.delivered(surplus)
            self.dropped += 1

    def waiting(self) -> list[Path]:
        """List the undelivered messages, oldest first."""
        return sorted({*self._files(), *self._refused} - self._done)

    def _files(self) -> list[Path]:
        try:
            return list(self._folder.glob("*.json"))
        except OSError:  # too few descriptors, or a disk that fails
            return []

    def read(self, path: Path) -> bytes | None:
        """Read a message; None if it cannot be read now. If it is not JSON, rename the file."""
        if path in self._refused:
            return self._refused[path]
        try:
            payload = path.read_bytes()
            from_json(payload, object)
        except (IsADirectoryError, ValueError):
            self._done.add(path)
            with suppress(OSError):
                path.rename(path.with_suffix(".bad"))
            return None
        except OSError:
            return None
        return payload

    def forget(self, name: str) -> int:
        """Delete every message that contains a name, even unreadable ones; return how many."""
        text = name.lower()
        found = [
            p for p in self._folder.glob("*.*") if text in p.read_text("utf-8", "replace").lower()
        ]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def delivered(self, path: Path) -> None:
        """Forget a message."""
        self._refused.pop(path, None)
        self._done.add(path)
        with suppress(OSError):
            path.unlink(missing_ok=True)
            self._done.discard(path)
