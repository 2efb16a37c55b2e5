"""Whether a foot that landed as the other one does has begun to land flat, as one that hurts does.

Rules of this file
------------------
* A foot is compared with its own contacts in the same direction and mode at the same speed, in
  whatever phase: slow steps are often flat, and in some people one foot's always are.
* It begins with four flat contacts in a row, after hardly any, none of the other foot's last four
  being flat; and it lasts while the last four are.
* Only in walking: how runners land when a foot hurts is not known here.
"""

from __future__ import annotations

from collections import deque

from cued.coach.known import Known
from cued.gait.fusion.strides import flat
from cued.model import Direction, Mode, Side

STEPS = 4  # contacts in a row
BEFORE = 10  # contacts at least tell how a foot landed; chosen
KEPT = 40  # contacts of a foot: a minute's or two; chosen
SELDOM = 0.1  # of those; steady simulated walks have 0 to 3 %, or 60 in one foot all along
FORGOTTEN_S = 60.0  # without a contact: somebody else may come

Way = tuple[Direction, Mode, int | None]


class Landings:
    """How each foot has landed."""

    def __init__(self) -> None:
        self._ways: dict[Way, dict[Side, deque[bool]]] = {}
        self._noted: dict[Side, float] = {}
        self._flat_since: float | None = None
        self._contacts, self._seen_at = -1, float("-inf")  # of the runner, when last looked at

    def flat_since(self, known: Known, *, judges: bool) -> float | None:
        """Return since when a foot lands flat that did not, or None.

        judges : contacts can be compared, so that it may begin now.
        """
        if known.footfalls == self._contacts:
            return self._flat_since
        speed = None if known.belt is None else round(10.0 * known.belt.speed_m_s)
        way: Way = (known.direction, known.mode, speed)
        self._note(way, known)
        if self._flat_since is not None:
            last = [list(came)[-STEPS:] for came in known.landed.values()]
            if not any(len(came) == STEPS and all(map(flat, came)) for came in last):
                self._flat_since = None
        elif judges and known.mode == "walking" and self._begins(way):
            self._flat_since = known.now
        return self._flat_since

    def _note(self, way: Way, known: Known) -> None:
        """Keep the contacts that are new, by the way of going."""
        if known.footfall_at - self._seen_at > FORGOTTEN_S:
            self._ways.clear()
        self._contacts, self._seen_at = known.footfalls, known.footfall_at
        feet = self._ways.setdefault(way, {})
        for side, came in known.landed.items():
            new = [c for c in came if c.t > self._noted.get(side, float("-inf"))]
            feet.setdefault(side, deque(maxlen=KEPT)).extend(map(flat, new))
            self._noted[side] = came[-1].t

    def _begins(self, way: Way) -> bool:
        feet = {side: list(came) for side, came in self._ways[way].items()}
        sudden = [s for s, came in feet.items() if all(came[-STEPS:]) and _seldom(came[:-STEPS])]
        others = [came[-STEPS:] for side, came in feet.items() if side not in sudden]
        return bool(sudden) and bool(others) and not any(map(any, others))


def _seldom(came: list[bool]) -> bool:
    """Return whether hardly any contact was flat, of enough to tell."""
    return len(came) >= BEFORE and sum(came) <= SELDOM * len(came)
