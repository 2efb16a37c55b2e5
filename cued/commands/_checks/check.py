"""The result of trying one thing: what was found, and what a person can do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

State = Literal["ok", "warning", "failed", "skipped"]


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
