"""Session summaries on disk until a broker has confirmed them.

Rules
-----
* One file a summary, ``state/mqtt/<Unix time in ms>.json``, written beside and renamed, so that a
  pulled plug leaves a whole file or none. It is deleted when the broker has acknowledged it.
* At most ``KEPT`` are kept; the oldest goes first and is counted. A file that cannot be read is set
  aside by name (``.bad``), never sent and never in the way of the next.
* What the disk refuses is kept in memory for as long as this process runs, and what it does not let
  go of is not sent twice.
* Writing takes as long as the card takes, so ``put`` is called in a thread.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from cued.reading import from_json
from cued.whole import replacing

log = logging.getLogger(__name__)

KEPT = 100  # chosen: months of a session a day
FOLDER = "mqtt"  # in the state folder


class Outbox:
    """A folder of messages that have to arrive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._refused: dict[Path, bytes] = {}  # what the disk did not take
        self._done: set[Path] = set()  # what it does not let go of
        self._told = False
        self.dropped = 0

    def put(self, payload: bytes, wall: float) -> None:
        """Keep a message."""
        stamp = int(wall * 1000)
        while (final := self._folder / f"{stamp:015d}.json") in self._refused or final.exists():
            stamp += 1
        try:
            self._refused[final] = payload
            self._folder.mkdir(parents=True, exist_ok=True)
            for path, held in sorted(self._refused.items()):
                with replacing(path) as file:
                    file.write(held)
                del self._refused[path]
            self._told = False
        except OSError as error:
            if not self._told:
                log.warning("%s: %s; summaries are in memory only", self._folder, error.strerror)
            self._told = True
        for surplus in self.waiting()[:-KEPT]:
            self.delivered(surplus)
            self.dropped += 1

    def waiting(self) -> list[Path]:
        """List what has not been delivered, oldest first."""
        return sorted({*self._folder.glob("*.json"), *self._refused} - self._done)

    def read(self, path: Path) -> bytes | None:
        """Read a message; None, and the file set aside, when it is no JSON."""
        if path in self._refused:
            return self._refused[path]
        try:
            payload = path.read_bytes()
            from_json(payload, object)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            self._done.add(path)
            with suppress(OSError):
                path.rename(path.with_suffix(".bad"))
            return None
        return payload

    def forget(self, name: str) -> int:
        """Delete every message that holds a name, unreadable ones too; return how many."""
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
