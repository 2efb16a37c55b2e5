"""Piper: a neural voice, the most natural, with a voice file that the user provides.

``pip install piper-tts``, then a voice (``NAME.onnx``, with ``NAME.onnx.json`` in the same folder)
as ``voice = "/path/NAME.onnx"`` of [actuators.speech]. Phrases are rendered once, so a slow Pi only
takes longer at the first start. ``--length-scale`` sets the pace; 1 is assumed to be 165 words a
minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cued.actuators.voices.voice import VoiceMissing, VoiceOptions, package_version, speak
from cued.parts import NoOptions, Part

PACKAGE = "piper-tts"
OWN_RATE_WPM = 165  # about; not measured


class Piper:
    """The package piper-tts, run as a program."""

    def __init__(self, options: VoiceOptions) -> None:
        self._model = Path(options.voice)
        self._length = OWN_RATE_WPM / options.rate_wpm

    @property
    def version(self) -> str:
        """Its version and that of the voice file."""
        version = package_version(PACKAGE)
        if not version or not self._model.is_file():
            return ""
        status = self._model.stat()
        return f"{version} {status.st_size} {status.st_mtime_ns}"

    def open(self) -> None:
        """Check that package and voice file exist."""
        if not package_version(PACKAGE):
            raise VoiceMissing(f"{PACKAGE} is not installed (pip install {PACKAGE})")
        if not self._model.is_file():
            raise VoiceMissing(f"piper needs a voice file: voice = {str(self._model)!r} is not one")

    def write(self, text: str, path: Path) -> None:
        """Write a text as WAV."""
        how = ["-m", str(self._model), "--length-scale", f"{self._length:.3f}", "-f", str(path)]
        speak([sys.executable, "-m", "piper", *how], text)


PART = Part(NoOptions, Piper)
