"""Turns phrases into clips: the program of the child process in which speech is synthesised.

Run as ``python -m cued.actuators._render``: a ``Batch`` as JSON on standard input, one ``Rendered``
as JSON a line on standard output. It is a process of its own, and the only file that knows pyttsx3,
because pyttsx3 2.99 on Linux can block, deadlock and say "finished" when nothing was spoken. It is
used on its safe side:

* only ``save_to_file``, never ``say`` (which plays through ``aplay`` and hides its failure) and
  never ``stop`` (which can hang for ever);
* one phrase per ``runAndWait`` (of several, only the last is spoken), and only
  ``finished-utterance`` tells that its file is written. It counts when that is plausible;
* voice and rate are set once, and every phrase waits until espeak has taken all before it:
  ``runAndWait`` begins by cancelling what is left, on a busy machine the rate or the phrase itself;
* a voice that does not exist is an error here; pyttsx3 goes on in English.

When pyttsx3 or its library is missing, the ``espeak-ng`` program is tried. A clip is trimmed,
scaled to full range, doubled to 44.1 kHz by a half-band filter, and moved to its place only when
complete.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from cued.actuators._tones import FULL_SCALE, PEAK, RATE
from cued.model import CuedError

Write: TypeAlias = Callable[[str, Path], None]

SPOKEN_RATE = 22_050  # what espeak makes
MARGIN_S = 0.02  # kept on either side of what is spoken
PAUSE_S = 0.08  # longest between words
AUDIBLE = 0.02  # of full scale; quieter is nothing at all
# Plausible length of a clip. At 165 words a minute espeak-ng 1.51 took 0.04-0.33 s a letter for
# the phrases of the five catalogues, and up to 0.53 s for a digit.
SHORTEST_S, SHORTEST_LETTER_S = 0.1, 0.02
LONGEST_S, LONGEST_LETTER_S = 0.5, 0.6
USUAL_RATE_WPM = 165
SPOKEN_WITHIN_S = 8.0


class Phrase(msgspec.Struct, frozen=True):
    """A text and the file that is to hold it."""

    text: str
    path: str


class Batch(msgspec.Struct, frozen=True):
    """Phrases of one voice."""

    voice: str
    rate_wpm: int
    phrases: list[Phrase]


class Rendered(msgspec.Struct, frozen=True):
    """What became of a phrase: ``why`` is empty when its clip is there."""

    text: str
    why: str = ""
    by: str = ""


class RenderError(CuedError):
    """A phrase could not be rendered."""


class Stuck(RenderError):
    """The renderer can't be trusted with another phrase."""


def main() -> None:
    """Render a batch, saying of each phrase what became of it."""
    with contextlib.suppress(OSError):  # a sandbox may refuse it
        os.nice(10)
    batch = msgspec.json.decode(sys.stdin.buffer.read(), type=Batch)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # pyttsx3 prints to standard output
    by, write = renderer(batch.voice, batch.rate_wpm)
    for phrase in batch.phrases:
        why, stuck = "", False
        try:
            make_clip(phrase, batch.rate_wpm, write)
        except (RenderError, OSError) as error:
            why, stuck = str(error), isinstance(error, Stuck)
        answers.write(msgspec.json.encode(Rendered(phrase.text, why, by)) + b"\n")
        if stuck:
            os._exit(1)  # an ordinary exit waits for what is stuck


def renderer(voice: str, rate_wpm: int) -> tuple[str, Write]:
    """Choose what speaks: pyttsx3, or where it can't be had, the espeak-ng program."""
    try:
        return "pyttsx3", _pyttsx3(voice, rate_wpm)
    except (ImportError, OSError, RuntimeError, KeyError, ReferenceError) as error:
        return f"espeak-ng ({error})".replace("\n", " "), _espeak_ng(voice, rate_wpm)


def _pyttsx3(voice: str, rate_wpm: int) -> Write:
    engine: Any = importlib.import_module("pyttsx3").init("espeak")
    errors: list[object] = []

    def note(name: object, exception: object) -> None:  # noqa: ARG001 (pyttsx3 names them)
        errors.append(exception)

    finished = threading.Event()

    def finish(name: object, completed: object) -> None:  # noqa: ARG001
        finished.set()

    engine.connect("error", note)
    engine.connect("finished-utterance", finish)
    engine.setProperty("voice", voice)
    engine.setProperty("rate", rate_wpm)
    engine.proxy.setBusy(False)  # has them made now

    def write(text: str, path: Path) -> None:
        if errors:
            raise RenderError(str(errors[0]))
        finished.clear()
        _await_idle()
        engine.save_to_file(text, str(path))
        engine.runAndWait()
        if not finished.wait(SPOKEN_WITHIN_S):
            raise Stuck(f"pyttsx3 did not finish within {SPOKEN_WITHIN_S:g} s")
        if errors:
            raise RenderError(str(errors[0]))

    return write


