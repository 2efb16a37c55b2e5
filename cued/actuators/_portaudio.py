"""A sound card, through PortAudio: the only file that imports ``sounddevice``.

Rules
-----
* The stream stays open and plays silence between cues, because HDMI and I2S sinks fall asleep and
  then swallow the first half second of sound.
* A card is chosen by name, because numbers change at reboot. Without a name, cards are tried
  directly (ALSA ``hw``) before ALSA's ``default``, which on a desktop system belongs to PipeWire
  and answers "Host is down" until somebody logs in; screens come last.
* PortAudio uses ALSA's ``plughw``, so that a card that can't do 44.1 kHz mono still plays.
* A stream that has requested nothing for ``SILENT_S`` counts as dead, whatever it reports.
* PortAudio sees only the cards present when it was started, so ``close`` ends it completely.

Tried with ALSA's file and null plugins only, on no real card.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cued.actuators._mixer import Mixer
from cued.actuators._outputs import BLOCK, Output, SoundMissing
from cued.actuators._wav import RATE

SILENT_S = 1.0  # chosen: a playing card requests many blocks in it


class PortAudioOutput(Output):
    """A sound card. ``device`` is part of its name, or empty for the best card."""

    def __init__(self, device: str, latency_s: float) -> None:
        self.name = device or "the default sound device"
        self._device = device
        self._latency_s = latency_s
        self._stream: Any = None
        self._mixer: Mixer | None = None
        self._underruns = 0

    def open(self, mixer: Mixer) -> None:
        """Look for the card again and start its stream."""
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
        """Return whether the card keeps asking for samples."""
        if self._stream is None or self._mixer is None or not self._stream.active:
            return False
        return self.now() - self._mixer.filled_t < SILENT_S

    def underruns(self) -> int:
        """Return how often the card ran dry."""
        return self._underruns

    def close(self) -> None:
        """Abort the stream and end PortAudio, so that the next ``open`` sees new cards."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort(ignore_errors=True)  # closing a running stream can hang PortAudio
            stream.close(ignore_errors=True)
        _end_portaudio()


def _rank(name: str) -> tuple[bool, ...]:
    """Return a sort key: direct before shared, screens last, plugged-in before the Pi's own."""
    lower = name.lower()
    return ("hw:" not in lower, "hdmi" in lower, "bcm2835" in lower)


def _portaudio() -> Any:
    """Import and start PortAudio, which sees the present cards."""
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


def _end_portaudio() -> None:
    """Stop PortAudio, if it was ever started."""
    sd: Any = sys.modules.get("sounddevice")
    while sd is not None and sd._initialized:
        sd._terminate()
