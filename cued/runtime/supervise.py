"""The one reconnect loop: runs a source, and runs it again after its link was lost.

``LinkLost`` means that a far end went away. The loop waits with jittered exponential back-off, logs
the first loss as a warning and later ones as debug, and starts over once data flow (``up()``). A
return means finished. Any other exception is our own fault: ``failed`` reports it once per kind,
and the source is started again in the same way, because the sensors that still work are better for
a runner than none.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

from cued.model import LinkLost

log = logging.getLogger(__name__)

FIRST_S = 0.5  # first delay; chosen
LONGEST_S = 30.0  # the longest that a returning sensor waits for us; chosen
STEP = 2.0  # growth of the delay; chosen
LOOK_EVERY_S = 0.05  # chosen: too short to notice

T = TypeVar("T")


class Runs(Protocol):
    """Something that runs until its link is lost, calling ``up`` once data flow."""

    def __call__(self, up: Callable[[], None]) -> Awaitable[None]:
        """Run; raises LinkLost when the far end went away."""
        ...


def back_off(failures: int, chance: float, longest_s: float = LONGEST_S) -> float:
    """Return the delay after a number of failures in a row, s; ``chance`` 0..1: ±25 %."""
    steps = min(failures - 1, 10)  # so that the power never overflows
    return min(longest_s, FIRST_S * STEP**steps) * (0.75 + 0.5 * chance)


async def guarded(work: Awaitable[None]) -> None:
    """Await work; turn a cancellation that this task was not asked for into an error."""
    try:
        await work
    except asyncio.CancelledError as error:
        if cancel_requested():
            raise
        raise RuntimeError("a library cancelled it") from error


def cancel_requested() -> bool:
    """Return whether the task itself was cancelled: libraries may raise CancelledError too."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def ignore(*_arguments: object) -> None:
    """Do nothing: a callback for reports that nobody needs."""


@contextlib.asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, T]) -> AsyncGenerator[asyncio.Task[T]]:
    """Run work in the background during the block, then cancel it and wait for its end."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(
    condition: Callable[[], bool], within_s: float, task: asyncio.Task[Any] | None = None
) -> None:
    """Wait until a condition holds. Raises TimeoutError, or the exception that ended the task."""
    async with asyncio.timeout(within_s):
        while not condition():
            if task and task.done():
                task.result()
            await asyncio.sleep(LOOK_EVERY_S)


async def supervise(
    name: str,
    run: Runs,
    *,
    failed: Callable[[str, Exception], None] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
) -> None:
    """Keep ``run`` running until it returns; without ``failed``, our own faults end it."""
    failures = 0
    faults: set[str] = set()

    def up() -> None:
        nonlocal failures
        if failures:
            log.info("%s is back", name)
        failures = 0

    while True:
        try:
            await guarded(run(up))
        except LinkLost as lost:
            failures += 1
            wait = back_off(failures, chance())
            level = logging.WARNING if failures == 1 else logging.DEBUG
            log.log(level, "%s: %s; trying again in %.1f s", name, lost, wait)
            await sleep(wait)
        except Exception as fault:
            if failed is None:
                raise
            failures += 1
            if repr(fault) not in faults:
                faults.add(repr(fault))
                failed(name, fault)
            await sleep(back_off(failures, chance()))
        else:
            return
