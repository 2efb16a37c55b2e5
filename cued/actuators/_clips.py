"""Clips of spoken phrases: rendered once, cached on disk, and held in memory to be played at once.

Rules
-----
* A coach's own recording takes precedence over synthesis: ``KEY-N.wav`` of a folder is the N-th
  wording of a key. It is brought to the common loudness; an unreadable one is reported and the
  phrase is synthesised.
* A rendered clip's file name is a readable stem and a hash of everything that determines its sound:
  text, voice, pace, version of the voice and of this code. Any change makes a new file, so an old
  one is never wrong.
* Reading a clip checks it. One left incomplete by a power cut counts as missing.
* Looking up reads memory only. Missing phrases are rendered by a child process (``_render.py``)
  that is killed when it does not answer for ``PATIENCE_S``.
* A text without a clip is assembled from clips of its words, the longest runs first, so that "stage
  3 of 7" can be said from "stage", "of" and the numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import signal
import sys
import wave
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path

import msgspec
import numpy as np

from cued import parts
from cued.actuators import _wav
from cued.actuators._render import FALLBACK, Batch, Phrase, Rendered, tidied
from cued.actuators._tones import rest
from cued.actuators._wav import RATE, Samples
from cued.actuators.voices.voice import RenderError, VoiceOptions

VERSION = "2"  # of the processing in _render.py and _loudness.py
# Chosen: longer than any phrase takes to render; a voice that hangs costs this much.
PATIENCE_S = 15.0
JOIN_S = 0.03  # between clips that are joined


class Clips:
    """Clips of one voice at one pace.

    own : a coach's own recordings, by text.
    """

    def __init__(
        self,
        folder: Path,
        options: VoiceOptions,
        renderer: str = "pyttsx3",
        own: Mapping[str, Path] | None = None,
    ) -> None:
        self.refused: list[str] = []  # own recordings that can't be used, and why
        self._options = options
        self._renderer = renderer
        self._folder = folder
        self._own = own or {}
        self._voice_version = _version(renderer, options)
        self._clips: dict[str, Samples] = {}

    def __len__(self) -> int:
        return len(self._clips)

    def path(self, text: str) -> Path:
        """Return the file for this text, whether or not it exists."""
        options = self._options
        voice = (self._renderer, self._voice_version, options.language, options.voice)
        depends_on = (text, *voice, str(options.rate_wpm), VERSION)
        digest = hashlib.sha256("\0".join(depends_on).encode()).hexdigest()
        stem = re.sub(r"\W+", "-", text.lower()).strip("-")[:40]
        return self._folder / f"{stem}-{digest[:16]}.wav"

    def load(self, texts: Iterable[str]) -> list[str]:
        """Read clips into memory and return the texts without one. Blocks on the disk."""
        missing: list[str] = []
        for text in dict.fromkeys(map(plain, texts)):
            if not text or text in self._clips:
                continue
            clip = self._recorded(text)
            if clip is None:
                clip = _read(self.path(text))
            if clip is None:
                missing.append(text)
            else:
                self._clips[text] = clip
        return missing

    def _recorded(self, text: str) -> Samples | None:
        """Read a coach's own recording of a text, if there is a usable one."""
        path = self._own.get(text)
        if path is None:
            return None
        try:
            return tidied(*_wav.read(path))
        except (OSError, ValueError, RenderError) as error:
            self.refused.append(f"{path}: {error}")
            return None

    def find(self, text: str) -> Samples | None:
        """Return the sound of this text, or None when there is no clip of it."""
        text = plain(text)
        whole = self._clips.get(text)
        return self._join(text.split()) if whole is None else whole

    def _join(self, words: list[str]) -> Samples | None:
        """Assemble a text from clips of its words, the longest runs first."""
        pieces: list[Samples] = []
        start = 0
        while start < len(words):
            for end in range(len(words), start, -1):
                clip = self._clips.get(" ".join(words[start:end]))
                if clip is not None:
                    pieces += [rest(JOIN_S)] * bool(pieces) + [clip]
                    start = end
                    break
            else:
                return None
        return np.concatenate(pieces) if pieces else None

    async def render(self, texts: list[str]) -> AsyncIterator[Rendered]:
        """Render texts in a child process and load each as it is done."""
        try:
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            child = await _start()
        except OSError as error:  # of the disk, or of starting the child; only tones are left
            for text in texts:
                yield Rendered(text, f"{error.filename or 'the renderer'}: {error.strerror}", "")
            return
        phrases = [Phrase(text, str(self.path(text))) for text in texts]
        try:
            batch = Batch(self._renderer, self._options, phrases)
            async for answer in _answers(child, batch):
                if not answer.why:
                    await asyncio.to_thread(self.load, [answer.text])
                yield answer
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()


async def _start() -> asyncio.subprocess.Process:
    """Start the child in its own process group, so that it can be killed with its children."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cued.actuators._render",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )


async def _answers(child: asyncio.subprocess.Process, batch: Batch) -> AsyncIterator[Rendered]:
    """Yield the child's answers to a batch until it ends or falls silent."""
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(ConnectionError):
        child.stdin.write(msgspec.json.encode(batch))
        await child.stdin.drain()
    child.stdin.close()
    with contextlib.suppress(msgspec.MsgspecError):  # killed in the middle of a line
        while line := await _line(child.stdout):
            yield msgspec.json.decode(line, type=Rendered)


async def _line(answers: asyncio.StreamReader) -> bytes:
    """Read a line; nothing if none comes in time.

    Not by ``asyncio.wait_for``: before Python 3.12 it loses a cancellation that comes in the same
    instant as the result (python/cpython#86296), and rendering would outlive the daemon.
    """
    with contextlib.suppress(TimeoutError, ValueError):  # ValueError: a line without an end
        async with asyncio.timeout(PATIENCE_S):
            return await answers.readline()
    return b""


def _version(renderer: str, options: VoiceOptions) -> str:
    """Return the version of the voice that will speak, without starting it."""
    version = parts.load("voices", renderer).build(options).version
    return version or parts.load("voices", FALLBACK).build(options).version


def recordings(folder: Path, names: Mapping[str, str]) -> dict[str, Path]:
    """Return the files of a folder by the text that each says, which ``names`` has by stem."""
    found = {name: folder / f"{name}.wav" for name in names}
    return {names[name]: path for name, path in reversed(found.items()) if path.is_file()}


def _read(path: Path) -> Samples | None:
    """Read a clip, or nothing if it is missing or incomplete."""
    try:
        with wave.open(str(path), "rb") as wav:
            length = wav.getnframes()
            frames = wav.readframes(length)
            if wav.getparams()[:3] != (1, 2, RATE) or len(frames) != 2 * length or not length:
                return None
    except (OSError, EOFError, wave.Error):
        return None
    return np.frombuffer(frames, dtype="<i2")


def plain(text: str) -> str:
    """Return the text with white space normalised, by which phrases are compared."""
    return " ".join(text.split())
