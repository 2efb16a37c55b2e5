"""Release of idle devices, and of what a treadmill still owes when its link drops.

A wearable that can sleep until it is moved is released when it rests: left connected, its battery
would be flat in a day. Treadmills are released when nobody trains, because many neither switch
themselves off nor admit their own app while connected. A movement reconnects them.

Rules: training means that a wearable's acceleration deviates from gravity by more than
``MOVES_M_S2``, or that a belt reports running. Without a wearable of this source nothing would ever
reconnect the treadmill, so then it is never released.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Container

import numpy as np

from cued.devices._belt_guard import STANDS_M_S, WONT_STOP
from cued.model import Belt, BeltFault, Input, Packet

OWED_S = 15.0  # chosen: a link is back in a few seconds; later somebody may have restarted the belt
MOVES_M_S2 = 1.5  # a step exceeds it, as does being put down; a sensor on a shelf has a tenth
FORGETS = 0.02  # weight of a packet in the running mean that counts as gravity
RUNS_M_S = 0.05  # no belt runs more slowly


class Training:
    """Keeps when each sensor last moved; times are the loop's."""

    def __init__(self, release_after_s: float, begun: float) -> None:
        self._after_s = release_after_s
        self._t = begun
        self._gravity: dict[str, float] = {}
        self._moved = asyncio.Event()
        self._moved_t: dict[str, float] = {}

    def note(self, item: Input) -> None:
        """Note an input of a sensor."""
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
        """Return whether nobody has trained for the configured time."""
        return self._after_s > 0 and t - self._t > self._after_s

    def rests(self, sensor: str, t: float) -> bool:
        """Return whether a sensor has lain still for the configured time."""
        return self._after_s > 0 and t - self._moved_t.get(sensor, t) > self._after_s

    def gone(self, sensor: str) -> None:
        """Forget a sensor whose link has ended."""
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
    """Stops and control bans of treadmills, kept across connections.

    A dropped link loses the pending stop and the device's knowledge of the belt. So a stop that a
    moving treadmill has not obeyed is requested again on its next connection, if that comes within
    ``OWED_S``; until then only the safety key helps. A treadmill that disobeyed gets nothing but
    stops, even over a new connection, until the next session.
    """

    def __init__(self) -> None:
        self._off: dict[str, str] = {}  # why control is off
        self._moves: set[str] = set()
        self._stop_t: dict[str, float] = {}

    def note(self, name: str, item: Input) -> None:
        """Process an input of a treadmill."""
        if isinstance(item, BeltFault) and item.code == "belt_control_off":
            self._off[name] = item.text
        elif isinstance(item, Belt) and item.speed_m_s > STANDS_M_S:
            self._moves.add(name)
        elif isinstance(item, Belt):
            self._moves.discard(name)
            self._stop_t.pop(name, None)

    def refusal(self, name: str) -> str:
        """Return why control of a treadmill is off, or an empty text."""
        return f"control is off: {self._off[name]}" if name in self._off else ""

    def asked(self, t: float) -> None:
        """Note that a stop was requested."""
        self._stop_t |= dict.fromkeys(self._moves, t)

    def due(self, name: str, t: float) -> bool:
        """Return whether a stop has to be requested again over a new connection."""
        return t - self._stop_t.get(name, -math.inf) < OWED_S

    def unheard(self, t: float, connected: Container[str]) -> list[BeltFault]:
        """Return faults for moving belts that cannot be stopped because their link is down."""
        away = [name for name in self._stop_t if name not in connected and self.due(name, t)]
        return [BeltFault(t, name, "belt_wont_stop", WONT_STOP) for name in away]

    def released(self, name: str) -> None:
        """Forget a treadmill's stop and ban: the session is over."""
        self._off.pop(name, None)
        self._moves.discard(name)
        self._stop_t.pop(name, None)
