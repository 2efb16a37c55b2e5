"""The file that shows the minder that a session is open and the coach alive (``minder.py``).

It is in the folder that systemd makes in memory, so touching it does not wear the SD card. It stays
behind only if the coach does not end cleanly.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

from cued.keeper import PinRequest
from cued.model import AnyEvent, Phase, Summary

log = logging.getLogger(__name__)

NAME = "session"
BEAT_S = 0.5  # six times within the minder's patience


class SessionMarker:
    """Keeps the file while a session is open."""

    def __init__(self, path: Path, *, clip: Callable[[], str], pins: PinRequest | None) -> None:
        self._path = path
        self._clip = clip
        self._pins = pins
        self._open = False
        self._touched = float("-inf")

    def hear(self, event: AnyEvent) -> None:
        """Write the file when a session begins, and remove it when the session ends."""
        if isinstance(event, Phase) and event.from_ == "idle":
            about = json.dumps({"clip": self._named(), "pins": self._pins})
            with contextlib.suppress(OSError):
                self._path.write_text(about)
                self._open = True
        elif isinstance(event, Summary):
            self.close()

    def _named(self) -> str:
        """Return the clip's path; if the voice fails, only the motors are left."""
        try:
            return self._clip()
        except Exception as fault:  # noqa: BLE001 (a missing clip must not end the session)
            log.warning("the minder has no clip: %r", fault)
            return ""

    def beat(self, now: float) -> None:
        """Show that the coach is alive."""
        if self._open and now - self._touched >= BEAT_S:
            self._touched = now
            with contextlib.suppress(OSError):
                os.utime(self._path)

    def close(self) -> None:
        """Remove the file: no session is open, or the coach ends cleanly."""
        self._open = False
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
