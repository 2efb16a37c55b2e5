"""The interface of a voice, which writes a phrase to a WAV file.

``PART.build(options)`` makes one and must be cheap: nothing is imported or started before ``open``,
which is called in the child process that renders (``_render.py``). A new voice is one file here.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from cued.model import CuedError

PATIENCE_S = 10.0  # chosen: many times the duration of a phrase


class RenderError(CuedError):
    """A phrase could not be rendered."""


class VoiceStuck(RenderError):
    """The voice hangs and can't render another phrase."""


class VoiceMissing(RenderError):
    """The voice, or something that it needs, is not installed."""


class VoiceOptions(Struct, frozen=True):
    """Language, voice and rate to speak with.

    voice : a speaker's name in that synthesiser, or a file; empty: the language's usual one.
    """

    language: str
    voice: str = ""
    rate_wpm: int = 165


class Voice(Protocol):
    """Writes speech to files."""

    @property
    def version(self) -> str:
        """Return the installed version, on which the sound depends, or an empty text."""
        ...

    def open(self) -> None:
        """Prepare to speak. Raises VoiceMissing."""
        ...

    def write(self, text: str, path: Path) -> None:
        """Write a text as WAV, mono or more, of any rate. Raises RenderError."""
        ...


def program_version(program: str) -> str:
    """Return a program's build without starting it; empty if it is not installed."""
    found = shutil.which(program)
    if not found:
        return ""
    status = Path(found).resolve().stat()
    return f"{program} {status.st_size} {status.st_mtime_ns}"


def package_version(package: str) -> str:
    """Return a Python package's version without importing it; empty if it is not installed."""
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def speak(command: list[str], text: str = "") -> None:
    """Run a program to its end, with a text on its standard input. Raises RenderError."""
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RenderError(f"{command[0]} does not work ({error})") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise RenderError(lines[-1] if lines else f"{command[0]} failed")
