"""Whether a sensor loses many samples.

Steps are still found across holes of a few samples, but less reliably (docs/accuracy.md, "Bad
links and other rates"). So a notice says when a quarter is lost over ``WINDOW_S``, and another
when nearly all arrive again. Samples that are NaN, clipped or frozen count as lost.
"""

from __future__ import annotations

import numpy as np

from cued.model import Block, Notice
from cued.signal.grid import DT_S

WINDOW_S = 20.0  # chosen: reports no single lost second, but a bad link within half a minute
MATTERS, WHOLE = 0.25, 0.1  # share of lost samples that begins and ends a warning; chosen
# About half-way from a word to the next.
WORDS = ((0.85, "most"), (0.6, "two thirds"), (0.42, "half"), (0.29, "a third"), (0.0, "a quarter"))
FRESH_GAP_S = 5.0  # a longer one is a lost link, which is reported as such


class Losses:
    """Counts the samples of one sensor on the grid."""

    def __init__(self) -> None:
        self._lossy = False
        self._end: float | None = None
        self._good = 0
        self._begun = 0.0

    def feed(self, block: Block) -> list[Notice]:
        """Return a notice if by this block the sensor starts or stops losing many samples."""
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
        place = spoken(block.placement)
        if not self._lossy:
            text = f"the samples from the {place} arrive again"
            return [Notice(t=t, level="info", code="samples_whole", text=text, sensor=block.sensor)]
        part = next(word for least, word in WORDS if share >= least)
        text = f"{part} of the samples from the {place} are lost: is the sensor too far away?"
        return [Notice(t=t, level="warning", code="samples_lost", text=text, sensor=block.sensor)]


def spoken(placement: str) -> str:
    """Return a placement as people say it, e.g. left foot."""
    what, _, side = placement.partition("_")
    return f"{side} {what}" if side in ("left", "right") else placement.replace("_", " ")
