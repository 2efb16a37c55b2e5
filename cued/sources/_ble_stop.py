"""What treadmills owe over all their connections: a stop that was asked for, or obedience.

A link that drops takes a stop with it, and what its device knew of the belt. So a stop that a
moving treadmill has not obeyed is asked for again with its next connection, if that comes soon;
until then only the safety key helps. A treadmill that disobeyed is asked for nothing but stops,
also over a new connection, until the next session.
"""

from __future__ import annotations

import math
from collections.abc import Container

from cued.devices._belt_guard import STANDS_M_S, WONT_STOP
from cued.model import Belt, BeltFault, Input

OWED_S = (
    15.0  # a choice: a link that is back is so in a few seconds; later somebody may have begun anew
)


class Owed:
    """Follows every treadmill."""

    def __init__(self) -> None:
        self._off: dict[str, str] = {}  # why it is asked for nothing more
        self._moves: set[str] = set()
        self._stop_t: dict[str, float] = {}

    def note(self, name: str, item: Input) -> None:
        """Process what a treadmill tells."""
        if isinstance(item, BeltFault) and item.code == "belt_control_off":
            self._off[name] = item.text
        elif isinstance(item, Belt) and item.speed_m_s > STANDS_M_S:
            self._moves.add(name)
        elif isinstance(item, Belt):
            self._moves.discard(name)
            self._stop_t.pop(name, None)

    def refusal(self, name: str) -> str:
        """Return why a treadmill is asked for nothing more, or an empty text."""
        return f"control is off: {self._off[name]}" if name in self._off else ""

    def asked(self, t: float) -> None:
        """Note that the belt is to stop."""
        self._stop_t |= dict.fromkeys(self._moves, t)

    def due(self, name: str, t: float) -> bool:
        """Return whether a stop has to be asked for again over a new connection."""
        return t - self._stop_t.get(name, -math.inf) < OWED_S

    def unheard(self, t: float, connected: Container[str]) -> list[BeltFault]:
        """Return what is to be told of belts that move and cannot be stopped."""
        away = [name for name in self._stop_t if name not in connected and self.due(name, t)]
        return [BeltFault(t, name, "belt_wont_stop", WONT_STOP) for name in away]

    def released(self, name: str) -> None:
        """Begin anew: nobody trains any more."""
        self._off.pop(name, None)
        self._moves.discard(name)
        self._stop_t.pop(name, None)
