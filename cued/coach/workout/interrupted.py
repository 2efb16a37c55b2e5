"""The phase that lies under a pause, a loss of sight or a fall, and what leads back to it."""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.workout.phase import PhaseSpec, Trigger
from cued.coach.workout.phases import IDLE

BACK_ON_S = 2.0  # of walking after a pause; chosen
AT_LEAST_S = 30.0  # of a phase after a pause: to walk again, and for the notice before a turn


class Interrupted:
    """What was interrupted, by what, and how far it had come."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.before = IDLE
        self._by: Trigger = "pause"
        self._walked_s = 0.0

    @property
    def beneath(self) -> str:
        """The phase that goes on, or would."""
        return self.before if self._known.spec.overlay else self._known.phase

    @property
    def wished(self) -> bool:
        """Whether somebody asked for the pause that is on, or it has to be ended by a press."""
        return self._known.spec.overlay and self._by in ("pause", "away")

    def enter(self, left: str, was: PhaseSpec, trigger: Trigger) -> None:
        """Note which phase an overlay interrupts.

        Another overlay on top of it changes the reason only.
        """
        if not self._known.spec.overlay:
            return
        self._by = trigger
        if not was.overlay:
            self.before, self._walked_s = left, self._known.elapsed_s

    def taken_up_at(self, lasts_s: float | None) -> float:
        """Return how much of a phase counts as walked when it goes on after a pause."""
        if lasts_s is None:
            return self._walked_s
        return max(min(self._walked_s, lasts_s - AT_LEAST_S), 0.0)

    def recovered(self, *, blind: bool) -> Trigger | None:
        """Return what ends the interruption by itself."""
        known = self._known
        if self._by == "lost":
            return None if blind else "seen"
        if self._by == "step_off" and known.walking:
            return "back_on" if known.now - known.since > BACK_ON_S else None
        return None
