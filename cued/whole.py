"""Atomic writing of files: whole or not there, whenever the power fails."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: Path, mode: int = 0o666) -> Generator[IO[bytes], None, None]:
    """Write a temporary file, which replaces ``path`` when the block ends without an exception."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")  # two processes may write the same file
    new.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL  # so that root follows no planted link
    try:
        with os.fdopen(os.open(new, flags, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
