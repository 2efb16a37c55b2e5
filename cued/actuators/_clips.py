"""The spoken phrases as clips: a cache on disk, and in memory what may have to be said at once.

Rules
-----
* A clip's file name is a readable stem and a hash of all that its sound depends on: text, voice,
  rate, version of the renderer. Whatever changes makes a new file; an old one is never wrong.
* Reading a clip checks it. What a power cut left half written counts as not there.
* Looking up reads memory only. What is missing is named, and rendered by a child process
  (``_render.py``) that is killed when it says nothing for ``PATIENCE_S``.
* A text that is no clip itself is put together from clips of its words, the longest runs first, so
  that "stage 3 of 7" can be said from "stage", "of" and the numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.metadata
import os
import re
import signal
import sys
import wave
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import msgspec
import numpy as np

from cued.actuators._render import Batch, Phrase, Rendered
from cued.actuators._tones import RATE, Samples, rest

VERSION = "1"  # of what _render.py does to a rendered phrase
PATIENCE_S = 15.0
JOIN_S = 0.03  # between clips that are put together


class Clips:
    """Clips of one voice at one rate."""

    def __init__(self, folder: Path, voice: str, rate_wpm: int) -> None:
        self.voice = voice
        self._folder = folder
        self._rate_wpm = rate_wpm
        self._renderer = _renderer_version()
        self._clips: dict[str, Samples] = {}

    def __len__(self) -> int:
        return len(self._clips)

    def path(self, text: str) -> Path:
        """Return the file that holds this text, whether or not it is there."""
        depends_on = (text, self.voice, str(self._rate_wpm), self._renderer, VERSION)
        digest = hashlib.sha256("\0".join(depends_on).encode()).hexdigest()
        stem = re.sub(r"\W+", "-", text.lower()).strip("-")[:40]
        return self._folder / f"{stem}-{digest[:16]}.wav"

    def load(self, texts: Iterable[str]) -> list[str]:
        """Read clips into memory; return the texts that have none yet. Blocks on the disk."""
        missing: list[str] = []
        for text in dict.fromkeys(map(plain, texts)):
            if not text or text in self._clips:
                continue
            clip = _read(self.path(text))
            if clip is None:
                missing.append(text)
            else:
                self._clips[text] = clip
        return missing

    def find(self, text: str) -> Samples | None:
        """Return how this text sounds, or None when there is no clip of it."""
        text = plain(text)
        whole = self._clips.get(text)
        return self._join(text.split()) if whole is None else whole

    def _join(self, words: list[str]) -> Samples | None:
        """Put a text together from the longest runs of its words that there are."""
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
        """Have texts rendered by a child process, and load each as it is done."""
        try:
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        except OSError as error:  # a disk that is full or read-only must not end the coaching
            for text in texts:
                yield Rendered(text, f"{self._folder}: {error.strerror}", "")
            return
        phrases = [Phrase(text, str(self.path(text))) for text in texts]
        child = await _start()
        try:
            batch = Batch(self.voice, self._rate_wpm, phrases)
            async for answer in _answers(child, batch):
                if not answer.why:
                    await asyncio.to_thread(self.load, [answer.text])
                yield answer
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()


async def _start() -> asyncio.subprocess.Process:
    """Start the child in a process group of its own, so that what it starts ends with it."""
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
    """Hand a batch to the child; yield its answers until it ends or has nothing more to say."""
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(ConnectionError):
        child.stdin.write(msgspec.json.encode(batch))
        await child.stdin.drain()
    child.stdin.close()
    while line := await _line(child.stdout):
        yield msgspec.json.decode(line, type=Rendered)


async def _line(answers: asyncio.StreamReader) -> bytes:
    """Read a line; nothing if none comes in time.

    Not by ``asyncio.wait_for``: before Python 3.12 it forgets a cancellation that comes in the same
    instant as what it waits for (python/cpython#86296), and rendering would outlive the daemon.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            return await answers.readline()
    return b""


def _renderer_version() -> str:
    """Name the renderer without importing it."""
    try:
        return f"pyttsx3 {importlib.metadata.version('pyttsx3')}"
    except importlib.metadata.PackageNotFoundError:
        return "espeak-ng"


def _read(path: Path) -> Samples | None:
    """Read a clip, or nothing if it is not there or not whole."""
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
    """Return the text with its white space tidied: what counts as the same phrase."""
    return " ".join(text.split())
