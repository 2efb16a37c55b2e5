"""Beats: a tick for every step, to shorten overlong strides or to carry a rhythm over.

A beat is not a cue: its start and its end are one ``Beat`` each, and in between the actuators tick
by their own clocks, so that it neither jitters nor drifts with the core's inputs. Ticks sound along
with words and cut nothing off, so they bypass the arbiter. But the metronome is silent whenever
technique cues are, and a timed beat whenever safety speaks.
"""

from __future__ import annotations

from cued.coach.rule import Proposal, Reason
from cued.model import Beat

UNWANTED_AFTER_S = 3.0  # without an overlong stride: on target again


class Pacer:
    """Starts and stops stretches of ticks."""

    def __init__(self) -> None:
        self._beat: Beat | None = None
        self._ticking = False
        self._wanted_until = float("-inf")
        self._next_stretch = float("-inf")
        self._needs_asking = True

    @property
    def lasts(self) -> bool:
        """Return whether the beat is timed, and needs no overlong strides to continue."""
        return self._beat is not None and not self._needs_asking

    def want(self, proposal: Proposal, now: float) -> None:
        """Note that strides are too long now, which may start a stretch."""
        if self.lasts:
            return
        self._wanted_until = now + UNWANTED_AFTER_S
        if now < self._next_stretch or self._beat is not None:
            return
        spm, for_s = proposal.because["spm"], proposal.because["for_s"]
        assert isinstance(spm, float)
        assert isinstance(for_s, float)
        self._beat = Beat(t=now, spm=spm, for_s=for_s, because=proposal.because)
        self._needs_asking = True
        self._next_stretch = now + proposal.refractory_s

    def begin(self, spm: object, for_s: float, now: float, because: Reason, *, fades: bool) -> None:
        """Start a timed beat."""
        assert isinstance(spm, float)
        self._beat = Beat(t=now, spm=round(spm, 1), for_s=for_s, fades=fades, because=because)
        self._ticking, self._needs_asking = False, False
        self._wanted_until = now + for_s

    def stop(self) -> None:
        """End the stretch."""
        self._wanted_until = float("-inf")

    def pop(self, now: float) -> Beat | None:
        """Return the beat that starts or stops now, if any."""
        beat = self._beat
        if beat is None:
            return None
        ticking = now < min(beat.t + beat.for_s, self._wanted_until)
        began = ticking and not self._ticking
        ended = self._ticking and not ticking
        self._ticking = ticking
        if not ticking:
            self._beat = None
        if began:
            return beat
        return Beat(t=now, spm=0.0) if ended else None
