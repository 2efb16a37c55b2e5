"""Fences around what the daemon shows and gives: a sink or an actuator can fail alone.

One that raises, also in a timer or a task of its own, or takes too long to open or close, is off
until the next engine, is told once and is not asked meanwhile. It is left in good order at the end
if it was entered. ``cued/fences.py`` says what is fenced and what is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from traceback import walk_tb
from typing import TypeVar

from cued.actuators.actuator import Actuator, Report
from cued.fences import Failed, Fence
from cued.model import AnyEvent, Beat, Cue, CuedError, CueDone, Input
from cued.parts import Exit
from cued.runtime.supervise import alone
from cued.sinks.sink import Sink

P = TypeVar("P")
Heard = TypeVar("Heard")

OPENS_S = 7.0  # all together: what needs longer is as good as missing, and READY is due in 10 s
LEAST_S = 0.5  # however long the others took
CLOSES_S = 4.0  # chosen; the service is killed after 10 s


def made(makes: Iterable[Callable[[Heard], P]], heard: Heard, failed: Failed) -> list[P]:
    """Make parts, each with what it tells; one that cannot be made has failed."""
    parts: list[P] = []
    for make in makes:
        try:
            parts.append(make(heard))
        except CuedError:  # of the configuration
            raise
        except Exception as error:  # noqa: BLE001 (that is what a fence is for)
            failed(getattr(make, "func", make).__module__.removeprefix("cued."), error)
    return parts


class _Fenced:
    """A part that is entered and left within a time limit."""

    def __init__(self, part: Sink | Actuator, failed: Failed) -> None:
        self._part = part
        self.fence = Fence(type(part).__module__.removeprefix("cued."), failed)
        self.entered = False
        self.mended = asyncio.Event()
        self._opens_s = OPENS_S

    def patience(self, left_s: float) -> None:
        """Set how long opening the part may take."""
        self._opens_s = min(max(left_s, LEAST_S), OPENS_S)

    @property
    def works(self) -> bool:
        """The part was entered and has not failed."""
        return self.entered and not self.fence.broken

    async def enter(self) -> None:
        """Enter the part, or switch it off."""
        try:
            async with asyncio.timeout(self._opens_s):
                await self._part.__aenter__()
            self.entered = True
        except TimeoutError:
            self.fence.fail(TimeoutError(f"it did not open within {self._opens_s:.2g} s"))
        except Exception as error:  # noqa: BLE001 (that is what a fence is for)
            self.fence.fail(error)

    async def leave(self) -> None:
        """Leave the part if it was entered."""
        if not self.entered:
            return
        self.entered = False
        try:
            async with asyncio.timeout(CLOSES_S):
                await self._part.__aexit__(None, None, None)
        except TimeoutError:
            self.fence.fail(TimeoutError(f"it did not close within {CLOSES_S:.0f} s"))
        except Exception as error:  # noqa: BLE001 (that is what a fence is for)
            self.fence.fail(error)

    def caught(self, error: Exception) -> bool:
        """Switch the part off if the error came out of it; return whether it did."""
        frames = walk_tb(error.__traceback__)
        if all(frame.f_locals.get("self") is not self._part for frame, _ in frames):
            return False
        self.fence.fail(error)
        return True

    def mend(self) -> None:
        """Let a part that could be entered try again."""
        if self.entered and self.fence.broken:
            self.fence.broken = False
            self.mended.set()


class FencedSink:
    """A sink that can fail alone."""

    def __init__(self, sink: Sink, failed: Failed) -> None:
        self._sink = sink
        self._part = _Fenced(sink, failed)
        self._fence = self._part.fence
        self.mend, self.patience = self._part.mend, self._part.patience
        self.caught = self._part.caught

    async def __aenter__(self) -> FencedSink:
        await self._part.enter()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._part.leave()

    def take(self, event: AnyEvent) -> None:
        """Hand an event on, to a sink that is open."""
        if self._part.entered:
            self._fence.call(lambda: self._sink.take(event), None)

    def watch(self, item: Input) -> None:
        """Hand an input on."""
        self._fence.call(lambda: self._sink.watch(item), None)

    async def run(self) -> None:
        """Run the sink, and again each time it was mended."""
        while True:
            if self._part.works:
                try:
                    return await alone(self._sink.run())
                except Exception as error:  # noqa: BLE001 (that is what a fence is for)
                    self._fence.fail(error)
            self._part.mended.clear()
            await self._part.mended.wait()


class FencedActuator:
    """An actuator that can fail alone; a cue that it cannot give is reported as not given."""

    def __init__(self, actuator: Actuator, report: Report, failed: Failed) -> None:
        self._actuator = actuator
        self._report = report
        self._part = _Fenced(actuator, failed)
        self._fence = self._part.fence
        self.mend, self.patience = self._part.mend, self._part.patience

    async def __aenter__(self) -> FencedActuator:
        await self._part.enter()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._part.leave()

    def caught(self, error: Exception) -> bool:
        """Switch the actuator off, and what it gives, if the error came out of it."""
        mine = self._part.caught(error)
        if mine:
            self.cancel()
        return mine

    def give(self, cue: Cue) -> None:
        """Play a cue, or report that it was not played."""
        self._fence.call(lambda: self._actuator.give(cue), None)
        if self._fence.broken:
            self.cancel()
            channel = self._actuator.channel
            self._report(CueDone(cue.t, cue.key, channel, ok=False, why="failed"))

    def beat(self, beat: Beat) -> None:
        """Hand the beginning or the end of the metronome on."""
        self._fence.call(lambda: self._actuator.beat(beat), None)

    def cancel(self) -> None:
        """Stop the present cue, even of an actuator that has failed."""
        Fence("", lambda _name, error: self._fence.fail(error)).call(self._actuator.cancel, None)
