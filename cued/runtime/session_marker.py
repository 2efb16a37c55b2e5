"""The file by which the minder knows that a session is open and the coach alive (``minder.py``).

It lies in the folder that systemd makes in memory, so touching it wears no card. It stays behind
only when the coach ends otherwise than in good order.
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
        self._beaten = float("-inf")

    def hear(self, event: AnyEvent) -> None:
        """Begin with a session, and end with it."""
        if isinstance(event, Phase) and event.from_ == "idle":
            about = json.dumps({"clip": self._named(), "pins": self._pins})
            with contextlib.suppress(OSError):
                self._path.write_text(about)
                self._open = True
        elif isinstance(event, Summary):
            self.close()

    def _named(self) -> str:
        """Name the clip; where the voice itself cannot, the motors are left."""
        try:
            return self._clip()
        except Exception as fault:  # noqa: BLE001 (no session ends for want of it)
            log.warning("the minder has no clip: %r", fault)
            return ""

    def beat(self, now: float) -> None:
        """Show that the coach is alive."""
        if self._open and now - self._beaten >= BEAT_S:
            self._beaten = now
            with contextlib.suppress(OSError):
                os.utime(self._path)

    def close(self) -> None:
        """Put the file away: no session is open, or it ends in good order."""
        self._open = False
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
