"""Where sessions and results are: on this machine, or on a filesystem that fsspec knows.

``s3://bucket/sessions``, ``sftp://host/folder`` and others are read by universal-pathlib, which
comes with the extra ``cluster``; each kind of address needs a driver (``s3fs``, ``paramiko``).
Files are written beside their place, then moved there.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from cued.model import CuedError
from cued.whole import replacing

AFAR = "://"


def place(text: str) -> Path:
    """Return a path; raise CuedError where its kind of address cannot be reached from here."""
    if AFAR not in text:
        return Path(text).absolute()
    try:
        path: Path = importlib.import_module("upath").UPath(text)  # what is used of it is Path's
        path.exists()
    except ImportError as error:
        raise CuedError(f"{text}: {error}") from None
    except Exception as error:  # noqa: BLE001 (each driver has kinds of its own)
        raise CuedError(f"{text}: {error or type(error).__name__}") from None
    return path


def is_afar(path: Path) -> bool:
    """Return whether a path is not a local one: written whole, without a file beside it."""
    return AFAR in str(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file. Raises OSError with its name, and leaves no half file, when that fails."""
    special = path.exists() and not path.is_file()  # /dev/stdout, a pipe
    try:
        with path.open("wb") if special else replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
