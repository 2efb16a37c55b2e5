"""Wishes for the belt on their way to the sources: one after another, but a stop waits for none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from cued.fences import Failed
from cued.model import BeltRequest
from cued.sources.source import Source

MOST_WAITING = 8  # chosen: older ones are no longer wished for


class BeltWishes:
    """Asks every source to change the belt, and tells when none of them does."""

    def __init__(
        self, sources: Sequence[Source], refused: Callable[[str], None], failed: Failed
    ) -> None:
        self._sources, self._refused, self._failed = sources, refused, failed
        self._waiting: asyncio.Queue[BeltRequest] = asyncio.Queue(MOST_WAITING)
        self._stops: asyncio.Queue[BeltRequest] = asyncio.Queue()

    def add(self, wish: BeltRequest) -> None:
        """Queue a wish; a stop drops every wish before it."""
        stops = wish.speed_m_s == 0
        while not self._waiting.empty() and (stops or self._waiting.full()):
            self._waiting.get_nowait()
        (self._stops if stops else self._waiting).put_nowait(wish)

    async def run(self) -> None:
        """Pass wishes on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass_stops(group), name="belt stops")
            while True:
                await self._pass(await self._waiting.get())

    async def _pass_stops(self, group: asyncio.TaskGroup) -> None:
        while True:
            group.create_task(self._pass(await self._stops.get()))

    async def _pass(self, wish: BeltRequest) -> None:
        answers = await asyncio.gather(*(self._asked(s, wish) for s in self._sources))
        if all(answers):
            self._refused("; ".join(dict.fromkeys(answers)) or "no treadmill is connected")

    async def _asked(self, source: Source, wish: BeltRequest) -> str:
        """Return a source's answer, or that it has failed where it raises."""
        try:
            return await source.request(wish)
        except Exception as error:  # noqa: BLE001 (a wish of the belt must not end the coach)
            self._failed(type(source).__name__, error)
            return f"{type(source).__name__} failed"
