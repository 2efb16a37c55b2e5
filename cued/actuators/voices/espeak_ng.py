"""The espeak-ng program: small, in every language; the fallback for any other voice.

For a voice that does not exist it prints an error but exits with status 0 in some versions.
"""

from __future__ import annotations

from pathlib import Path

from cued.actuators.voices.voice import VoiceMissing, VoiceOptions, program_version, speak
from cued.parts import NoOptions, Part


class EspeakNg:
    """The program espeak-ng."""

    def __init__(self, options: VoiceOptions) -> None:
        self._options = options

    @property
    def version(self) -> str:
        """The installed build."""
        return program_version("espeak-ng")

    def open(self) -> None:
        """Check that it is installed."""
        if not self.version:
            raise VoiceMissing("espeak-ng is not installed (apt install espeak-ng)")

    def write(self, text: str, path: Path) -> None:
        """Write a text as WAV."""
        who = self._options.voice or self._options.language
        rate = str(self._options.rate_wpm)
        speak(["espeak-ng", "-v", who, "-s", rate, "-w", str(path), "--", text])


PART = Part(NoOptions, EspeakNg)
