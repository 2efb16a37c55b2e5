"""Beats: a tick for every step, to mend strides that are too long or to carry a rhythm on.

A beat is no cue: its beginning and its end are one ``Beat`` each, and between them the actuators
tick by their own clocks, so that it neither jitters nor drifts with the inputs of the core. Ticks
sound beside words and cut nothing off, so they pass the arbiter by; but the metronome falls silent
whenever technique has to, and a beat that was begun for its own sake whenever safety speaks.
"""

from __future__ import annotations

from cued.coach.rule import Proposal, Reason
from cued.model import Beat

UNWANTED_AFTER_S = 3.0  # no stride too long for so long: on target again


class Pacer:
    """Begins and ends stretches of ticks."""

    def __init__(self) -> None:
        self._beat: Beat | None = None
        self._ticking = False
        self._wanted_until = float("-inf")
        self._next_stretch = float("-inf")
        self._asked_again = True

    @property
    def lasts(self) -> bool:
        """Return whether the beat goes on without being asked for with every stride."""
        return self._beat is not None and not self._asked_again

    def want(self, proposal: Proposal, now: float) -> None:
        """Note that strides are too long now; may begin a stretch."""
        if self.lasts:
            return
        self._wanted_until = now + UNWANTED_AFTER_S
        if now < self._next_stretch or self._beat is not None:
            return
        spm, for_s = proposal.because["spm"], proposal.because["for_s"]
        assert isinstance(spm, float)
        assert isinstance(for_s, float)
        self._beat = Beat(t=now, spm=spm, for_s=for_s, because=proposal.because)
        self._asked_again = True
        self._next_stretch = now + proposal.refractory_s

    def begin(self, spm: object, for_s: float, now: float, because: Reason, *, fades: bool) -> None:
        """Begin a beat that lasts its time."""
        assert isinstance(spm, float)
        self._beat = Beat(t=now, spm=round(spm, 1), for_s=for_s, fades=fades, because=because)
        self._ticking, self._asked_again = False, False
        self._wanted_until = now + for_s

    def stop(self) -> None:
        """End the stretch."""
        self._wanted_until = float("-inf")

    def pop(self, now: float) -> Beat | None:
        """Return the beat that begins or ends now, if one does."""
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
