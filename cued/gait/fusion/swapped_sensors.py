"""Detection of swapped foot sensors, by the trunk's sides.

A trunk sensor knows left from right by which way the pelvis rolls and sways. If foot sensors are
worn too, each contact that the trunk gives a side to is compared with the foot's contact next to
it. If the trunk says the other foot nearly every time (``SURE`` of the last ``KEPT`` comparisons),
the two foot sensors are swapped, or the trunk's is on back to front. The trunk's sides are right in
nearly every forward walk measured (``trunk/side.py``), but wrong throughout for one person (voisard
s04), so this only asks and changes nothing.
"""

from __future__ import annotations

from collections import deque

from cued.gait.finding import Contact
from cued.model import Notice, Side

NEAR_S = 0.15  # half a step of somebody fast
KEPT, SURE = 20, 17  # chosen: 17 of 20 by chance is one in 800


class SwapCheck:
    """Compares the trunk's sides with the feet's."""

    def __init__(self) -> None:
        self._feet: deque[tuple[float, Side]] = deque(maxlen=4)
        self._trunk: deque[tuple[float, Side]] = deque(maxlen=4)
        self._opposed: deque[bool] = deque(maxlen=KEPT)
        self._reported = False

    def feed(self, contact: Contact, *, of_trunk: bool) -> list[Notice]:
        """Process a contact of the trunk or a foot; report a swap once."""
        if contact.side == "unknown":
            return []
        mine, others = (self._trunk, self._feet) if of_trunk else (self._feet, self._trunk)
        mine.append((contact.t, contact.side))
        near = [side for t, side in others if abs(t - contact.t) <= NEAR_S]
        if near:
            self._opposed.append(near[-1] != contact.side)
        if self._reported or sum(self._opposed) < SURE:
            return []
        self._reported = True
        text = "the trunk takes the left foot for the right: are the foot sensors swapped?"
        return [Notice(t=contact.at, level="warning", code="feet_swapped", text=text)]
