"""Where mixed sound goes: a sound card, a file, or nowhere.

Rules
-----
* Only this file knows PortAudio (``sounddevice``), and imports it only when a card is opened.
* ``open``, ``close`` and the import may take a second (ALSA probes every card); Speech calls them
  in a thread of its own, one at a time.
* The stream stays open and is given silence between cues, because HDMI and I2S sinks that fall
  asleep swallow the first half second of what comes next.
* A card is named, not numbered: numbers change at reboot. Without a name, cards are tried directly
  (ALSA ``hw``) before ALSA's ``default``, which on a desktop system belongs to PipeWire and answers
  "Host is down" until somebody logs in; HDMI comes after cards with a loudspeaker.
* PortAudio is told to use ALSA's ``plughw``, so that a card that can't do 44.1 kHz mono still
  plays.
* A stream that has asked for nothing for ``SILENT_S`` is dead, whatever it says of itself.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time
import wave
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from cued.actuators._mixer import Mixer
from cued.actuators._tones import FULL_SCALE, RATE
from cued.model import CuedError

BLOCK = 220  # samples, 5 ms: what a cut waits for at most before its fade
SILENT_S = 1.0


class SoundMissing(CuedError, OSError):
    """No sound can be made. The text says why and what there is."""


class Output(Protocol):
    """Takes samples from a mixer until closed."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    @property
    def threaded(self) -> bool:
        """The mixer is called from a thread other than the event loop's."""
        ...

    def now(self) -> float:
        """Time on the clock of this output, s."""
        ...

    def open(self, mixer: Mixer) -> None:
        """Start taking samples. Raises SoundMissing."""
        ...

    def alive(self) -> bool:
        """Samples are being taken."""
        ...

    def advance(self, t: float) -> None:
        """Take samples up to ``t``, if this output has no clock of its own."""
        ...

    def underruns(self) -> int:
        """How often the card ran dry since it was opened."""
        ...

    def close(self) -> None:
        """Stop. May be called when not open."""
        ...


class PortAudioOutput:
    """A sound card. ``device`` is a part of its name, or empty for the best there is."""

    threaded = True

    def __init__(self, device: str, latency_s: float) -> None:
        self.name = device or "the default sound device"
        self._device = device
        self._latency_s = latency_s
        self._stream: Any = None
        self._mixer: Mixer | None = None
        self._underruns = 0

    def now(self) -> float:
        """Return host monotonic time."""
        return time.monotonic()

    def open(self, mixer: Mixer) -> None:
        """Look for the card anew and start its stream."""
        sd = _portaudio()
        self._underruns = 0
        self._mixer = mixer
        why = "no sound device"
        try:
            candidates = self._candidates(sd)
        except sd.PortAudioError as error:
            raise SoundMissing(str(error)) from error
        for index, name in candidates:
            try:
                self._stream, self.name = self._start(sd, index, mixer), name
            except sd.PortAudioError as error:
                why = f"{name}: {error}"
                continue
            return
        raise SoundMissing(why)

    def _candidates(self, sd: Any) -> list[tuple[int, str]]:
        """List the cards worth trying, best first."""
        found = [
            (index, str(d["name"]))
            for index, d in enumerate(sd.query_devices())
            if d["max_output_channels"] > 0
        ]
        if not self._device:
            return sorted(found, key=lambda card: _rank(card[1]))
        chosen = [card for card in found if self._device.lower() in card[1].lower()]
        if not chosen:
            there = ", ".join(name for _, name in found) or "none"
            raise SoundMissing(f"no sound device named {self._device!r}; there is: {there}")
        return chosen

    def _start(self, sd: Any, index: int, mixer: Mixer) -> Any:
        def call(out: NDArray[np.float32], _frames: int, _time: object, status: Any) -> None:
            if status.output_underflow:
                self._underruns += 1
            mixer.fill(out[:, 0])

        stream = sd.OutputStream(
            samplerate=RATE,
            blocksize=BLOCK,
            device=index,
            channels=1,
            dtype="float32",
            latency=self._latency_s,
            callback=call,
        )
        mixer.filled_t = self.now()
        try:
            stream.start()
        except sd.PortAudioError:
            stream.close(ignore_errors=True)
            raise
        return stream

    def alive(self) -> bool:
        """Tell whether the card keeps asking for samples."""
        if self._stream is None or self._mixer is None or not self._stream.active:
            return False
        return self.now() - self._mixer.filled_t < SILENT_S

    def advance(self, t: float) -> None:
        """Do nothing: a card has its own clock."""

    def underruns(self) -> int:
        """Count how often the card ran dry."""
        return self._underruns

    def close(self) -> None:
        """Abort the stream and let go of every card, so that the next ``open`` sees new ones."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort(ignore_errors=True)  # closing a running stream can hang PortAudio
            stream.close(ignore_errors=True)
        _forget_portaudio()


class NullOutput:
    """No card: takes samples in real time, as a card would, and throws them away."""

    name = "no sound device (a stand-in)"
    threaded = True

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def now(self) -> float:
        """Return host monotonic time."""
        return time.monotonic()

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
        """Tell whether it is open."""
        return self._thread is not None

    def advance(self, t: float) -> None:
        """Do nothing: real time is its clock."""

    def underruns(self) -> int:
        """Return 0."""
        return 0

    def close(self) -> None:
        """End the thread."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()


class FileOutput:
    """Writes what would be heard to a WAV file, on the clock of the cues it is given.

    ``path`` None keeps the time and writes nothing. The file starts at the first ``advance``.
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
        """Tell whether it is open."""
        return self._mixer is not None

    def advance(self, t: float) -> None:
        """Write everything up to ``t``, by whole blocks as a card takes them."""
        if self._start_t is None:
            self._start_t = t
        while self._mixer is not None and self.now() + BLOCK / RATE <= t:
            self._take(self._mixer)

    def _take(self, mixer: Mixer) -> None:
        block = np.empty(BLOCK, dtype=np.float32)
        mixer.fill(block)
        if self._wav is not None:
            self._wav.writeframesraw(np.round(block * FULL_SCALE).astype("<i2").tobytes())

    def underruns(self) -> int:
        """Return 0: a file never runs dry."""
        return 0

    def close(self) -> None:
        """Write what is still sounding, and close the file."""
        while self._mixer is not None and not self._mixer.idle:
            self._take(self._mixer)
        self._mixer = None
        wav, self._wav = self._wav, None
        if wav is not None and self._file is not None:
            wav.close()
            self._file.close()


def _rank(name: str) -> tuple[bool, ...]:
    """Sort cards: direct before shared, screens last, what was plugged in before the Pi's own."""
    lower = name.lower()
    return ("hw:" not in lower, "hdmi" in lower, "bcm2835" in lower)


def _portaudio() -> Any:
    """Import and start PortAudio; it sees the cards that are there now."""
    os.environ.setdefault("PA_ALSA_PLUGHW", "1")
    try:
        sd: Any = importlib.import_module("sounddevice")  # here, because it probes every card
    except OSError as error:
        raise SoundMissing(f"PortAudio is missing (apt install libportaudio2): {error}") from error
    except ImportError as error:
        raise SoundMissing(f"sounddevice is not installed: {error}") from error
    try:
        if not sd._initialized:
            sd._initialize()
    except sd.PortAudioError as error:
        raise SoundMissing(str(error)) from error
    return sd


def _forget_portaudio() -> None:
    """Stop PortAudio, if it was ever started."""
    sd: Any = sys.modules.get("sounddevice")
    while sd is not None and sd._initialized:
        sd._terminate()
