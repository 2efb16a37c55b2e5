"""The station's lock: two daemons would take sensors, pins and sound from each other.

The lock is a file in the folder of the history, held for as long as the process lives, however it
ends (flock). If no file can be made, on a full or read-only disk, there is no lock: coaching does
not depend on it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from cued.model import CuedError


class Taken(CuedError):
    """Another daemon of this station is running."""


@contextmanager
def only_one(state: Path, station: str) -> Generator[None]:
    """Hold the station's lock. Raises Taken if another process holds it."""
    fd = _open(state, station)
    try:
        if fd is not None and not _lock(fd):
            raise Taken(
                f"station {station} is run by another cued already; "
                "end that first (sudo systemctl stop cued, if it is the service)"
            )
        yield
    finally:
        if fd is not None:
            os.close(fd)


def held(state: Path, station: str) -> bool:
    """Return whether a daemon of this station is running."""
    try:
        fd = os.open(_path(state, station), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _lock(fd)
    finally:
        os.close(fd)


def _path(state: Path, station: str) -> Path:
    return state / f".{station}.lock"


def _open(state: Path, station: str) -> int | None:
    with suppress(OSError):
        state.mkdir(parents=True, exist_ok=True)
        return os.open(_path(state, station), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    return None


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True
