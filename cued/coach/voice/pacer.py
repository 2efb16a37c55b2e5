"""The metronome: a beat for every step, while strides are too long, in stretches.

A beat is no cue: its beginning and its end are one ``Beat`` each, and between them the actuators
tick by their own clocks, so that it neither jitters nor drifts with the inputs of the core. Ticks
sound beside words and cut nothing off, so they pass the arbiter by; but they fall silent whenever
technique has to.
"""

from __future__ import annotations

from cued.coach.rule import Proposal
from cued.model import Beat

UNWANTED_AFTER_S = 3.0  # no stride too long for so long: on target again


class Pacer:
    """Begins and ends stretches of ticks."""

    def __init__(self) -> None:
        self._wanted_at = float("-inf")
        self._until = float("-inf")
        self._next_stretch = float("-inf")
        self._begins: Beat | None = None
        self._ticking = False

    def want(self, proposal: Proposal, now: float) -> None:
        """Note that strides are too long now; may begin a stretch."""
        self._wanted_at = now
        if now < self._next_stretch:
            return
        spm, for_s = proposal.because["spm"], proposal.because["for_s"]
        assert isinstance(spm, float)
        assert isinstance(for_s, float)
        self._begins = Beat(t=now, spm=spm, for_s=for_s, because=proposal.because)
        self._until = now + for_s
        self._next_stretch = now + proposal.refractory_s

    def stop(self) -> None:
        """End the stretch."""
        self._until = float("-inf")

    def pop(self, now: float) -> Beat | None:
        """Return the beat that begins or ends now, if one does."""
        begins, self._begins = self._begins, None
        on = now < self._until and now - self._wanted_at < UNWANTED_AFTER_S
        if on and begins:
            self._ticking = True
            return begins
        if self._ticking and not on:
            self._ticking = False
            return Beat(t=now, spm=0.0)
        return None
