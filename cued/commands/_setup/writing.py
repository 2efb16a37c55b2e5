"""The configuration as a file: checked before it is written, whole or not at all, the old one kept.

A power cut leaves the old file or the new one. The password goes where systemd looks for it and
nobody else does, never into the configuration. Who may not write, as the service, has it done by
``writer.py``, which takes answers and nothing else.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any, cast

import msgspec

from cued import config
from cued.commands import parts
from cued.commands._setup.answers import CREDENTIAL, Answers, Tables
from cued.commands._setup.steps import laid_over
from cued.model import ConfigError, CuedError
from cued.whole import replacing

CREDENTIALS = Path("/etc/credstore")
WRITER = "/run/cued-writer.sock"  # systemd/cued-writer.socket
PARTED = ("sensors", "sources", "actuators", "sinks")  # sections that are tables of tables
WRITES_WITHIN_S = 20.0  # chosen: systemd starts the writer, and a slow card takes seconds


class Written(msgspec.Struct, frozen=True):
    """What came of writing: whether the old file was kept, or why nothing was written."""

    kept: bool = False
    why: str = ""


def read(path: Path) -> Tables:
    """Read the tables of a configuration; none where there is no file. Raises ConfigError."""
    try:
        there = path.exists()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    raw = config.tables(path) if there else {}
    parts_of = [table for kind in PARTED for table in _tables(raw.get(kind)).values()]
    if not all(isinstance(table, dict) for table in (*raw.values(), *parts_of)):
        config.convert(raw)  # which says what stands where a table belongs
    return raw


def _tables(section: Any) -> Tables:
    return cast("Tables", section) if isinstance(section, dict) else {}


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


def applied(path: Path, answers: Answers) -> bool:
    """Lay answers over the file and return whether the old one was kept. Raises CuedError.

    Where this process may not write, its helper does (``writer.py``).
    """
    if not may_write(path) and Path(WRITER).is_socket():
        return _by_the_writer(answers)
    try:
        kept = write(path, text(laid_over(read(path), answers)))
        if answers.mqtt_password:
            keep_password(answers.mqtt_password, path.stem, CREDENTIALS)
    except OSError as error:
        raise CuedError(f"{error.filename}: {error.strerror}") from None
    return kept is not None


def may_write(path: Path) -> bool:
    """Return whether this process may make the file."""
    folder = next(p for p in path.absolute().parents if p.is_dir())
    return os.access(folder, os.W_OK)


def _by_the_writer(answers: Answers) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.settimeout(WRITES_WITHIN_S)
        try:
            asked.connect(WRITER)
            asked.sendall(msgspec.json.encode(answers))
            asked.shutdown(socket.SHUT_WR)
            said = msgspec.json.decode(asked.makefile("rb").read(), type=Written)
        except (OSError, msgspec.MsgspecError) as error:
            raise CuedError(f"the helper that writes does not answer: {error}") from None
    if said.why:
        raise CuedError(said.why)
    return said.kept


def keep_password(secret: str, name: str = "cued", folder: Path = CREDENTIALS) -> Path:
    """Put the broker's password where the service, or cued@NAME, is given it from."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / (CREDENTIAL if name == "cued" else f"{CREDENTIAL}-{name}")
    _replace(path, f"{secret}\n".encode(), 0o600)
    return path


def _replace(path: Path, content: bytes, mode: int) -> None:
    with replacing(path, mode) as file:
        os.fchmod(file.fileno(), mode)  # whatever the umask
        file.write(content)
