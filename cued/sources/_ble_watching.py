"""Detection of dead links by the age of their data, whatever the Bluetooth stack claims.

Rules: a stack may report "connected" for hours over a dead link, so only data count: motion for a
sensor on the body (its heart rate does not count), any message for a treadmill or a strap. A
treadmill may be silent for hours before its belt runs: its silence is only checked (``check_due``),
and never ends the link.
The engine reports ``late`` and ``lost`` (0.5 s, 1 s); here the link is given up: after ``SILENT_S``
for motion, later for devices that report once a second and may pause; while a device is being set
up, after ``FIRST_S``.

Data may also come too late: a link slower than its sensor queues up samples. The lag is arrival
minus device time, compared with its minimum, which may rise by 250 ppm for a slow crystal. Samples
more than ``LAG_S`` behind are passed on (the engine reports them and looks for falls only) but do
not count as data, so that the link is made again. Without device time the lag cannot be seen.

The D-Bus library reads until nothing is left to read. After a pause of the process, or on a busy
machine, that may be so much that the loop would not reach its ticks, stops and watchdog. So an
``Inbox`` handles messages for ``LONGEST_S`` in a turn of the loop and keeps the rest for the next
turns: to drop it would make holes, in which falls are missed, although all samples came in time.
Only what has waited for ``LAG_S`` is dropped unread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from cued.model import Input, Packet

SILENT_S = 3.0  # chosen: longer than radios hesitate, short enough to be reported in time
PAUSING_SILENT_S = 15.0  # heart rate straps may pause
FIRST_S = 10.0  # chosen: setting up takes several exchanges
LAG_S = 1.0  # as in engine.py
RISE = 250e-6  # as in signal/clock.py: two cheap crystals differ by 200 ppm at most
DUPLICATE_S = 0.01  # a doubled callback comes in the same turn of the loop
LONGEST_S = 0.25  # chosen: five ticks
BAD_IN_A_ROW = 20  # chosen: a single bad frame must not break a link

Handle: TypeAlias = Callable[[float], None]


class Watch:
    """Watches one connection; times are the host's, s."""

    def __init__(self, placement: str) -> None:
        self._pauses = placement in ("treadmill", "heart_rate")
        self.idles = placement == "treadmill"  # may be silent for hours
        self._checked_t = 0.0
        self._since = 0.0
        self._good_t: float | None = None
        self._least: float | None = None  # arrival minus device time
        self._tick = 0.0
        self._lagging = False
        self._bad = 0
        self._last: dict[str, tuple[float, bytes]] = {}

    @property
    def flowing(self) -> bool:
        """Whether any data have come."""
        return self._good_t is not None

    def begin(self, t: float) -> None:
        """Note that the connection is up."""
        self._since = t

    def duplicate(self, t: float, char: str, data: bytes) -> bool:
        """Return whether this notification repeats the previous one."""
        before = self._last.get(char)
        self._last[char] = (t, data)
        return before is not None and before[1] == data and t - before[0] < DUPLICATE_S

    def readable(self, t: float) -> None:
        """Note a message that made sense."""
        self._bad = 0
        if self._pauses:
            self._good_t = t

    def note(self, item: Input) -> None:
        """Note an input; one that comes too late is no sign of life."""
        if not isinstance(item, Packet) or (item.ticks is not None and self._lags(item)):
            return
        self._good_t = item.t

    def unreadable(self) -> bool:
        """Note a message that made no sense; return whether it was one too many."""
        self._bad += 1
        return self._bad >= BAD_IN_A_ROW

    def check_due(self, t: float) -> bool:
        """Return whether to check that a silent treadmill is still there; True once per check."""
        last = max(self._since, self._checked_t, self._good_t or 0.0)
        if not self.idles or t - last < PAUSING_SILENT_S:
            return False
        self._checked_t = t
        return True

    def verdict(self, t: float) -> str:
        """Return why the link should be given up, or nothing."""
        if self.idles:
            return ""
        if self._good_t is None:
            return "" if t - self._since < FIRST_S else self._why("it sends nothing")
        silent_s = PAUSING_SILENT_S if self._pauses else SILENT_S
        return "" if t - self._good_t < silent_s else self._why("it fell silent")

    def _why(self, why: str) -> str:
        return f"its data come more than {LAG_S:.0f} s late" if self._lagging else why

    def _lags(self, packet: Packet) -> bool:
        assert packet.ticks is not None
        tick = float(packet.ticks[-1])
        delay = packet.t - tick
        if self._least is None or tick < self._tick or delay < self._least:
            self._least = delay
        else:
            self._least += RISE * (tick - self._tick)
        self._tick = tick
        self._lagging = delay - self._least > LAG_S
        return self._lagging


class Inbox:
    """Handles the messages of all connections in order of arrival, between the loop's other work.

    A message that waits is handled at the time of its turn, so the engine sees how late it is.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, Handle]] = deque()  # time of arrival, what to do
        self._began: float | None = None  # this turn of the loop

    def put(self, t: float, handle: Handle) -> None:
        """Handle a message that arrived at ``t``, now or in its turn; ``handle`` never raises."""
        if self._waiting or self._is_over(t):
            self._waiting.append((t, handle))
            if len(self._waiting) == 1:
                self._go_on()
        else:
            handle(t)

    def _go_on(self) -> None:
        """Continue after the timers that are due, such as the ticks, and the tasks they wake."""
        loop = asyncio.get_running_loop()
        loop.call_later(0.0, loop.call_soon, self._work_off)

    def _work_off(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            t = loop.time()
            if self._is_over(t):
                self._go_on()
                return
            came_t, handle = self._waiting.popleft()
            if t - came_t <= LAG_S:
                handle(t)

    def _is_over(self, t: float) -> bool:
        """Return whether messages have kept the present turn busy for too long at ``t``."""
        if self._began is None:
            self._began = t
            asyncio.get_running_loop().call_soon(self._end)
        return t - self._began > LONGEST_S

    def _end(self) -> None:
        self._began = None
