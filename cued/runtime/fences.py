"""Fences around sinks and actuators: one of them can fail alone.

A part that raises, even in its own timer or task, or takes too long to open or close, is reported
once and not called until the next engine. If it was entered, it is still left cleanly at the end.
``cued/fences.py`` says what is fenced and what is not.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable
from traceback import walk_tb
from typing import Generic, Self, TypeVar

from cued.actuators.actuator import Actuator, Report
from cued.fences import Failed, Fence
from cued.model import AnyEvent, Beat, Cue, CuedError, CueDone, Input
from cued.parts import Exit
from cued.runtime.supervise import guarded
from cued.sinks.sink import Sink

P = TypeVar("P")
F = TypeVar("F", Sink, Actuator)
Heard = TypeVar("Heard")

OPENS_S = 7.0  # for all parts together: READY is due within 10 s
LEAST_S = 0.5  # for each part, however long the others took
CLOSES_S = 4.0  # chosen; the service is killed after 10 s


def make_all(makes: Iterable[Callable[[Heard], P]], heard: Heard, failed: Failed) -> list[P]:
    """Make parts, each with its callback; report those that cannot be made."""
    parts: list[P] = []
    for make in makes:
        try:
            parts.append(make(heard))
        except CuedError:  # a mistake in the configuration
            raise
        except Exception as error:  # noqa: BLE001 (catching everything is a fence's purpose)
            failed(getattr(make, "func", make).__module__.removeprefix("cued."), error)
    return parts


class _Fenced(Generic[F]):
    """A part that is entered and left within a time limit, and can fail alone."""

    def __init__(self, part: F, failed: Failed) -> None:
        self._part = part
        self._fence = Fence(type(part).__module__.removeprefix("cued."), failed)
        self._entered = False
        self._mended = asyncio.Event()
        self._opens_s = OPENS_S

    def limit_opening(self, left_s: float) -> None:
        """Limit the time for opening the part."""
        self._opens_s = min(max(left_s, LEAST_S), OPENS_S)

    async def __aenter__(self) -> Self:
        self._entered = await self._done_within(self._opens_s, "open", self._part.__aenter__)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        if self._entered:
            self._entered = False
            leave = functools.partial(self._part.__aexit__, None, None, None)
            await self._done_within(CLOSES_S, "close", leave)

    async def _done_within(
        self, seconds: float, what: str, step: Callable[[], Awaitable[object]]
    ) -> bool:
        """Take a step and return True, or switch the part off."""
        try:
            async with asyncio.timeout(seconds):
                await step()
        except TimeoutError:
            self._fence.fail(TimeoutError(f"it did not {what} within {seconds:.2g} s"))
        except Exception as error:  # noqa: BLE001 (catching everything is a fence's purpose)
            self._fence.fail(error)
        else:
            return True
        return False

    def caught(self, error: Exception) -> bool:
        """Switch the part off if the error came from it; return whether it did."""
        frames = walk_tb(error.__traceback__)
        if all(frame.f_locals.get("self") is not self._part for frame, _ in frames):
            return False
        self._fence.fail(error)
        return True

    def mend(self) -> None:
        """Call a broken part again, if it could be entered."""
        if self._entered and self._fence.broken:
            self._fence.broken = False
            self._mended.set()


class FencedSink(_Fenced[Sink]):
    """A sink that can fail alone."""

    def take(self, event: AnyEvent) -> None:
        """Pass an event on, if the sink is open."""
        if self._entered:
            self._fence.call(lambda: self._part.take(event), None)

    def watch(self, item: Input) -> None:
        """Pass an input on."""
        self._fence.call(lambda: self._part.watch(item), None)

    async def run(self) -> None:
        """Run the sink, and run it again each time it was mended."""
        while True:
            if self._entered and not self._fence.broken:
                try:
                    return await guarded(self._part.run())
                except Exception as error:  # noqa: BLE001 (catching everything is a fence's purpose)
                    self._fence.fail(error)
            self._mended.clear()
            await self._mended.wait()


class FencedActuator(_Fenced[Actuator]):
    """An actuator that can fail alone; a cue that it cannot give is reported as not given."""

    def __init__(self, actuator: Actuator, report: Report, failed: Failed) -> None:
        super().__init__(actuator, failed)
        self._report = report

    def caught(self, error: Exception) -> bool:
        """Switch the actuator off and end its cue, if the error came from it."""
        mine = super().caught(error)
        if mine:
            self.cancel()
        return mine

    def give(self, cue: Cue) -> None:
        """Play a cue, or report that it was not played."""
        self._fence.call(lambda: self._part.give(cue), None)
        if self._fence.broken:
            self.cancel()
            channel = self._part.channel
            self._report(CueDone(cue.t, cue.key, channel, ok=False, why="failed"))

    def beat(self, beat: Beat) -> None:
        """Pass the metronome's start or stop on."""
        self._fence.call(lambda: self._part.beat(beat), None)

    def cancel(self) -> None:
        """Stop the present cue, even if the actuator has failed."""
        Fence("", lambda _name, error: self._fence.fail(error)).call(self._part.cancel, None)
