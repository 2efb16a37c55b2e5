"""The running daemon: passes inputs to the engine, and events to actuators and sinks.

Rules
-----
* Every input goes through ``emit``, one at a time and in order. An actuator's report that arrives
  while an input is being handled waits its turn.
* Contexts (devices, connections) are entered outside the task group: tasks end before devices
  close, and each actuator's exit is its safe state whatever went wrong.
* Cues reach actuators before sinks. Sinks never delay anything (``sinks/sink.py``).
* A sink, actuator or source that fails is reported and fenced off. A fault of the engine ends the
  process even if a callback fed it; asyncio would only log the callback's exception.
* A library may swallow a cancellation, so tasks are cancelled again until they have ended.
* The watchdog is fed from the loop, and only while inputs, ticks included, are being handled.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Literal

from msgspec.structs import replace

from cued.actuators.actuator import Actuator
from cued.engine import Engine
from cued.fences import fault_notice
from cued.model import (
    AnyEvent,
    Beat,
    BeltRequest,
    Command,
    Cue,
    CueDone,
    Input,
    Notice,
    Notification,
    Tick,
)
from cued.runtime.belt_requests import BeltRequests
from cued.runtime.engine_renewal import HISTORY_BACK, RENEWED, Choose, Renew, Renewal
from cued.runtime.fences import OPENS_S, FencedActuator, FencedSink, make_all
from cued.runtime.greeting import Greeting
from cued.runtime.session_marker import SessionMarker
from cued.runtime.supervise import supervise
from cued.runtime.systemd import notify, watchdog_s
from cued.sinks.sink import Ask, Sink
from cued.sources.source import Source

log = logging.getLogger("cued")

# Before Python 3.12, asyncio.wait_for loses a cancellation that comes in the same instant as the
# result it waits for (python/cpython#86296). A task that cleans up normally takes less than this.
ENDS_S = 3.0
TICK_S = 0.05  # so that a loss is reported within 1.05 s of the last sample
LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Daemon:
    """Joins an engine to the world until its sources end or ``stop`` is called."""

    def __init__(
        self,
        engine: Engine,
        sources: Sequence[Source],
        actuators: Sequence[Callable[[Callable[[CueDone | Notice], None]], Actuator]],
        sinks: Sequence[Callable[[Ask], Sink]],
        *,
        live: bool,
        hears: Callable[[AnyEvent], None] | None = None,
        greeting: Greeting | None = None,
        renew: Renew | None = None,
        choose: Choose | None = None,
        marker: SessionMarker | None = None,
        set_up: Callable[[], object] | None = None,
    ) -> None:
        self._engine = engine
        self._sources = sources
        self._live = live
        self._hears = hears  # a simulated person's ears: called once the actuators have an event
        self._renewal = Renewal(renew, choose) if renew else None
        self._greeting = greeting
        self._marker = marker
        self._set_up = set_up
        self._inbox: deque[Input] = deque()
        self._handling = False
        self._now = 0.0
        self._handled = 0
        self._stop = asyncio.Event()
        self._fault: Exception | None = None
        self._opened = False
        self._pending: list[Notice] = []  # until the sinks are open
        self._restarting = False
        failed = self._failed
        refused = partial(self.notice, "warning", "belt")
        self._belt_requests = BeltRequests(sources, refused, failed)
        built = make_all(actuators, self._report, failed)
        self._actuators = [FencedActuator(actuator, self._report, failed) for actuator in built]
        self._sinks = [FencedSink(sink, failed) for sink in make_all(sinks, self._ask, failed)]

    def emit(self, item: Input) -> None:
        """Handle an input, after all earlier ones."""
        self._inbox.append(item)
        if self._handling:
            return
        self._handling = True
        try:
            while self._inbox and not self._fault:
                self._handle(self._inbox.popleft())
        except Exception as fault:
            self._fault = fault
            self.stop()
            raise
        finally:
            self._handling = False

    def stop(self) -> None:
        """End ``run`` cleanly and soon; the present cue ends at once."""
        self._restarting = False
        self._stop.set()
        for actuator in self._actuators:
            actuator.cancel()

    def restart(self) -> bool:
        """Stop in order to be replaced by another daemon; return False if stopped for good."""
        if self._stop.is_set() and not self._restarting:
            return False
        self.stop()
        self._restarting = True
        return True

    def whisper(self, cue: Cue) -> None:
        """Give a cue to the person at the machine only: no sink gets it."""
        for actuator in () if self._stop.is_set() else self._actuators:
            actuator.give(replace(cue, t=self._now, known_t=self._now))

    def notice(self, level: Literal["info", "warning", "error"], code: str, text: str) -> None:
        """Publish a notice on behalf of the daemon's owner."""
        self._announce(Notice(t=self._now, level=level, code=code, text=text))

    async def run(self) -> None:
        """Run until every source has ended or ``stop`` is called."""
        if self._live:
            self._now = asyncio.get_running_loop().time()
        before = asyncio.all_tasks()
        asyncio.get_running_loop().set_exception_handler(self._unhandled)
        notify("WATCHDOG=1")  # after a reload: opening everything may take long
        async with AsyncExitStack() as stack:
            if await self._open(stack):
                notify("READY=1")
            try:
                await self._run_tasks(before)
            finally:
                notify("RELOADING=1" if self._restarting else "STOPPING=1")
                notify("WATCHDOG=1")  # closing may take long, too
                for actuator in self._actuators:
                    actuator.cancel()
        if self._fault:
            raise self._fault
        if self._marker:
            self._marker.close()

    async def _open(self, stack: AsyncExitStack) -> bool:
        """Enter sinks and actuators; return False if stopped meanwhile.

        All are entered in this task, because a part may hold a task group, which the task that
        entered it has to leave.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + OPENS_S
        for part in (*self._sinks, *self._actuators):
            if self._stop.is_set():
                return False
            part.limit_opening(until - loop.time())
            await stack.enter_async_context(part)
        self._opened = True
        if self._marker:
            self._marker.close()  # an earlier process's; the coach itself says that it was away
        self._publish_pending()
        return True

    async def _run_tasks(self, before: set[asyncio.Task[Any]]) -> None:
        async with asyncio.TaskGroup() as group:
            background = [
                group.create_task(self._belt_requests.run(), name="belt requests"),
                group.create_task(self._feed_watchdog(), name="watchdog"),
                *(group.create_task(s.run(), name=type(s).__name__) for s in self._sinks),
            ]
            if self._live:
                background.append(group.create_task(self._tick(), name="ticks"))
            work = group.create_task(self._run_sources(), name="sources")
            ended = group.create_task(self._stop.wait(), name="stop")
            await asyncio.wait([work, ended], return_when=asyncio.FIRST_COMPLETED)
            for task in (work, ended, *background):
                task.cancel()
            await _end_tasks({work, ended, *background}, before)

    async def _run_sources(self) -> None:
        async with asyncio.TaskGroup() as group:
            failed = self._failed if self._live else None  # a recording is not restarted
            for source in self._sources:
                name = type(source).__name__
                run = partial(source.run, self.emit)
                group.create_task(supervise(name, run, failed=failed), name=name)

    def _handle(self, item: Input) -> None:
        self._now = max(self._now, item.t)
        self._handled += 1
        if isinstance(item, Command) and item.name == "set_up":  # does not concern the coach
            if self._set_up and item.source == "button":
                self._set_up()
            return
        if self._marker:
            self._marker.beat(asyncio.get_running_loop().time())
        if self._renewal and (change := self._renewal.watch(item)):
            if isinstance(change, Engine):
                self._use_engine(change, self._renewal, item.t)
            else:
                self._handle(change)
        for sink in self._sinks:
            sink.watch(item)
        if isinstance(item, Notification):
            for one in item.inputs:
                self._handle(one)
            return
        for event in self._engine.feed(item):
            self._publish(event)
        if self._greeting and (cue := self._greeting.feed(item)):
            self._publish(cue)

    def _use_engine(self, engine: Engine, renewal: Renewal, t: float) -> None:
        self._engine = engine
        for part in (*self._sinks, *self._actuators):
            part.mend()
        text = "ready for the next session with a new engine"
        self._publish(Notice(t=t, known_t=t, level="info", code=RENEWED, text=text))
        for belt in renewal.belt(t):
            self._handle(belt)

    def _publish(self, event: AnyEvent) -> None:
        if self._greeting:
            self._greeting.hear(event)
        if self._marker:
            self._marker.hear(event)
        if isinstance(event, Cue) and event.verdict == "given" and not self._stop.is_set():
            for actuator in self._actuators:
                actuator.give(event)
        elif isinstance(event, Beat):
            for actuator in () if self._stop.is_set() else self._actuators:
                actuator.beat(event)
        elif isinstance(event, BeltRequest):
            self._belt_requests.add(event)
        elif isinstance(event, Notice):
            log.log(LEVELS[event.level], "%s: %s", event.code, event.text)
            if event.code == HISTORY_BACK and self._renewal:
                self._renewal.hasten()
        if self._hears:
            self._hears(event)
        for sink in self._sinks:
            sink.take(event)

    def _report(self, report: CueDone | Notice) -> None:
        """Handle an actuator's report, at the daemon's time: the actuator's clock may differ."""
        if isinstance(report, CueDone):
            self.emit(CueDone(self._now, report.key, report.channel, report.ok, report.why))
        else:
            self._announce(report)

    def _announce(self, notice: Notice) -> None:
        """Publish a notice at the daemon's time, as soon as the sinks are open."""
        self._pending.append(notice)
        if self._opened:
            self._publish_pending()

    def _failed(self, name: str, error: Exception) -> None:
        """Report that a part of the shell has failed."""
        if self._fault:
            return  # the engine's fault, not the part's; the process is ending anyway
        log.debug("%s failed", name, exc_info=error)
        self._announce(fault_notice(name, error, self._now))

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Treat an exception from a part's timer or task like one from a call of the part."""
        error = context.get("exception")
        parts = (*self._sinks, *self._actuators)
        if error is None:
            loop.default_exception_handler(context)
        elif not isinstance(error, Exception) or not (
            error is self._fault or any(part.caught(error) for part in parts)
        ):
            log.error("%s: %r", context["message"], error)  # mostly from a library
            log.debug("raised here", exc_info=error)

    def _publish_pending(self) -> None:
        while self._pending:
            self._publish(replace(self._pending.pop(0), t=self._now, known_t=self._now))

    def _ask(self, message: Command | Notice) -> None:
        if isinstance(message, Notice):
            self._announce(message)
        else:
            self.emit(replace(message, t=self._now))

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            # Rounded to 0.1 ms like arrival times, to stay in order with them (sources/ble.py).
            self.emit(Tick(math.floor(loop.time() * 1e4) / 1e4))
            due = max(due + TICK_S, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _feed_watchdog(self) -> None:
        period = watchdog_s()
        before = -1
        while period:
            if self._handled != before:
                notify("WATCHDOG=1")
            before = self._handled
            await asyncio.sleep(period / 3)


async def _end_tasks(tasks: set[asyncio.Task[Any]], before: set[asyncio.Task[Any]]) -> None:
    """Wait until tasks have ended; if they do not, cancel all begun after ``before`` again."""
    while (await asyncio.wait(tasks, timeout=ENDS_S))[1]:
        for task in asyncio.all_tasks() - before:
            task.cancel()
