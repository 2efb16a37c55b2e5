"""Is this link alive? Judged by the age of its data, never by what the Bluetooth stack claims.

Rules: a stack may report "connected" for hours over a dead link, so only data count. On the body
that is motion (a strap's heart rate does not vouch for it); from a treadmill or a strap, anything.
A treadmill may tell nothing for hours, before its belt runs: its silence is looked into
(``wonders``) and never held against it.
``late`` and ``lost`` are the engine's to say (0.5 s, 1 s); here the link is given up: after
``SILENT_S`` for motion, longer for what reports once a second and pauses by itself; at the start,
while a device is being set up, after ``FIRST_S``.

Data may also come, but too late: a link slower than its sensor queues up samples. How far behind
it is shows in arrival minus device time against the least that was seen, which may rise by 250 ppm
for a slow crystal. Samples more than ``LAG_S`` behind are passed on (the engine refuses them and
says so) but count as none, so that the link is made afresh. For a device that sends no time this
cannot be seen.

The D-Bus library reads until nothing is left to read. On a machine that is too busy, messages may
come faster than they are handled: then the loop would never go on, without ticks, stops and
watchdog. So what a sensor sends in the rest of a long ``Turn`` of the loop is dropped unread, and
the engine tells that samples are lost.
"""

from __future__ import annotations

import asyncio

from cued.model import Input, Packet

SILENT_S = 3.0  # chosen: longer than radios hesitate, short enough to be told in time
PAUSING_SILENT_S = 15.0  # heart rate straps pause by themselves
FIRST_S = 10.0  # chosen: setting up takes several exchanges
LAG_S = 1.0  # the engine refuses later ones (signal/links.py)
RISE = 250e-6  # as in signal/clock.py: two cheap crystals differ by 200 ppm at most
DUPLICATE_S = 0.01  # a doubled callback comes in the same turn of the loop
LONGEST_S = 0.25  # chosen: five ticks; the engine refuses samples that are 1 s old in any case
BAD_IN_A_ROW = 20  # chosen: no bad frame alone breaks a link


class Watch:
    """Watches one connection; times are the host's, s."""

    def __init__(self, placement: str) -> None:
        self._pauses = placement in ("treadmill", "heart_rate")
        self.idles = placement == "treadmill"  # and may be silent for hours
        self._wondered = 0.0
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
        """Note that the connection stands."""
        self._since = t

    def duplicate(self, t: float, char: str, data: bytes) -> bool:
        """Return whether this notification is the one before over again."""
        before = self._last.get(char)
        self._last[char] = (t, data)
        return before is not None and before[1] == data and t - before[0] < DUPLICATE_S

    def readable(self, t: float) -> None:
        """Note a message that made sense."""
        self._bad = 0
        if self._pauses:
            self._good_t = t

    def note(self, item: Input) -> None:
        """Note an input; what comes too late is no sign of life."""
        if not isinstance(item, Packet) or (item.ticks is not None and self._lags(item)):
            return
        self._good_t = item.t

    def unreadable(self) -> bool:
        """Note a message that made no sense; True when it is one too many."""
        self._bad += 1
        return self._bad >= BAD_IN_A_ROW

    def wonders(self, t: float) -> bool:
        """Return whether it is time to see if a silent treadmill is still there, once a time."""
        last = max(self._since, self._wondered, self._good_t or 0.0)
        if not self.idles or t - last < PAUSING_SILENT_S:
            return False
        self._wondered = t
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


class Turn:
    """How long messages have been handled in one turn of the event loop."""

    def __init__(self) -> None:
        self._began: float | None = None

    def is_too_long(self, t: float) -> bool:
        """Return whether messages have been coming for too long without an end, at time ``t``."""
        if self._began is None:
            self._began = t
            asyncio.get_running_loop().call_soon(self._end)
        return t - self._began > LONGEST_S

    def _end(self) -> None:
        self._began = None
