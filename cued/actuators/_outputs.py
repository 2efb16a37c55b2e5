"""The interface of an output for mixed sound, and two outputs without a card: file and null.

``open`` and ``close`` may take a second when they look for cards (``_portaudio.py``); Speech calls
them in a separate thread, one at a time.
"""

from __future__ import annotations

import threading
import time
import wave
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from cued.actuators._mixer import Mixer
from cued.actuators._wav import FULL_SCALE, RATE
from cued.model import CuedError

BLOCK = 220  # samples, 5 ms: the longest wait of a cut before its fade


class SoundMissing(CuedError, OSError):
    """No sound can be made. The text says why and lists the devices."""


class Output(Protocol):
    """Takes samples from a mixer until closed.

    The defaults suit an output that runs in real time and never runs dry.

    name : its name for people.
    threaded : the mixer is called from a thread other than the event loop's.
    """

    name: str
    threaded: bool = True

    def now(self) -> float:
        """Return the time on the clock of this output, s."""
        return time.monotonic()

    def open(self, mixer: Mixer) -> None:
        """Start taking samples. Raises SoundMissing."""
        ...

    def alive(self) -> bool:
        """Return whether samples are being taken."""
        ...

    def advance(self, t: float) -> None:
        """Process samples up to ``t``, if this output has no clock of its own."""

    def underruns(self) -> int:
        """Return how often it ran dry since it was opened."""
        return 0

    def close(self) -> None:
        """Stop. May be called when not open."""
        ...


class NullOutput(Output):
    """Takes samples in real time, as a card would, and discards them."""

    name = "no sound device (a stand-in)"

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def open(self, mixer: Mixer) -> None:
        """Start the thread that takes samples."""
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._run, args=(mixer,), name="null-sound", daemon=True
        )
        self._thread.start()

    def _run(self, mixer: Mixer) -> None:
        block = np.zeros(BLOCK, dtype=np.float32)
        due = self.now()
        while not self._stopped.wait(max(0.0, due - self.now())):
            mixer.fill(block)
            due += BLOCK / RATE

    def alive(self) -> bool:
        """Return whether it is open."""
        return self._thread is not None

    def close(self) -> None:
        """End the thread."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()


class FileOutput(Output):
    """Writes the sound to a WAV file, on the clock of the cues.

    With ``path`` None it only keeps time. The file starts at the first ``advance``.
    """

    threaded = False

    def __init__(self, path: Path | None) -> None:
        self.name = str(path) if path else "no sound device (a stand-in)"
        self._path = path
        self._file: BinaryIO | None = None
        self._wav: wave.Wave_write | None = None
        self._mixer: Mixer | None = None
        self._start_t: float | None = None

    def now(self) -> float:
        """Return the time of the next sample."""
        if self._start_t is None or self._mixer is None:
            return 0.0
        return self._start_t + self._mixer.frame / RATE

    def open(self, mixer: Mixer) -> None:
        """Create the file."""
        self._mixer = mixer
        if self._path is None:
            return
        try:
            self._file = self._path.open("wb")
        except OSError as error:
            raise SoundMissing(f"{self._path}: {error.strerror}") from error
        self._wav = wave.open(self._file, "wb")  # noqa: SIM115 (closed by close)
        self._wav.setparams((1, 2, RATE, 0, "NONE", ""))

    def alive(self) -> bool:
        """Return whether it is open."""
        return self._mixer is not None

    def advance(self, t: float) -> None:
        """Write everything up to ``t``, in whole blocks as a card takes them."""
        if self._start_t is None:
            self._start_t = t
        while self._mixer is not None and self.now() + BLOCK / RATE <= t:
            self._take(self._mixer)

    def _take(self, mixer: Mixer) -> None:
        block = np.empty(BLOCK, dtype=np.float32)
        mixer.fill(block)
        if self._wav is not None:
            self._wav.writeframesraw(np.round(block * FULL_SCALE).astype("<i2").tobytes())

    def close(self) -> None:
        """Write the rest of the present sound, and close the file."""
        while self._mixer is not None and not self._mixer.idle:
            self._take(self._mixer)
        self._mixer = None
        wav, self._wav = self._wav, None
        if wav is not None and self._file is not None:
            wav.close()
            self._file.close()
