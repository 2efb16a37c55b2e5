"""Writes files atomically: beside their place, then moved there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file. Raises OSError with its name, and leaves no half file, when that fails."""
    special = path.exists() and not path.is_file()  # /dev/stdout, a pipe
    beside = path if special else path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            if not special:
                os.fsync(file.fileno())
        if not special:
            beside.replace(path)
    except OSError as error:
        if not special:
            with suppress(OSError):
                beside.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None
