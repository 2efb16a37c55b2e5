"""Detection of a foot that has begun to land flat, unlike the other one, as a painful foot does.

Rules of this file
------------------
* A foot is compared with its own contacts in the same direction and mode at the same speed, in any
  phase: slow steps are often flat, and some people always land flat on one foot.
* It begins with four flat contacts in a row, after hardly any before, while none of the other
  foot's last four are flat; it lasts while the last four are.
* Only in walking: how runners land on a painful foot is not known here.
"""

from __future__ import annotations

from collections import deque

from cued.coach.known import Known
from cued.gait.fusion.strides import flat
from cued.model import Direction, Mode, Side

STEPS = 4  # contacts in a row
BEFORE = 10  # least contacts that show how a foot landed before; chosen
KEPT = 40  # contacts per foot, one or two minutes' worth; chosen
SELDOM = 0.1  # share of flat ones; steady simulated walks have 0 to 3 %, or 60 on one foot always
FORGOTTEN_S = 60.0  # without a contact: the next may be somebody else's

Way = tuple[Direction, Mode, int | None]


class Landings:
    """Follows how each foot lands."""

    def __init__(self) -> None:
        self._ways: dict[Way, dict[Side, deque[bool]]] = {}
        self._noted: dict[Side, float] = {}
        self._flat_since: float | None = None
        self._contacts, self._seen_at = -1, float("-inf")  # the runner's, at the last look

    def flat_since(self, known: Known, *, judges: bool) -> float | None:
        """Return since when a foot has newly landed flat, or None.

        judges : contacts are comparable, so a flat series may begin now.
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
        """Keep the new contacts, by direction, mode and speed."""
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
    """Return whether hardly any contact was flat, among enough."""
    return len(came) >= BEFORE and sum(came) <= SELDOM * len(came)
