"""Mixing of sounds, block by block, in the audio device's own thread.

Rules
-----
* One voice. A new sound cuts off the previous one, which fades out within ``FADE_S`` (a hard edge
  would click); the new one starts on the very next sample. Only the metronome's ticks are mixed
  with a voice, with headroom reserved for them; tick k begins ``round(k * period)`` samples after
  the first, so that the beat neither jitters nor drifts whatever the event loop does.
* ``fill`` runs in the device's thread, everything else in the event loop's. They share only a deque
  of orders: appending to it and taking from it are atomic, so no lock can make either side wait.
* From ``play`` to its first sample takes at most one block and one fade: 5 + 3 ms with the blocks
  of ``_outputs.py``, plus the samples that the device already holds (``latency_ms``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from cued.actuators._wav import FULL_SCALE, RATE, Samples

FADE_S = 0.003  # too short to be heard as a fade, long enough not to click
Fate = Literal["begun", "finished", "cut", "unheard"]


class Heard(Struct, frozen=True):
    """A sound's begin or end: ``t`` on the mixer's clock, ``frame`` the sample."""

    key: int
    fate: Fate
    t: float
    frame: int
    given_t: float


class _Sound:
    """A sound and the position up to which it has been played."""

    __slots__ = ("at", "cut", "given_t", "key", "samples")

    def __init__(self, key: int, samples: Samples, given_t: float) -> None:
        self.key = key
        self.samples = samples
        self.given_t = given_t
        self.at = 0
        self.cut = False

    def fade(self, ramp: NDArray[np.float32]) -> None:
        """Keep only a short tail that fades out."""
        tail = self.samples[self.at : self.at + ramp.size]
        self.samples = (tail * ramp[: tail.size]).astype(np.int16)
        self.at, self.cut = 0, True


class _Ticks:
    """The metronome's ticks and the position up to which they have been played."""

    __slots__ = ("_at", "_fades", "_frames", "_period", "_tick")

    def __init__(self, tick: Samples, period: float, frames: int, fades: bool) -> None:
        self._tick = tick
        self._period = period
        self._frames = frames
        self._fades = fades
        self._at = 0

    @property
    def over(self) -> bool:
        """The last tick has died away."""
        return self._at >= self._frames + self._tick.size

    def add(self, out: NDArray[np.float32]) -> None:
        """Add the part of each tick that falls into the next ``len(out)`` samples."""
        begin, end = self._at, self._at + out.size
        k = max(0, int((begin - self._tick.size) / self._period))
        while (start := round(k * self._period)) < min(end, self._frames):
            level = np.float32(1.0 - start / self._frames if self._fades else 1.0)
            piece = self._tick[max(0, begin - start) : max(0, end - start)]
            at = max(0, start - begin)
            out[at : at + piece.size] += level * piece
            k += 1
        self._at = end


class Mixer:
    """One voice with ticks mixed in, played in blocks of any size.

    clock : gives the time of each ``Heard``.
    report : takes each ``Heard``, in the thread that calls ``fill``.
    """

    def __init__(
        self, volume: float, clock: Callable[[], float], report: Callable[[Heard], None]
    ) -> None:
        self.frame = 0
        self.filled_t = clock()
        self._gain = np.float32(volume / FULL_SCALE)
        self._clock = clock
        self._report = report
        self._ramp = np.linspace(1, 0, round(FADE_S * RATE), endpoint=False, dtype=np.float32)
        self._orders: deque[_Sound | None] = deque()
        self._voice: _Sound | None = None
        self._next: _Sound | None = None
        self._beat: _Ticks | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing sounds or is about to."""
        return not (self._orders or self._voice or self._next or self._beat)

    def play(self, key: int, samples: Samples) -> None:
        """Play this at once, cutting off the present sound."""
        self._orders.append(_Sound(key, samples, self._clock()))

    def beat(self, tick: Samples, spm: float, for_s: float, *, fades: bool) -> None:
        """Start mixing in ticks, from the next sample on."""
        self._beat = _Ticks(tick, 60.0 / spm * RATE, round(for_s * RATE), fades)

    def end_beat(self) -> None:
        """Stop the ticks."""
        self._beat = None

    def stop(self) -> None:
        """Fall silent."""
        self._beat = None
        self._orders.append(None)

    def fill(self, out: NDArray[np.float32]) -> None:
        """Write the next ``len(out)`` samples, between -1 and 1."""
        self.filled_t = self._clock()
        self._take_orders()
        out[:] = 0.0
        self._fill_voice(out)
        self._fill_beat(out)
        out *= self._gain
        np.clip(out, -1.0, 1.0, out=out)
        self.frame += out.size

    def _take_orders(self) -> None:
        """Switch to the newest order and drop older ones that have not been played."""
        while self._orders:
            order = self._orders.popleft()
            if self._next:
                self._note(self._next, "unheard", self.frame)
            self._next = order
            if self._voice and not self._voice.cut:
                self._voice.fade(self._ramp)

    def _fill_voice(self, out: NDArray[np.float32]) -> None:
        done = 0
        while done < out.size:
            if self._voice is None:
                if self._next is None:
                    return
                self._voice, self._next = self._next, None
                self._note(self._voice, "begun", self.frame + done)
            done += self._copy(self._voice, out[done:])
            if self._voice.at >= self._voice.samples.size:
                self._note(self._voice, "cut" if self._voice.cut else "finished", self.frame + done)
                self._voice = None

    def _fill_beat(self, out: NDArray[np.float32]) -> None:
        beat = self._beat
        if beat is None:
            return
        beat.add(out)
        if beat.over and self._beat is beat:
            self._beat = None

    @staticmethod
    def _copy(sound: _Sound, out: NDArray[np.float32]) -> int:
        """Copy a sound's next samples to ``out`` and return their number."""
        piece = sound.samples[sound.at : sound.at + out.size]
        out[: piece.size] = piece
        sound.at += piece.size
        return piece.size

    def _note(self, sound: _Sound, fate: Fate, frame: int) -> None:
        self._report(Heard(sound.key, fate, self._clock(), frame, sound.given_t))
