"""pyttsx3 with espeak's library: the default voice, and MBROLA's through it (``voice = "mb-de6"``).

pyttsx3 2.99 on Linux can block, deadlock and report "finished" when nothing was spoken. It is used
with care:

* only ``save_to_file``, never ``say`` (which plays through ``aplay`` and hides its failure) or
  ``stop`` (which can hang for ever);
* one phrase per ``runAndWait`` (of several, only the last is spoken), and only
  ``finished-utterance`` shows that its file is written. The file counts if it is plausible;
* voice and rate are set once, and every phrase waits until espeak has processed everything before:
  ``runAndWait`` first cancels what is pending, on a busy machine the rate or the phrase itself;
* a voice that does not exist is an error here; pyttsx3 would continue in English;
* its files claim 22.05 kHz for every voice, so that MBROLA's 16 kHz played 38 % too fast: the
  header is rewritten with the rate that espeak's library reports.
"""

from __future__ import annotations

import importlib
import threading
import time
import wave
from pathlib import Path
from typing import Any

from cued.actuators.voices.voice import (
    RenderError,
    VoiceMissing,
    VoiceOptions,
    VoiceStuck,
    package_version,
)
from cued.parts import NoOptions, Part

PACKAGE = "pyttsx3"
WRITTEN_RATE = 22_050  # Hz, in every header that it writes
SPOKEN_WITHIN_S = 8.0  # chosen; then the engine counts as stuck


class Pyttsx3:
    """The package pyttsx3."""

    def __init__(self, options: VoiceOptions) -> None:
        self._options = options
        self._engine: Any = None
        self._espeak: Any = None
        self._errors: list[object] = []
        self._finished = threading.Event()

    @property
    def version(self) -> str:
        """The package's version."""
        return package_version(PACKAGE)

    def open(self) -> None:
        """Start espeak's library with voice and rate set."""
        try:
            self._engine = importlib.import_module(PACKAGE).init("espeak")
            self._espeak = importlib.import_module(f"{PACKAGE}.drivers._espeak")
        except (ImportError, OSError, RuntimeError, KeyError, ReferenceError) as error:
            raise VoiceMissing(f"pyttsx3: {error}".replace("\n", " ")) from error

        def note(name: object, exception: object) -> None:  # noqa: ARG001 (pyttsx3 names them)
            self._errors.append(exception)

        def finish(name: object, completed: object) -> None:  # noqa: ARG001
            self._finished.set()

        self._engine.connect("error", note)
        self._engine.connect("finished-utterance", finish)
        self._engine.setProperty("voice", self._options.voice or self._options.language)
        self._engine.setProperty("rate", self._options.rate_wpm)
        self._engine.proxy.setBusy(False)  # applies them now

    def write(self, text: str, path: Path) -> None:
        """Write a text as WAV."""
        self._raise_errors()
        self._finished.clear()
        self._await_idle()
        self._engine.save_to_file(text, str(path))
        self._engine.runAndWait()
        if not self._finished.wait(SPOKEN_WITHIN_S):
            raise VoiceStuck(f"pyttsx3 did not finish within {SPOKEN_WITHIN_S:g} s")
        self._raise_errors()
        correct_rate(path, self._rate())

    def _rate(self) -> int:
        """Return the sample rate of the voice that spoke last."""
        library = getattr(self._espeak, "dll", None)
        ask = getattr(library, "espeak_ng_GetSampleRate", None)  # espeak-ng 1.50 or later
        return int(ask()) if ask else WRITTEN_RATE

    def _raise_errors(self) -> None:
        if self._errors:
            raise RenderError(str(self._errors[0]))

    def _await_idle(self) -> None:
        """Wait until espeak's own thread has nothing left to do."""
        due = time.monotonic() + SPOKEN_WITHIN_S
        while self._espeak.IsPlaying():
            if time.monotonic() > due:
                raise VoiceStuck(f"espeak was busy for {SPOKEN_WITHIN_S:g} s")
            time.sleep(0.005)


def correct_rate(path: Path, rate: int) -> None:
    """Rewrite a file's header if its sample rate is wrong."""
    try:
        with wave.open(str(path), "rb") as wav:
            params, frames = wav.getparams(), wav.readframes(wav.getnframes())
    except (FileNotFoundError, EOFError, wave.Error):
        return  # nothing was spoken: the reader of the file reports it
    if rate == params.framerate:
        return
    with wave.open(str(path), "wb") as wav:
        wav.setparams(params._replace(framerate=rate))
        wav.writeframes(frames)


PART = Part(NoOptions, Pyttsx3)
