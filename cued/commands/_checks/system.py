"""The machine as ``cued doctor`` reads it: files, links and the output of commands.

Everything goes through one ``Machine``, so that a test can put a folder and prepared answers in
place of a Raspberry Pi. Nothing here opens a device: the service may be using it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

State = Literal["ok", "warning", "failed", "skipped"]

SERVICE = ("cued.service", "cued@*.service")


def output(command: Sequence[str]) -> str:
    """Return what a system command printed; "" if it is missing or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


class Machine:
    """The files below a root, and the output of commands."""

    def __init__(
        self, root: Path = Path("/"), run: Callable[[Sequence[str]], str] = output
    ) -> None:
        self.root = root
        self._run = run

    def path(self, name: str) -> Path:
        """Return the path of a system file below the root."""
        return self.root / name.lstrip("/")

    def read(self, name: str) -> str:
        """Return a small file's text; "" when it can't be read."""
        return read(self.path(name))

    def entries(self, pattern: str) -> list[Path]:
        """List the paths that match a pattern, sorted."""
        return sorted(self.root.glob(pattern.lstrip("/")))

    def ask(self, *command: str) -> str:
        """Return what a command prints."""
        return self._run(command)

    def active(self, *units: str) -> bool:
        """Return whether any of these systemd units is active."""
        return "active" in self.ask("systemctl", "is-active", *units).split()


class Check(Struct, frozen=True):
    """One line of the self-test. ``advice`` is empty where nothing needs doing."""

    name: str
    state: State
    found: str
    advice: str = ""


def read(path: str | Path) -> str:
    """Return a small file's text without its line end; "" when it can't be read."""
    try:
        return Path(path).read_text("utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return ""
