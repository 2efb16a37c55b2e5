"""espeak-ng, the program: small, in every language; what speaks when the chosen voice can't.

It refuses a voice that does not exist by a line on standard error and, in some versions, status 0.
"""

from __future__ import annotations

from pathlib import Path

from cued.actuators.voices.voice import VoiceMissing, VoiceOptions, program_version, speak
from cued.parts import NoOptions, Part


class EspeakNg:
    """The program espeak-ng."""

    def __init__(self, asked: VoiceOptions) -> None:
        self._asked = asked

    @property
    def version(self) -> str:
        """Which build there is."""
        return program_version("espeak-ng")

    def open(self) -> None:
        """Look whether it is there."""
        if not self.version:
            raise VoiceMissing("espeak-ng is not installed (apt install espeak-ng)")

    def write(self, text: str, path: Path) -> None:
        """Write a text as WAV."""
        who = self._asked.voice or self._asked.language
        rate = str(self._asked.rate_wpm)
        speak(["espeak-ng", "-v", who, "-s", rate, "-w", str(path), "--", text])


PART = Part(NoOptions, EspeakNg)
