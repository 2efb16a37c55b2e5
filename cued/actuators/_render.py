"""The program of the child process that synthesises phrases as clips.

Run as ``python -m cued.actuators._render``: a ``Batch`` as JSON on standard input, one ``Rendered``
as JSON a line on standard output. It is a separate process because a voice may block, crash or
print; each voice is a file in ``voices/``. If the chosen voice is unavailable, the ``espeak-ng``
program speaks. A clip is trimmed, brought to the common loudness (``_loudness.py``), and moved to
its place only when complete.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import msgspec
import numpy as np

from cued import parts
from cued.actuators import _wav
from cued.actuators._loudness import resampled, spoken
from cued.actuators._wav import RATE, Samples
from cued.actuators.voices.voice import RenderError, Voice, VoiceMissing, VoiceOptions, VoiceStuck
from cued.model import Floats

FALLBACK = "espeak_ng"
MARGIN_S = 0.02  # kept on either side of the words
EDGE_S = 0.005  # faded in and out, so that no cut clicks
PAUSE_S = 0.08  # longest between words
AUDIBLE = 0.02  # of full scale; a quieter clip counts as silence
# Plausible length of a clip. At 165 words a minute espeak-ng 1.51 took 0.04-0.33 s a letter for
# the phrases of the five catalogues, and up to 0.53 s for a digit.
SHORTEST_S, SHORTEST_LETTER_S = 0.1, 0.02
LONGEST_S, LONGEST_LETTER_S = 0.5, 0.6
USUAL_RATE_WPM = 165  # the rate at which the letters above were timed


class Phrase(msgspec.Struct, frozen=True):
    """A text and the file to write it to."""

    text: str
    path: str


class Batch(msgspec.Struct, frozen=True):
    """Phrases of one voice."""

    renderer: str
    options: VoiceOptions
    phrases: list[Phrase]


class Rendered(msgspec.Struct, frozen=True):
    """The result of a phrase: ``why`` is empty when its clip has been made.

    instead : why another voice spoke instead of the chosen one, or empty.
    """

    text: str
    why: str = ""
    instead: str = ""


def main() -> None:
    """Render a batch and report the result of each phrase."""
    with contextlib.suppress(OSError):  # a sandbox may refuse it
        os.nice(10)
    batch = msgspec.json.decode(sys.stdin.buffer.read(), type=Batch)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # pyttsx3 prints to standard output
    voice, instead = opened(batch.renderer, batch.options)
    for phrase in batch.phrases:
        why, stuck = instead, False
        try:
            if voice:
                make_clip(phrase, batch.options.rate_wpm, voice)
                why = ""
        except (RenderError, OSError) as error:
            why, stuck = str(error), isinstance(error, VoiceStuck)
        answers.write(msgspec.json.encode(Rendered(phrase.text, why, instead)) + b"\n")
        if stuck:
            os._exit(1)  # an ordinary exit would wait for the stuck voice


def opened(renderer: str, options: VoiceOptions) -> tuple[Voice | None, str]:
    """Open the chosen voice, or else the fallback, or none; return it and why it is not chosen."""
    try:
        return _open(renderer, options), ""
    except VoiceMissing as error:
        why = str(error)
    try:
        usual = VoiceOptions(
            options.language, options.voice if renderer == "pyttsx3" else "", options.rate_wpm
        )
        return _open(FALLBACK, usual), why
    except VoiceMissing as error:
        return None, f"{why}; {error}"


def _open(renderer: str, options: VoiceOptions) -> Voice:
    voice: Voice = parts.load("voices", renderer).build(options)
    voice.open()
    return voice


def make_clip(phrase: Phrase, rate_wpm: int, voice: Voice) -> None:
    """Render one phrase, check it, and put it in its place."""
    raw = Path(f"{phrase.path}.{os.getpid()}.raw")
    try:
        voice.write(phrase.text, raw)
        clip = tidied(*_read(raw))
        _check(clip, phrase.text, rate_wpm)
        _wav.write(clip, Path(phrase.path))
    finally:
        raw.unlink(missing_ok=True)


def _read(path: Path) -> tuple[Floats, int]:
    try:
        return _wav.read(path)
    except (FileNotFoundError, ValueError) as error:
        raise RenderError("the voice wrote no sound") from error


def tidied(sound: Floats, rate: int) -> Samples:
    """Return words as a clip: trimmed, without long pauses, at the common loudness."""
    sound = resampled(sound, rate)
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < AUDIBLE:
        raise RenderError("silence")
    loud = np.flatnonzero(np.abs(sound) > 0.02 * peak)
    margin = round(MARGIN_S * RATE)
    sound = sound[max(0, int(loud[0]) - margin) : int(loud[-1]) + margin]
    sound = spoken(_hurry(sound, 0.02 * peak))
    edge = np.minimum(1.0, np.arange(sound.size) / (EDGE_S * RATE))
    return _wav.to_clip(sound * edge * edge[::-1])


def _hurry(sound: Floats, quiet: float) -> Floats:
    """Shorten every pause between words to ``PAUSE_S``; espeak waits 0.3 s at a comma."""
    size = round(0.005 * RATE)
    kept: list[Floats] = []
    paused = 0
    for start in range(0, sound.size, size):
        piece = sound[start : start + size]
        paused = paused + piece.size if np.abs(piece).max() < quiet else 0
        if paused <= PAUSE_S * RATE:
            kept.append(piece)
    return np.concatenate(kept)


def _check(clip: Samples, text: str, rate_wpm: int) -> None:
    """Refuse a clip whose length can't be that of the text: cut short, or joined with others."""
    seconds = clip.size / RATE
    pace = USUAL_RATE_WPM / rate_wpm
    least = SHORTEST_S + SHORTEST_LETTER_S * len(text) * pace
    most = LONGEST_S + LONGEST_LETTER_S * len(text) * pace
    if not least <= seconds <= most:
        raise RenderError(f"{seconds:.2f} s is not {text!r}")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
