"""How long messages have been handled in one turn of the event loop.

The D-Bus library reads until nothing is left to read. On a machine that is too busy, messages may
come faster than they are handled: then the loop would never go on, without ticks, stops and
watchdog. So what a sensor sends in the rest of a long turn is dropped unread, and the engine tells
that samples are lost.
"""

from __future__ import annotations

import asyncio

LONGEST_S = 0.25  # chosen: five ticks; the engine refuses samples that are 1 s old in any case


class Turn:
    """The turn that the loop is in."""

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
