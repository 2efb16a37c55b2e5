"""Queues requests for the belt on their way to the sources; a stop does not queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from cued.fences import Failed
from cued.model import BeltRequest
from cued.sources.source import Source

MOST_WAITING = 8  # chosen: older requests are out of date


class BeltRequests:
    """Asks every source to change the belt, and reports when none of them does."""

    def __init__(
        self, sources: Sequence[Source], refused: Callable[[str], None], failed: Failed
    ) -> None:
        self._sources, self._refused, self._failed = sources, refused, failed
        self._waiting: asyncio.Queue[BeltRequest] = asyncio.Queue(MOST_WAITING)
        self._stops: asyncio.Queue[BeltRequest] = asyncio.Queue()

    def add(self, request: BeltRequest) -> None:
        """Queue a request; a stop drops every request before it."""
        stops = request.speed_m_s == 0
        while not self._waiting.empty() and (stops or self._waiting.full()):
            self._waiting.get_nowait()
        (self._stops if stops else self._waiting).put_nowait(request)

    async def run(self) -> None:
        """Pass requests on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass_stops(group), name="belt stops")
            while True:
                await self._pass(await self._waiting.get())

    async def _pass_stops(self, group: asyncio.TaskGroup) -> None:
        while True:
            group.create_task(self._pass(await self._stops.get()))

    async def _pass(self, request: BeltRequest) -> None:
        answers = await asyncio.gather(*(self._ask(s, request) for s in self._sources))
        if all(answers):
            self._refused("; ".join(dict.fromkeys(answers)) or "no treadmill is connected")

    async def _ask(self, source: Source, request: BeltRequest) -> str:
        """Return a source's answer; if the source raises, report that and answer so."""
        try:
            return await source.request(request)
        except Exception as error:  # noqa: BLE001 (a failed request must not end the coach)
            self._failed(type(source).__name__, error)
            return f"{type(source).__name__} failed"
