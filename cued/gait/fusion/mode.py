"""Standing, walking or running, from what each sensor sees.

Each segment votes for the mode that its movement looks like, with a confidence. The mode is
standing only when all recent votes say so, since in walking one foot is always still. Among
walking and running, the one with the largest summed confidence wins. Without a footfall for longer
than the person's pace explains (``Patience``) nobody walks, whatever a sensor says: somebody sways,
or data are missing.

Rules: the first vote for walking or running ends standing, because coaching has to know at once;
between walking and running a change has to hold for ``HOLD`` votes of each sensor in a row (about
one step), so that one odd step changes nothing. ``unknown`` at the start and after lost data.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from cued.gait.finding import Moving
from cued.model import Mode

STILL_S = 2.0  # longer than between the footfalls of a foot at usual speed
STILL_SLOWLY_S = 4.0  # the same on a slow belt, where a stride takes up to 3.2 s (0.2 m/s)
SLOW_M_S = 0.6  # chosen
STILL_STEPS = 2.5  # times the usual time between footfalls, of which one may be missed
PACE = 3  # times between footfalls, whose median is usual
RECENT_S = 4.0  # two slow strides
HOLD = 2  # chosen: about one step, see above


class Patience:
    """How long to wait for the next footfall: by the belt's speed, else by the pace so far."""

    def __init__(self) -> None:
        self._last_t = -1e9
        self._between: deque[float] = deque(maxlen=PACE)

    def step(self, t: float) -> None:
        """Process a footfall; a longer pause before it does not count toward the pace."""
        if t - self._last_t < STILL_SLOWLY_S:
            self._between.append(t - self._last_t)
        self._last_t = t

    def limit_s(self, speed_m_s: float | None) -> float:
        """Return the time without a footfall that means standing, on a belt of that speed."""
        if speed_m_s and 0.0 < speed_m_s < SLOW_M_S:
            return STILL_SLOWLY_S
        usual = median(self._between) if self._between else 0.0
        return min(STILL_SLOWLY_S, max(STILL_S, STILL_STEPS * usual))


class ModeChoice:
    """Fuses the votes of several sensors."""

    def __init__(self) -> None:
        self.mode: Mode = "unknown"
        self._votes: dict[str, Moving] = {}
        self._candidate: Mode = "unknown"
        self._held = 0

    def feed(self, moving: Moving) -> Mode:
        """Process a vote and return the mode after it."""
        self._votes[moving.sensor] = moving
        best = self._best(moving.at)
        if best == self.mode:
            self._held = 0
            return self.mode
        self._held = self._held + 1 if best == self._candidate else 1
        self._candidate = best
        starts_or_ends = {self.mode, best} & {"unknown", "standing"}
        if starts_or_ends or self._held >= HOLD * len(self._votes):
            self.mode, self._held = best, 0
        return self.mode

    def still(self) -> Mode:
        """Conclude standing: no footfall for too long although samples arrive."""
        self._votes.clear()
        self.mode, self._held = "standing", 0
        return self.mode

    def lost(self) -> Mode:
        """Forget the mode, which without samples is unknown."""
        self._votes.clear()
        self.mode, self._held = "unknown", 0
        return self.mode

    def _best(self, at: float) -> Mode:
        # Walking and running are repeated at each contact, standing is not, so it never grows old.
        recent = [v for v in self._votes.values() if v.mode == "standing" or at - v.at <= RECENT_S]
        weight: dict[Mode, float] = {}
        for vote in recent:
            weight[vote.mode] = weight.get(vote.mode, 0.0) + vote.confidence
        moving: dict[Mode, float] = {
            mode: w for mode, w in weight.items() if mode in ("walking", "running")
        }
        if not moving:
            return "standing" if "standing" in weight else "unknown"
        ranked = sorted(moving.items(), key=lambda item: -item[1])
        balanced = len(ranked) > 1 and ranked[0][1] == ranked[1][1] and self.mode in moving
        return self.mode if balanced else ranked[0][0]
