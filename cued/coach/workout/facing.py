"""Contradictions between the runner's direction and the phase's."""

from __future__ import annotations

from math import inf

from cued.coach.known import Known
from cued.coach.workout.phase_triggers import FOLLOW_S


class Facing:
    """Watches the runner's direction."""

    def __init__(self) -> None:
        self._against: float | None = None
        self._backward: float | None = inf  # since when, after going forward; inf once reported

    def begin(self) -> None:
        """Start again, in a new phase."""
        self._against = None

    def against_s(self, now: float) -> float:
        """Return how long the runner has faced another way than the phase expects."""
        return now - self._against if self._against is not None else 0.0

    def compare(self, known: Known) -> None:
        """Note since when the sensors see another direction than the phase expects."""
        expected = known.spec.direction
        comparable = known.direction != "unknown" and expected != "unknown" and known.walking
        if not comparable or known.direction == expected:
            self._against = None
        elif self._against is None:
            self._against = known.now

    def turned_unasked(self, known: Known) -> bool:
        """Return True, once, when a runner in free run has turned backward on a slow belt."""
        if known.direction == "forward" or known.program or not known.active:
            self._backward = None if known.direction == "forward" else inf
        elif known.direction == "backward" and self._backward is None:
            self._backward = known.now
        elif known.belt_slow and known.now - (self._backward or known.now) >= FOLLOW_S:
            self._backward = inf
            return True
        return False