def _await_idle() -> None:
    """Wait until espeak's own thread has nothing left to do."""
    espeak: Any = importlib.import_module("pyttsx3.drivers._espeak")
    due = time.monotonic() + SPOKEN_WITHIN_S
    while espeak.IsPlaying():
        if time.monotonic() > due:
            raise Stuck(f"espeak was busy for {SPOKEN_WITHIN_S:g} s")
        time.sleep(0.005)


def _espeak_ng(voice: str, rate_wpm: int) -> Write:
    def write(text: str, path: Path) -> None:
        command = ["espeak-ng", "-v", voice, "-s", str(rate_wpm), "-w", str(path), "--", text]
        try:
            done = subprocess.run(command, capture_output=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RenderError(f"neither pyttsx3 nor espeak-ng works ({error})") from error
        if done.returncode or done.stderr:
            raise RenderError(done.stderr.decode(errors="replace").strip() or "espeak-ng failed")

    return write


def make_clip(phrase: Phrase, rate_wpm: int, write: Write) -> None:
    """Render one phrase, check it, and put it in its place."""
    raw = Path(f"{phrase.path}.{os.getpid()}.raw")
    try:
        write(phrase.text, raw)
        clip = _tidy(_read(raw))
        _check(clip, phrase.text, rate_wpm)
        save(clip, Path(phrase.path))
    finally:
        raw.unlink(missing_ok=True)


def _read(path: Path) -> NDArray[np.float64]:
    """Read what a renderer wrote, as numbers between -1 and 1."""
    try:
        with wave.open(str(path), "rb") as wav:
            if wav.getparams()[:3] != (1, 2, SPOKEN_RATE):
                raise RenderError(f"the renderer wrote {wav.getparams()[:3]}")
            frames = wav.readframes(wav.getnframes())
    except (FileNotFoundError, EOFError, wave.Error) as error:
        raise RenderError("the renderer wrote no sound") from error
    return np.frombuffer(frames, dtype="<i2").astype(np.float64) / (FULL_SCALE + 1)


def _tidy(sound: NDArray[np.float64]) -> NDArray[np.int16]:
    """Trim the silence at both ends, double the sample rate, and scale to full range."""
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < AUDIBLE:
        raise RenderError("the renderer wrote silence")
    loud = np.flatnonzero(np.abs(sound) > 0.02 * peak)
    margin = round(MARGIN_S * SPOKEN_RATE)
    sound = sound[max(0, int(loud[0]) - margin) : int(loud[-1]) + margin]
    sound = _double(_hurry(sound, 0.02 * peak))
    edge = np.minimum(1.0, np.arange(sound.size) / (0.005 * RATE))
    sound = sound * edge * edge[::-1]
    scale = PEAK * FULL_SCALE / float(np.abs(sound).max())
    clip: NDArray[np.int16] = np.round(sound * scale).astype(np.int16)
    return clip


def _hurry(sound: NDArray[np.float64], quiet: float) -> NDArray[np.float64]:
    """Shorten every pause between words to ``PAUSE_S``; espeak waits 0.3 s at a comma."""
    size = round(0.005 * SPOKEN_RATE)
    kept: list[NDArray[np.float64]] = []
    paused = 0
    for start in range(0, sound.size, size):
        piece = sound[start : start + size]
        paused = paused + piece.size if np.abs(piece).max() < quiet else 0
        if paused <= PAUSE_S * SPOKEN_RATE:
            kept.append(piece)
    return np.concatenate(kept)


def _double(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sound at twice its sample rate: zeros between, then a windowed-sinc half-band."""
    n = np.arange(-31, 32)
    taps = np.sinc(n / 2) * np.hamming(n.size)
    spread = np.zeros(2 * sound.size)
    spread[::2] = sound
    spread[:] = np.convolve(spread, taps, mode="same")
    return spread


def _check(clip: NDArray[np.int16], text: str, rate_wpm: int) -> None:
    """Refuse a clip that can't be these words: cut short, or run together with others."""
    seconds = clip.size / RATE
    pace = USUAL_RATE_WPM / rate_wpm
    least = SHORTEST_S + SHORTEST_LETTER_S * len(text) * pace
    most = LONGEST_S + LONGEST_LETTER_S * len(text) * pace
    if not least <= seconds <= most:
        raise RenderError(f"{seconds:.2f} s is not {text!r}")


def save(clip: NDArray[np.int16], path: Path) -> None:
    """Write a clip so that it is there whole or not at all."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with wave.open(str(part), "wb") as wav:
            wav.setparams((1, 2, RATE, 0, "NONE", ""))
            wav.writeframes(clip.astype("<i2").tobytes())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
