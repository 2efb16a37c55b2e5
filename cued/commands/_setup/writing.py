"""The configuration as a file: checked before it is written, whole or not at all, the old one kept.

A power cut leaves the old file or the new one. The password goes where systemd looks for it and
nobody else does, never into the configuration.
"""

from __future__ import annotations

import os
from pathlib import Path

from cued import config
from cued.commands import parts
from cued.commands._setup.answers import CREDENTIAL, Tables
from cued.model import ConfigError

CREDENTIALS = Path("/etc/credstore")


def read(path: Path) -> Tables:
    """Read the tables of a configuration; none where there is no file. Raises ConfigError."""
    try:
        there = path.exists()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return config.tables(path) if there else {}


def text(raw: Tables) -> str:
    """Write the tables down, annotated; raises ConfigError when they are no configuration."""
    config.convert(raw)
    return parts.annotated(raw) + "\n"


def write(path: Path, content: str) -> Path | None:
    """Replace a file; return where the old one is kept, if there was another."""
    kept = None
    if path.is_file() and path.read_bytes() != content.encode():
        kept = path.with_name(path.name + ".old")
        _replace(kept, path.read_bytes(), 0o644)
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, content.encode(), 0o644)
    return kept


def keep_password(secret: str, name: str = "cued", folder: Path = CREDENTIALS) -> Path:
    """Put the broker's password where the service, or cued@NAME, is given it from."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / (CREDENTIAL if name == "cued" else f"{CREDENTIAL}-{name}")
    _replace(path, f"{secret}\n".encode(), 0o600)
    return path


def _replace(path: Path, content: bytes, mode: int) -> None:
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
