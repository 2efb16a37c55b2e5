"""Standing, walking or running: one answer from what each sensor sees.

Each segment says what its own movement looks like, with a confidence. The answer is the mode with
the largest summed confidence among sensors that spoke lately; a foot that is still while the other
swings therefore cannot make a walker stand. Without any footfall for ``STILL_S`` a sensor that
calls itself walking is not believed: somebody stands and sways, or data are missing.

Rules: a change needs to hold for ``HOLD`` opinions in a row (about one step), so that one odd step
changes nothing. ``unknown`` at the start, after lost data and when the sensors' opinions balance.
"""

from __future__ import annotations

from cued.gait.finding import Moving
from cued.model import Mode

STILL_S = 2.0  # longer than the slowest stride here lets a foot wait
RECENT_S = 2.5
HOLD = 2


class ModeChoice:
    """Fuses the opinions of several sensors."""

    def __init__(self) -> None:
        self.mode: Mode = "unknown"
        self._opinions: dict[str, Moving] = {}
        self._candidate: Mode = "unknown"
        self._held = 0

    def feed(self, moving: Moving) -> Mode:
        """Take an opinion; the mode after it."""
        self._opinions[moving.sensor] = moving
        best = self._best(moving.at)
        if best == self.mode:
            self._held = 0
            return self.mode
        self._held = self._held + 1 if best == self._candidate else 1
        self._candidate = best
        at_once = self.mode == "unknown" or best == "standing"
        if at_once or self._held >= HOLD * len(self._opinions):
            self.mode, self._held = best, 0
        return self.mode

    def still(self) -> Mode:
        """No footfall for ``STILL_S`` although samples arrive: nobody walks."""
        self.mode, self._held = "standing", 0
        return self.mode

    def lost(self) -> Mode:
        """Forget: without samples nothing is known."""
        self._opinions.clear()
        self.mode, self._held = "unknown", 0
        return self.mode

    def _best(self, at: float) -> Mode:
        weight: dict[Mode, float] = {}
        for opinion in self._opinions.values():
            if at - opinion.at <= RECENT_S:
                weight[opinion.mode] = weight.get(opinion.mode, 0.0) + opinion.confidence
        weight.pop("unknown", None)
        if not weight:
            return "unknown"
        ranked = sorted(weight.items(), key=lambda item: -item[1])
        balanced = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
        return self.mode if balanced else ranked[0][0]
