"""Since when a runner faces another way than was asked for, or has turned backward unasked."""

from __future__ import annotations

from math import inf

from cued.coach.known import Known
from cued.coach.workout.phase_triggers import MET_S


class Facing:
    """Watches the direction."""

    def __init__(self) -> None:
        self._against: float | None = None
        self._backward: float | None = inf  # since when, after going forward; inf once it was met

    def begin(self) -> None:
        """Start again: a phase was entered."""
        self._against = None

    def against_s(self, now: float) -> float:
        """Return for how long the runner has faced another way than the phase asks for."""
        return now - self._against if self._against is not None else 0.0

    def compare(self, known: Known) -> None:
        """Note since when the sensors see another direction than the phase asks for."""
        expected = known.spec.direction
        tells = known.direction != "unknown" and expected != "unknown" and known.walking
        if not tells or known.direction == expected:
            self._against = None
        elif self._against is None:
            self._against = known.now

    def met(self, known: Known) -> bool:
        """Return whether a runner in free run is to be met, who slowed the belt and turned."""
        if known.direction == "forward" or known.program or not known.active:
            self._backward = None if known.direction == "forward" else inf
        elif known.direction == "backward" and self._backward is None:
            self._backward = known.now
        elif known.belt_slow and known.now - (self._backward or known.now) >= MET_S:
            self._backward = inf
            return True
        return False
