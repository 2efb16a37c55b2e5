"""The one reconnect loop: run, and after a lost link wait and run again.

``LinkLost`` means that a far end went away. It is waited out with jittered exponential back-off,
told once as a warning and then as debug, and forgotten once data flow again (``up()``). A return
means finished. Any other exception is a fault of our own: it is told by ``failed``, once for each
kind, and the source is started again in the same way, because a runner is better served by the
sensors that still work than by none.
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

FIRST_S = 0.5  # delays: first, longest and growth; chosen
LONGEST_S = 30.0  # as above: a sensor that comes back waits no longer for us
STEP = 2.0  # as above
LOOK_EVERY_S = 0.05  # chosen: nobody notices

T = TypeVar("T")


class Runs(Protocol):
    """Something that runs until its link is lost, calling ``up`` once data flow."""

    def __call__(self, up: Callable[[], None]) -> Awaitable[None]:
        """Run; raises LinkLost when the far end went away."""
        ...


def back_off(failures: int, chance: float, longest_s: float = LONGEST_S) -> float:
    """Return how long to wait after so many failures in a row, s; ``chance`` 0..1: ±25 %."""
    steps = min(failures - 1, 10)  # a far end that stays away overflows no power
    return min(longest_s, FIRST_S * STEP**steps) * (0.75 + 0.5 * chance)


async def alone(work: Awaitable[None]) -> None:
    """Await work; a cancellation that nobody here asked for is a fault as any other."""
    try:
        await work
    except asyncio.CancelledError as error:
        if told_to_end():
            raise
        raise RuntimeError("a library cancelled it") from error


def told_to_end() -> bool:
    """Return whether the present task was told to end: a library may raise the same by itself."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def ignore(*_told: object) -> None:
    """Do nothing with what is told."""


@contextlib.asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, T]) -> AsyncGenerator[asyncio.Task[T]]:
    """Do work in the background meanwhile; at the end it is cancelled and waited for."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(
    condition: Callable[[], bool], within_s: float, task: asyncio.Task[Any] | None = None
) -> None:
    """Wait until a condition holds. Raises TimeoutError, or what has ended the task."""
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
    """Keep ``run`` running until it returns; without ``failed``, faults of our own end it."""
    failures = 0
    faults: set[str] = set()

    def up() -> None:
        nonlocal failures
        if failures:
            log.info("%s is back", name)
        failures = 0

    while True:
        try:
            await alone(run(up))
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
