"""The machine as ``cued doctor`` reads it: files, links and what commands answer.

Everything goes through one ``Machine``, so that a test gives it a folder and answers in place of a
Raspberry Pi. Nothing here opens a device: the service may be using it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

State = Literal["ok", "warning", "failed", "skipped"]

Asks = Callable[[Sequence[str]], str]
SERVICE = ("cued.service", "cued@*.service")


def ask(command: Sequence[str]) -> str:
    """Return what a command of the system printed; nothing when it is missing or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


class Machine:
    """Files below a root, and a way to ask commands."""

    def __init__(self, root: Path = Path("/"), asks: Asks = ask) -> None:
        self.root = root
        self._asks = asks

    def path(self, name: str) -> Path:
        """Return where a file of the system is."""
        return self.root / name.lstrip("/")

    def read(self, name: str) -> str:
        """Return a small file's text, nothing when it can't be read."""
        return read(self.path(name))

    def entries(self, pattern: str) -> list[Path]:
        """List what fits a pattern, in order."""
        return sorted(self.root.glob(pattern.lstrip("/")))

    def ask(self, *command: str) -> str:
        """Return what a command answers."""
        return self._asks(command)

    def active(self, *units: str) -> bool:
        """Return whether one of these systemd units is on."""
        return "active" in self.ask("systemctl", "is-active", *units).split()


class Check(Struct, frozen=True):
    """One line of the self-test. ``advice`` is empty where there is nothing to be done."""

    name: str
    state: State
    found: str
    advice: str = ""


def read(path: str | Path) -> str:
    """Return a small file's text without its line end, or nothing when it can't be read."""
    try:
        return Path(path).read_text("utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return ""
