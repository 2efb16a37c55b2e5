"""Releases resting devices when nobody trains, and takes them again on a movement.

A wearable that can sleep until it is moved is let go of by itself: its battery would be flat in a
day beside the treadmill. Many treadmills neither switch themselves off nor let their own app in
while somebody is connected.

Rules: training is motion of a wearable beyond ``MOVES_M_S2`` about its own gravity, or a belt that
is told to run. Without a wearable of this source nothing would ever take the treadmill again, so
then it is never let go of.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Container

import numpy as np

from cued.devices._belt_guard import STANDS_M_S, WONT_STOP
from cued.model import Belt, BeltFault, Input, Packet

OWED_S = 15.0  # chosen: a link is back in a few seconds; later somebody may have begun anew
MOVES_M_S2 = 1.5  # a step does more; a sensor on a shelf has a tenth of that, being put down more
FORGETS = 0.02  # weight of a packet in what counts as gravity
RUNS_M_S = 0.05  # no belt runs more slowly


class Training:
    """Notes when a sensor moved last; times are the loop's."""

    def __init__(self, release_after_s: float, begun: float) -> None:
        self._after_s = release_after_s
        self._t = begun
        self._gravity: dict[str, float] = {}
        self._moved = asyncio.Event()
        self._moved_t: dict[str, float] = {}

    def note(self, item: Input) -> None:
        """Note what a sensor said."""
        if isinstance(item, Packet):
            moved = self._moves(item)
            if moved or item.sensor not in self._moved_t:
                self._moved_t[item.sensor] = item.t
        else:
            moved = isinstance(item, Belt) and item.speed_m_s > RUNS_M_S and not item.doubt
        if moved:
            self._t = max(self._t, item.t)
            self._moved.set()

    def over(self, t: float) -> bool:
        """Return whether nobody has trained for long."""
        return self._after_s > 0 and t - self._t > self._after_s

    def rests(self, sensor: str, t: float) -> bool:
        """Return whether a sensor has lain still for long."""
        return self._after_s > 0 and t - self._moved_t.get(sensor, t) > self._after_s

    def gone(self, sensor: str) -> None:
        """Forget a sensor whose link is over."""
        self._moved_t.pop(sensor, None)

    async def begins(self) -> None:
        """Wait until somebody moves."""
        self._moved.clear()
        await self._moved.wait()

    def _moves(self, packet: Packet) -> bool:
        size = np.linalg.norm(packet.acc, axis=1)
        mean = float(size.mean())
        gravity = self._gravity.get(packet.sensor, mean)
        self._gravity[packet.sensor] = gravity + FORGETS * (mean - gravity)
        return bool(np.abs(size - gravity).max() > MOVES_M_S2)


class Owed:
    """What treadmills owe over all their connections: a stop that was asked for, or obedience.

    A link that drops takes a stop with it, and what its device knew of the belt. So a stop that a
    moving treadmill has not obeyed is asked for again with its next connection, if that comes soon;
    until then only the safety key helps. A treadmill that disobeyed is asked for nothing but stops,
    also over a new connection, until the next session.
    """

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
