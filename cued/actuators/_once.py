"""One pattern on an actuator of its own, for trying motors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cued.actuators.actuator import Actuator, Report
from cued.model import Cue, CueDone, Notice, Pattern


async def felt(pattern: Pattern, make: Callable[[Report], Actuator]) -> str:
    """Play one pattern to its end, and return why it could not be felt, or nothing."""
    over: asyncio.Future[CueDone] = asyncio.get_running_loop().create_future()

    def report(item: CueDone | Notice) -> None:
        if isinstance(item, CueDone) and not over.done():
            over.set_result(item)

    async with make(report) as actuator:
        actuator.give(Cue(t=0.0, key="buzz", text="", pattern=pattern, priority=0, verdict="given"))
        done = await over
    return "" if done.ok else done.why
