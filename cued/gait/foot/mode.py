"""Walking, running or standing, from the contacts, lifts and rests of one foot.

A runner's foot is on the ground for less than half of a short stride, a walker's for more than
half of a longer one. Neither stance nor stride time is reliable alone: bouncy walks have brief
stances, and small quick steps are as frequent as a runner's. So both vote, each with its distance
from the limit in its own unit. The mode changes when the sum is clear, or points the same way
twice; a faint one changes nothing. It starts as walking, so that slow backward steps, whose stance
is the longest of all (0.64-0.70), are never called running.

Measured with ``SwingMoment.push_t`` as lift: walking forward 0.57-0.66 of strides of 0.89-1.45 s,
walking backward 0.61-0.70, running 0.42-0.48 of 0.73-0.80 s (pyshoe, overground, one person).
Running on virtual feet (bandai) 0.29-0.56 of 0.67-0.77 s, and bouncy acted walks down to 0.48 of
0.90 s.
"""

from __future__ import annotations

from cued.model import Mode

STRIDE_S = (0.35, 4.0)  # shorter is an extra contact, longer no stride, even at 0.2 m/s
STANCE = 0.53  # half-way between walks and runs (pyshoe) ...
STANCE_UNIT = 0.03  # chosen: about the spread of strides of one gait
RUN_STRIDE_S = 0.86  # ... and 140 steps a minute, where people change over (PubMed 37336086)
STRIDE_UNIT_S = 0.05  # chosen: as above
MOST = 2.5  # units that either of the two counts for at most
CLEAR = 3.0  # units; chosen: more than one vote alone can reach
FAINT = 1.0  # units; chosen: within the spread of either gait
STANDING_S = 1.5  # longest stance at usual speeds is 1.0 s (tripod at 3 km/h) ...
STANDING_STRIDES = 1.2  # ... or, for slower walkers, the next contact is overdue


class FootMode:
    """Keeps the mode of one foot."""

    def __init__(self) -> None:
        self.mode: Mode = "unknown"
        self._contact_t: float | None = None
        self._lift_t: float | None = None
        self._hint: Mode = "unknown"
        self._stride_s = 0.0

    def forget(self) -> None:
        """Forget everything after a gap."""
        self.mode = self._hint = "unknown"
        self._contact_t = self._lift_t = None
        self._stride_s = 0.0

    def lift(self, t: float) -> None:
        """Process a lift at ``t``."""
        self._lift_t = t

    def contact(self, t: float) -> float:
        """Process a contact: set the mode and return its confidence, 0..1."""
        before, lift = self._contact_t, self._lift_t
        self._contact_t, self._lift_t = t, None
        if self.mode not in ("walking", "running"):
            self.mode = "walking"
        if before is None or not STRIDE_S[0] <= t - before <= STRIDE_S[1]:
            return 0.5
        self._stride_s = t - before
        if lift is None:
            return 0.5
        vote = _limited((STANCE - (lift - before) / (t - before)) / STANCE_UNIT)
        vote += _limited((RUN_STRIDE_S - (t - before)) / STRIDE_UNIT_S)
        if abs(vote) >= FAINT:
            hint: Mode = "running" if vote > 0.0 else "walking"
            if abs(vote) >= CLEAR or hint == self._hint:
                self.mode = hint
            self._hint = hint
        return min(1.0, 0.5 + abs(vote) / (2 * CLEAR))

    def rest(self, now: float) -> bool:
        """Process a rest and return True if the mode became standing."""
        if self.mode == "standing":
            return False
        longest = max(STANDING_S, STANDING_STRIDES * self._stride_s)
        if self._contact_t is not None and now - self._contact_t < longest:
            return False
        self.mode = "standing"
        return True


def _limited(vote: float) -> float:
    return max(-MOST, min(MOST, vote))
