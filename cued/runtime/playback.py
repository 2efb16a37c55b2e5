"""Playback of recorded or simulated inputs, at the pace at which they arrived or faster.

Each input's due time is counted from the first one, so delays never add up. At full speed the event
loop gets a turn now and then, so that speech and sinks keep working.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from cued.model import BeltRequest, Input
from cued.sources.source import Emit

YIELD_EVERY = 256  # inputs handled at full speed before others get a turn


class Playback:
    """A source that emits given inputs at ``speed`` times real time (0: without waiting)."""

    def __init__(
        self,
        inputs: Iterable[Input],
        speed: float,
        belt: Callable[[BeltRequest], str] | None = None,
    ) -> None:
        self._inputs = inputs
        self._speed = speed
        self._belt = belt

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Emit every input at its time."""
        loop = asyncio.get_running_loop()
        start: float | None = None
        first, at_once = 0.0, 0
        up()
        for item in self._inputs:
            if start is None:
                start, first = loop.time(), item.t
            wait = start + (item.t - first) / self._speed - loop.time() if self._speed else 0.0
            at_once = 0 if wait > 0 else at_once + 1
            if wait > 0 or at_once % YIELD_EVERY == 0:
                await asyncio.sleep(max(wait, 0.0))
            emit(item)

    async def request(self, request: BeltRequest) -> str:
        """Pass a request to the simulated belt; a recording has none."""
        return self._belt(request) if self._belt else "a recording's belt cannot be changed"
