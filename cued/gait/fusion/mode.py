"""Standing, walking or running: one answer from what each sensor sees.

Each segment says what its own movement looks like, with a confidence. Somebody stands only when
every sensor that spoke lately says so, since in walking one foot is always still; among the others
the mode with the largest summed confidence is the answer. Without any footfall for longer than
the person's own pace explains (``Patience``) a sensor that calls itself walking is not believed:
somebody sways, or data are missing.

Rules: the first moving opinion ends standing, because coaching has to know at once; between
walking and running a change has to hold for ``HOLD`` opinions of each sensor in a row (about one
step), so that one odd step changes nothing. ``unknown`` at the start and after lost data.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from cued.gait.finding import Moving
from cued.model import Mode

STILL_S = 2.0  # longer than a stride at usual speed lets a foot wait
STILL_SLOWLY_S = 4.0  # and on a slow belt, where a stride takes up to 3.2 s (0.2 m/s)
SLOW_M_S = 0.6  # chosen
STILL_STEPS = 2.5  # of the usual time between footfalls, of which one may be missed
PACE = 3  # times between footfalls of which the middle one is usual
RECENT_S = 4.0  # two slow strides
HOLD = 2  # chosen: about one step, see above


class Patience:
    """How long the next footfall may be waited for: by the belt, else by the pace so far."""

    def __init__(self) -> None:
        self._last_t = -1e9
        self._between: deque[float] = deque(maxlen=PACE)

    def step(self, t: float) -> None:
        """Process a footfall. Longer pauses are no pace."""
        if t - self._last_t < STILL_SLOWLY_S:
            self._between.append(t - self._last_t)
        self._last_t = t

    def limit_s(self, speed_m_s: float | None) -> float:
        """Return how long without a footfall nobody walks, on a belt of that speed."""
        if speed_m_s and 0.0 < speed_m_s < SLOW_M_S:
            return STILL_SLOWLY_S
        usual = median(self._between) if self._between else 0.0
        return min(STILL_SLOWLY_S, max(STILL_S, STILL_STEPS * usual))


class ModeChoice:
    """Fuses the opinions of several sensors."""

    def __init__(self) -> None:
        self.mode: Mode = "unknown"
        self._opinions: dict[str, Moving] = {}
        self._candidate: Mode = "unknown"
        self._held = 0

    def feed(self, moving: Moving) -> Mode:
        """Process an opinion and return the mode after it."""
        self._opinions[moving.sensor] = moving
        best = self._best(moving.at)
        if best == self.mode:
            self._held = 0
            return self.mode
        self._held = self._held + 1 if best == self._candidate else 1
        self._candidate = best
        starts_or_ends = {self.mode, best} & {"unknown", "standing"}
        if starts_or_ends or self._held >= HOLD * len(self._opinions):
            self.mode, self._held = best, 0
        return self.mode

    def still(self) -> Mode:
        """Conclude that nobody walks: no footfall for too long although samples arrive."""
        self._opinions.clear()
        self.mode, self._held = "standing", 0
        return self.mode

    def lost(self) -> Mode:
        """Forget: without samples nothing is known."""
        self._opinions.clear()
        self.mode, self._held = "unknown", 0
        return self.mode

    def _best(self, at: float) -> Mode:
        # Moving is said again at each contact, standing once: only the former grows stale.
        recent = [
            o for o in self._opinions.values() if o.mode == "standing" or at - o.at <= RECENT_S
        ]
        weight: dict[Mode, float] = {}
        for opinion in recent:
            weight[opinion.mode] = weight.get(opinion.mode, 0.0) + opinion.confidence
        moving: dict[Mode, float] = {
            mode: w for mode, w in weight.items() if mode in ("walking", "running")
        }
        if not moving:
            return "standing" if "standing" in weight else "unknown"
        ranked = sorted(moving.items(), key=lambda item: -item[1])
        balanced = len(ranked) > 1 and ranked[0][1] == ranked[1][1] and self.mode in moving
        return self.mode if balanced else ranked[0][0]
