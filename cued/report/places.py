"""Places of sessions and results: on this machine, or on a filesystem that fsspec supports.

universal-pathlib, from the extra ``cluster``, reads ``s3://bucket/sessions``, ``sftp://host/folder``
and others; each kind of address needs a driver (``s3fs``, ``paramiko``). Local files are written
next to their place, then moved there.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from cued.model import CuedError
from cued.whole import replacing

AFAR = "://"


def place(text: str) -> Path:
    """Return a path. Raises CuedError if it cannot be reached from here."""
    if AFAR not in text:
        return Path(text).absolute()
    try:
        path: Path = importlib.import_module("upath").UPath(text)  # only methods of Path are used
        path.exists()
    except ImportError as error:
        raise CuedError(f"{text}: {error}") from None
    except Exception as error:  # noqa: BLE001 (each driver has its own kinds)
        raise CuedError(f"{text}: {str(error) or type(error).__name__}") from None
    return path


def is_afar(path: Path) -> bool:
    """Return whether a path is remote, so that a file appears there only when complete."""
    return AFAR in str(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all. Raises OSError with its name."""
    special = path.exists() and not path.is_file()  # /dev/stdout, a pipe
    try:
        with path.open("wb") if special else replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
