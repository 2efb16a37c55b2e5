"""Session summaries on disk until a broker has confirmed them.

Rules
-----
* One file a summary, ``state/mqtt/<Unix time in ms>.json``, written beside and renamed, so that a
  pulled plug leaves a whole file or none. It is deleted when the broker has acknowledged it.
* At most ``KEPT`` are kept; the oldest goes first and is counted. A file that cannot be read is set
  aside by name (``.bad``), never sent and never in the way of the next.
* Writing takes as long as the card takes, so ``put`` is called in a thread.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from cued.model import CuedError

KEPT = 100
FOLDER = "mqtt"  # in the state folder


class Outbox:
    """A folder of messages that have to arrive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.dropped = 0

    def put(self, payload: bytes, wall: float) -> None:
        """Keep a message; raises CuedError when the disk refuses."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            stamp = int(wall * 1000)
            while (final := self._folder / f"{stamp:015d}.json").exists():
                stamp += 1
            _write(final, payload)
        except OSError as error:
            raise CuedError(f"{self._folder}: cannot be written: {error.strerror}") from None
        for surplus in self.waiting()[:-KEPT]:
            self.delivered(surplus)
            self.dropped += 1

    def waiting(self) -> list[Path]:
        """List what has not been delivered, oldest first."""
        return sorted(self._folder.glob("*.json"))

    def read(self, path: Path) -> bytes | None:
        """Read a message; None, and the file set aside, when it is no JSON."""
        try:
            payload = path.read_bytes()
            msgspec.json.decode(payload)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
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
        path.unlink(missing_ok=True)


def _write(final: Path, payload: bytes) -> None:
    beside = final.with_suffix(".tmp")
    with beside.open("wb") as file:
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(final)
