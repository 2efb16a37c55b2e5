"""One footfall for each contact, whichever sensors are worn.

Every segment chain reports its own contacts; this module chooses among them. For each foot the
sensor nearest to the ground takes precedence: one on that foot, else on its shank, else the trunk.
A sensor loses precedence when it has sent no blocks for ``SILENT_S``, or no contact while a
lower-ranked one reported ``MISSED`` in a row.

Rules: contacts come in the order in which they were known (see ``finding.py``); a contact is passed
on at once or never, so fusion adds no delay; two contacts of one foot are at least ``SAME_FOOT_S``
apart and two of different or unknown feet ``ANY_FOOT_S`` (200 steps a minute are 300 ms apart, a
stride of the fastest runners here 550 ms).
"""

from __future__ import annotations

from cued.gait.finding import Contact
from cued.model import Footfall, Placement, Side

SILENT_S = 0.5  # chosen: several packets, and less than a step
MISSED = 3  # chosen: a stride and a half
SAME_FOOT_S = 0.35  # below the fastest stride, see above
ANY_FOOT_S = 0.12  # below the fastest step, see above

SIDE_OF: dict[Placement, Side] = {
    "foot_left": "left",
    "foot_right": "right",
    "shank_left": "left",
    "shank_right": "right",
}
RANK = {"foot": 2, "shank": 1}  # higher is nearer to the ground; a trunk's is 0


class Footfalls:
    """Chooses among contacts of several sensors."""

    def __init__(self, worn: dict[str, Placement]) -> None:
        self._rank = {sensor: RANK.get(place.split("_")[0], 0) for sensor, place in worn.items()}
        self._side: dict[str, Side | None] = {s: SIDE_OF.get(p) for s, p in worn.items()}
        self._heard: dict[str, float] = {}
        self._missed = dict.fromkeys(worn, 0)
        self._last: dict[Side, float] = {}
        self._by: dict[Side, str] = {}
        self._last_any = -1e9

    def heard(self, sensor: str, t: float) -> None:
        """Note that the sensor's samples reach up to ``t``."""
        self._heard[sensor] = t

    def feed(self, contact: Contact) -> Footfall | None:
        """Process a contact; return a footfall if this sensor has precedence for that foot."""
        self._missed[contact.sensor] = 0
        if not self._takes_precedence(contact):
            return None
        known = contact.side != "unknown"
        if known and contact.t - self._last.get(contact.side, -1e9) < SAME_FOOT_S:
            return None
        if contact.t - self._last_any < ANY_FOOT_S:
            return None
        self._last[contact.side] = contact.t
        self._by[contact.side] = contact.sensor
        self._last_any = contact.t
        return Footfall(
            t=contact.t, side=contact.side, sensor=contact.sensor, confidence=contact.confidence
        )

    def owns(self, side: Side, sensor: str) -> bool:
        """Return whether that foot's last footfall was this sensor's, so its lift counts too."""
        return self._by.get(side) == sensor

    def reset(self) -> None:
        """Forget the footfalls so far (a gap, a new start)."""
        self._last.clear()
        self._last_any = -1e9

    def _takes_precedence(self, contact: Contact) -> bool:
        rank = self._rank[contact.sensor]
        above = [s for s in self._heard if self._rank[s] > rank and self._alive(s, contact.at)]
        watched: set[Side | None] = {self._side[s] for s in above}
        if contact.side != "unknown":
            above = [s for s in above if self._side[s] == contact.side]
        elif len(watched) < 2:
            # The foot is unknown and only one is watched: accept if it can only be the other one.
            side = next(iter(watched), None)
            return side is None or contact.t - self._last.get(side, -1e9) > 0.2
        reliable = [s for s in above if self._missed[s] < MISSED]
        for s in above:
            self._missed[s] += 1
        return not reliable

    def _alive(self, sensor: str, t: float) -> bool:
        return t - self._heard[sensor] < SILENT_S
