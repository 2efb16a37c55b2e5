"""Reports when too many of a sensor's samples are lost on their way.

Steps are still found across holes of a few samples, but not so well (docs/accuracy.md, "Bad links
and other rates"): from a quarter of the samples on, over ``WINDOW_S``, it is told which sensor it
is, and once more when nearly all arrive again. What was NaN, clipped or frozen counts as lost.
"""

from __future__ import annotations

import numpy as np

from cued.model import Block, Notice
from cued.signal.grid import DT_S

WINDOW_S = 20.0  # chosen: a lost second is not told, a bad link within half a minute is
MATTERS, WHOLE = 0.25, 0.1  # of the samples: told above, over below; chosen
# About half-way from a word to the next.
WORDS = ((0.85, "most"), (0.6, "two thirds"), (0.42, "half"), (0.29, "a third"), (0.0, "a quarter"))
FRESH_GAP_S = 5.0  # a longer one is a link that was gone, which is told as such


class Losses:
    """Counts the samples of one sensor, on the grid."""

    def __init__(self) -> None:
        self._lossy = False
        self._end: float | None = None
        self._good = 0
        self._begun = 0.0

    def feed(self, block: Block) -> list[Notice]:
        """Process a block; a notice when the sensor begins to lose many samples, or ceases to."""
        if not block.t.size:
            return []
        start, end = float(block.t[0]), float(block.t[-1])
        if self._end is None or start - self._end > FRESH_GAP_S:
            self._begun, self._good = start, 0
        self._end = end
        self._good += np.count_nonzero(block.ok)
        if end - self._begun < WINDOW_S:
            return []
        share = max(0.0, 1.0 - self._good * DT_S / (end - self._begun))
        self._begun, self._good = end, 0
        return self._judged(end, block, share)

    def _judged(self, t: float, block: Block, share: float) -> list[Notice]:
        before = self._lossy
        self._lossy = share > (WHOLE if before else MATTERS)
        if self._lossy == before:
            return []
        place = _place(block.placement)
        if not self._lossy:
            text = f"the samples of the {place} arrive again"
            return [Notice(t=t, level="info", code="samples_whole", text=text, sensor=block.sensor)]
        part = next(word for least, word in WORDS if share >= least)
        text = f"{part} of the samples of the {place} are lost: is the sensor too far away?"
        return [Notice(t=t, level="warning", code="samples_lost", text=text, sensor=block.sensor)]


def _place(placement: str) -> str:
    """Return a placement as it is said: the left foot."""
    what, _, side = placement.partition("_")
    return f"{side} {what}" if side in ("left", "right") else placement.replace("_", " ")
