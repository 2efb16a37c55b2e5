"""Whether the left foot's sensor is on the left foot, as far as the trunk can tell.

A trunk sensor knows left from right by which way the pelvis rolls and sways. Where both are worn,
each contact that the trunk gives a side to is compared with the foot's contact beside it. If the
trunk says the other foot nearly every time, two sensors are swapped, or the trunk's is on back to
front: ``SURE`` of the last ``KEPT`` comparisons. The trunk's own sides are right in nearly every
forward walk measured (``trunk/side.py``), but one person's read wrong throughout (voisard s04), so
this asks, and changes nothing.
"""

from __future__ import annotations

from collections import deque

from cued.gait.finding import Contact
from cued.model import Notice, Side

BESIDE_S = 0.15  # half a step of somebody fast
KEPT, SURE = 20, 17  # chosen: 17 of 20 by chance is one in 800


class BodyMap:
    """Compares the trunk's sides with the feet's."""

    def __init__(self) -> None:
        self._feet: deque[tuple[float, Side]] = deque(maxlen=4)
        self._trunk: deque[tuple[float, Side]] = deque(maxlen=4)
        self._opposed: deque[bool] = deque(maxlen=KEPT)
        self._told = False

    def feed(self, contact: Contact, *, of_trunk: bool) -> list[Notice]:
        """Process a contact of either, compare the second of two; report a swap once."""
        if contact.side == "unknown":
            return []
        mine, others = (self._trunk, self._feet) if of_trunk else (self._feet, self._trunk)
        mine.append((contact.t, contact.side))
        beside = [side for t, side in others if abs(t - contact.t) <= BESIDE_S]
        if beside:
            self._opposed.append(beside[-1] != contact.side)
        if self._told or sum(self._opposed) < SURE:
            return []
        self._told = True
        text = "the trunk calls the left foot right: are the feet's sensors swapped?"
        return [Notice(t=contact.at, level="warning", code="feet_swapped", text=text)]
