"""The metronome: a tick for every step, while strides are too long, in stretches.

Ticks are no voice: they sound beside words and cut nothing off, so they pass the arbiter by; but
they keep silent whenever technique has to. Their beat is kept from the first one on, so it does not
drift; each is given with the first input after it is due, so it is late by up to the time between
inputs (0.1 s of ``Tick`` at most).
"""

from __future__ import annotations

from cued.coach.rule import Proposal
from cued.model import Cue, Priority

UNWANTED_AFTER_S = 3.0  # no stride too long for so long: on target again


class Pacer:
    """Ticks."""

    def __init__(self) -> None:
        self._wanted_at = float("-inf")
        self._until = float("-inf")
        self._next_stretch = float("-inf")
        self._due = 0.0
        self._period_s = 0.5
        self._because: dict[str, float | str | None] = {}

    def want(self, proposal: Proposal, now: float) -> None:
        """Take it that strides are too long now; may begin a stretch."""
        self._wanted_at = now
        if now < self._next_stretch:
            return
        spm, for_s = proposal.because["spm"], proposal.because["for_s"]
        assert isinstance(spm, float)
        assert isinstance(for_s, float)
        self._because = proposal.because
        self._period_s = 60.0 / spm
        self._due, self._until = now, now + for_s
        self._next_stretch = now + proposal.refractory_s

    def stop(self) -> None:
        """End the stretch."""
        self._until = float("-inf")

    def beat(self, now: float) -> Cue | None:
        """Give the tick that is due, if one is."""
        on = now < self._until and now - self._wanted_at < UNWANTED_AFTER_S
        if not on or now < self._due:
            return None
        while self._due <= now:
            self._due += self._period_s
        return Cue(
            t=now,
            key="metronome",
            text="",
            pattern="tick",
            priority=int(Priority.INFO),
            verdict="given",
            because=self._because,
            valid_s=0.2,
            tone="tick",
        )
