"""The configuration as a file: checked before it is written, whole or not at all, the old one kept.

A power cut leaves the old file or the new one. The password goes where systemd looks for it and
nobody else does, never into the configuration.
"""

from __future__ import annotations

import os
from pathlib import Path

from cued import config, reading
from cued.commands import parts
from cued.commands._setup.answers import CREDENTIAL, Tables

CREDENTIALS = Path("/etc/credstore")


def read(path: Path) -> Tables:
    """Read the tables of a configuration; none where there is no file. Raises ConfigError."""
    if not path.is_file():
        return {}
    return reading.parse(path.read_text("utf-8"), path.name)


def text(raw: Tables) -> str:
    """Write the tables down, annotated; raises ConfigError when they are no configuration."""
    config.convert(raw)
    return parts.annotated(raw) + "\n"


def write(path: Path, content: str) -> Path | None:
    """Replace a file; return where the old one is kept, if there was another."""
    kept = None
    if path.is_file() and path.read_text("utf-8") != content:
        kept = path.with_name(path.name + ".old")
        _replace(kept, path.read_text("utf-8"), 0o644)
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, content, 0o644)
    return kept


def keep_password(secret: str, folder: Path = CREDENTIALS) -> Path:
    """Put the broker's password where the service is given it from."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / CREDENTIAL
    _replace(path, secret + "\n", 0o600)
    return path


def _replace(path: Path, content: str, mode: int) -> None:
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
