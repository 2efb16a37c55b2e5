"""Write the configuration file: checked first, whole or not at all, with the old one kept.

A power cut leaves either the old file or the new one. The password never goes into the
configuration, but where only systemd reads it. The service, which may not write, has ``writer.py``
do it.
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
    """The outcome of writing: whether the old file was kept, or why nothing was written."""

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
        config.convert(raw)  # raises and says what is not a table
    return raw


def _tables(section: Any) -> Tables:
    return cast("Tables", section) if isinstance(section, dict) else {}


def text(raw: Tables) -> str:
    """Return the tables as an annotated file. Raises ConfigError when they are not valid."""
    config.convert(raw)
    return parts.annotated(raw) + "\n"


def write(path: Path, content: str) -> Path | None:
    """Replace a file; return where the old one is kept, if it differed."""
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
    """Return whether this process may create the file."""
    folder = next(p for p in path.absolute().parents if p.is_dir())
    return os.access(folder, os.W_OK)


def _by_the_writer(answers: Answers) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.settimeout(WRITES_WITHIN_S)
        try:
            asked.connect(WRITER)
            asked.sendall(msgspec.json.encode(answers))
            asked.shutdown(socket.SHUT_WR)
            outcome = msgspec.json.decode(asked.makefile("rb").read(), type=Written)
        except (OSError, msgspec.MsgspecError) as error:
            raise CuedError(f"the helper that writes does not answer: {error}") from None
    if outcome.why:
        raise CuedError(outcome.why)
    return outcome.kept


def keep_password(secret: str, name: str = "cued", folder: Path = CREDENTIALS) -> Path:
    """Store the broker's password where systemd finds it for the service, or for cued@NAME."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / (CREDENTIAL if name == "cued" else f"{CREDENTIAL}-{name}")
    _replace(path, f"{secret}\n".encode(), 0o600)
    return path


def _replace(path: Path, content: bytes, mode: int) -> None:
    with replacing(path, mode) as file:
        os.fchmod(file.fileno(), mode)  # whatever the umask
        file.write(content)
