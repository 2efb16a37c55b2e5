"""SVOX Pico (pico2wave): softer than espeak-ng, in exactly the five languages.

Debian and Raspberry Pi OS have it in non-free as ``libttspico-utils``. The pace is set in the text
itself, in percent of the voice's own, which is assumed to be 165 words a minute (not measured).
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from cued.actuators.voices.voice import VoiceMissing, VoiceOptions, program_version, speak
from cued.parts import NoOptions, Part

PROGRAM = "pico2wave"
USUAL = {"en": "en-GB", "de": "de-DE", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
VOICES = (*USUAL.values(), "en-US")
OWN_RATE_WPM = 165  # about; not measured


class Pico:
    """The program pico2wave."""

    def __init__(self, options: VoiceOptions) -> None:
        self._who = options.voice or USUAL.get(options.language, "")
        self._pace = round(100 * options.rate_wpm / OWN_RATE_WPM)

    @property
    def version(self) -> str:
        """The installed build."""
        return program_version(PROGRAM)

    def open(self) -> None:
        """Check that it is installed and has the voice."""
        if not self.version:
            raise VoiceMissing(f"{PROGRAM} is not installed (apt install libttspico-utils)")
        if self._who not in VOICES:
            raise VoiceMissing(f"{PROGRAM} has no voice {self._who!r}; it has {', '.join(VOICES)}")

    def write(self, text: str, path: Path) -> None:
        """Write a text as WAV; pico2wave requires a file name that ends in ``.wav``."""
        wav = path.with_suffix(".wav")
        paced = f'<speed level="{self._pace}">{escape(text, quote=False)}</speed>'
        try:
            speak([PROGRAM, "-l", self._who, "-w", str(wav), paced])
            wav.replace(path)
        except FileNotFoundError:  # it wrote nothing: the reader of ``path`` reports it
            pass
        finally:
            wav.unlink(missing_ok=True)


PART = Part(NoOptions, Pico)
