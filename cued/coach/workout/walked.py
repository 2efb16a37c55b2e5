"""Counts the time walked, in the phase and backward, even if some steps are missed.

Rules of this file
------------------
* Phases of movement count walking time, phases of standing count all time.
* Backward time counts whenever the runner moves backward, in any phase, and in a backward phase
  also while the direction is not known, or no sensor sees the runner and the belt moves.
* A runner without steps counts as walking until they have had time to leave the belt: a very slow
  step is often no stride, or not seen at all. After that the time since the last step is taken
  back.
* On a slow belt, or one of unknown speed, movement without steps may be just such steps, so that
  time begins only when they stand still, or after ``RESTLESS_S``. In simulation a trunk sensor
  alone misses steps at 0.3 m/s for up to 40 s at a time and then reports movement; whoever stops
  is standing within 4 s.
"""

from __future__ import annotations

from math import inf

from cued.coach.known import Known
from cued.coach.workout.totals import SessionTally

SLOW_PATIENCE = 2.0  # on a slow belt: "Paused" would stop a walker, and 0.3 m/s throws nobody off
RESTLESS_S = 45.0  # chosen, see above; the price: fidgeting beside the belt is walking for a minute
LONGEST_STEP_S = 2.0  # most time counted at once


class Walked:
    """Counts the time walked."""

    def __init__(self, step_off_s: float, known: Known) -> None:
        self._step_off_s = step_off_s
        self._known = known
        self._last: float | None = None
        self._unseen_s = self._unseen_back_s = 0.0  # counted since the last step seen
        self._restless_at = -inf  # when somebody last moved without steps
        self.moved = 0.0  # when somebody last walked, or may have

    def passed(self) -> float:
        """Return the time since the last input, s; note whether somebody walks."""
        known = self._known
        last, self._last = self._last if self._last is not None else known.now, known.now
        if known.walking or known.blind:
            self.moved = known.now
        if self._slow and known.mode == "unknown" and known.now - self._stepped_at < RESTLESS_S:
            self._restless_at = self.moved = known.now
        return min(max(known.now - last, 0.0), LONGEST_STEP_S)

    def begin(self) -> None:
        """Begin a phase."""
        self._unseen_s = self._unseen_back_s = 0.0

    @property
    def stepped_off(self) -> bool:
        """Return whether there was no step for long enough to have left the belt."""
        return min(self._quiet_s, self._known.now - self._known.since) > self._patience_s

    def count(self, passed: float, tally: SessionTally) -> None:
        """Count the time that has passed; take back the unseen time of a runner who stopped."""
        known, spec = self._known, self._known.spec
        stands = spec.stands or (spec.still and spec.turn != "unknown")
        backward = known.direction == "backward" or (spec.backward and known.direction == "unknown")
        stopped = self._quiet_s > self._patience_s or known.at_rest
        known.stepping = known.walking or not stopped
        if not known.stepping:
            tally.moved_backward(-self._unseen_back_s, spec.jog, None, None)
            known.elapsed_s += passed if stands else -self._unseen_s
            self.begin()
            return
        known.elapsed_s += passed
        if backward:
            tally.moved_backward(passed, spec.jog, known.belt, known.limit_m_s)
        self._unseen_s += 0.0 if stands else passed
        self._unseen_back_s += passed if backward else 0.0
        if known.walking:
            self.begin()
            if known.belt and spec.backward:
                known.back_m_s = known.belt.speed_m_s

    @property
    def _stepped_at(self) -> float:
        known = self._known
        return max(known.stride_at, known.footfall_at, known.walked_at)

    @property
    def _quiet_s(self) -> float:
        return self._known.now - max(self._stepped_at, self._restless_at)

    @property
    def _slow(self) -> bool:
        known = self._known
        return known.belt is None or (known.belt_moves and known.belt_slow)

    @property
    def _patience_s(self) -> float:
        return self._step_off_s * (SLOW_PATIENCE if self._slow else 1.0)
