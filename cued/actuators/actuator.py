"""The interface of an actuator, which gives cues to a runner by one channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal, Protocol, Self

from cued.model import Beat, Cue, CueDone, Notice, Pattern
from cued.parts import Exit

Report = Callable[[CueDone | Notice], None]


class Actuator(Protocol):
    """A voice or a set of motors. Entering prepares it; leaving in any way puts it in a safe state.

    ``PART.build(config, site, report)`` makes one; it calls ``report`` from the event loop. A
    missing device leads to one ``Notice`` and an actuator that does nothing, never to an exception;
    each cue that it could not give is reported as ``CueDone(ok=False)``. Methods that an actuator
    does not need are inherited.
    """

    @property
    def channel(self) -> Literal["sound", "haptic", "light"]:
        """The sense by which it reaches the runner."""
        ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        pass

    def give(self, cue: Cue) -> None:
        """Start the cue at once, cutting off whatever this channel is doing. Never blocks."""
        ...

    def beat(self, beat: Beat) -> None:
        """Start or stop the metronome under the cues. Never blocks."""
        ...

    def cancel(self) -> None:
        """Stop the present cue at once."""


def raise_fault(task: asyncio.Task[Any]) -> None:
    """Raise the fault of an actuator's task in the loop, where ``daemon.py`` contains it."""
    if not task.cancelled():
        task.result()


async def felt(pattern: Pattern, make: Callable[[Report], Actuator]) -> str:
    """Play one pattern to its end; return why it could not be felt, or nothing."""
    over: asyncio.Future[CueDone] = asyncio.get_running_loop().create_future()

    def report(item: CueDone | Notice) -> None:
        if isinstance(item, CueDone) and not over.done():
            over.set_result(item)

    async with make(report) as actuator:
        actuator.give(Cue(t=0.0, key="buzz", text="", pattern=pattern, priority=0, verdict="given"))
        done = await over
    return "" if done.ok else done.why
