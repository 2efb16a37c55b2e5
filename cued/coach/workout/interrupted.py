"""The phase that a pause, a loss of all sensors or a fall interrupted, and the way back to it."""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.workout.phase import PhaseSpec, Trigger
from cued.coach.workout.phases import IDLE

BACK_ON_S = 2.0  # of walking that ends a pause; chosen
AT_LEAST_S = 30.0  # left of a phase after a pause: to get going, and for the notice before a turn


class Interrupted:
    """Remembers which phase was interrupted, by what, and how much of it was walked."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.before = IDLE
        self._by: Trigger = "pause"
        self._walked_s = 0.0

    @property
    def beneath(self) -> str:
        """The present phase, or the one under an overlay."""
        return self.before if self._known.spec.overlay else self._known.phase

    @property
    def needs_press(self) -> bool:
        """Whether the present pause was asked for, or can only be ended by a press."""
        return self._known.spec.overlay and self._by in ("pause", "away")

    def enter(self, left: str, was: PhaseSpec, trigger: Trigger) -> None:
        """Note the phase that an overlay interrupts; a second overlay only changes the reason."""
        if not self._known.spec.overlay:
            return
        self._by = trigger
        if not was.overlay:
            self.before, self._walked_s = left, self._known.elapsed_s

    def resumed_at_s(self, lasts_s: float | None) -> float:
        """Return the time in a phase at which it resumes after a pause, s."""
        if lasts_s is None:
            return self._walked_s
        return max(min(self._walked_s, lasts_s - AT_LEAST_S), 0.0)

    def recovered(self, *, blind: bool) -> Trigger | None:
        """Return the trigger that ends the interruption without a command, if any."""
        known = self._known
        if self._by == "lost":
            return None if blind else "seen"
        if self._by == "step_off" and known.walking:
            return "back_on" if known.now - known.since > BACK_ON_S else None
        return None
