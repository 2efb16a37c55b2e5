"""The reconnect loop: waits out lost links, forgets them once data flow, tells faults once."""

from __future__ import annotations

import asyncio
import logging

from cued.model import LinkLost
from cued.runtime.supervise import LONGEST_S, back_off, supervise


async def waits(script, faults=None):
    """Run a script of 'lost', 'up+lost' and 'end'; the waits in between."""
    slept = []

    async def sleep(seconds):
        slept.append(round(seconds, 3))

    steps = iter(script)

    async def run(up):
        step = next(steps)
        if "up" in step:
            up()
        if "lost" in step:
            raise LinkLost("went away")
        if step == "bug":
            raise KeyError("bug")

    def failed(name, error):
        faults.append(f"{name}: {error!r}")

    faults = [] if faults is None else faults
    await supervise("thing", run, failed=failed, sleep=sleep, chance=lambda: 0.5)
    return slept


async def test_waits_double_and_start_over_after_a_good_connection():
    assert await waits(["lost", "lost", "lost", "up+lost", "end"]) == [0.5, 1.0, 2.0, 0.5]


async def test_a_bug_is_reported_once_and_retried_like_a_lost_link():
    faults = []
    assert await waits(["bug", "bug", "lost", "end"], faults) == [0.5, 1.0, 2.0]
    assert len(faults) == 1
    assert faults[0].startswith("thing: KeyError")


async def test_the_first_failure_is_a_warning_and_the_rest_are_not(caplog):
    with caplog.at_level(logging.DEBUG):
        await waits(["lost", "lost", "lost", "end"])
    assert [r.levelname for r in caplog.records] == ["WARNING", "DEBUG", "DEBUG"]


def test_waits_are_bounded_and_spread():
    assert [back_off(n, 0.5) for n in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert back_off(50, 0.5) == LONGEST_S
    assert back_off(50, 0.5, longest_s=60.0) == 60.0
    assert back_off(3, 0.0) == 1.5
    assert back_off(3, 1.0) == 2.5


def test_a_peer_that_is_away_for_days_is_still_retried():
    assert back_off(10_000, 0.5) == LONGEST_S  # 2.0 ** 1024 is an OverflowError


async def test_a_cancellation_by_a_library_is_a_fault_and_not_a_silent_end():
    turns, faults = [], []

    async def run(up):
        turns.append(1)
        if len(turns) < 3:
            raise asyncio.CancelledError

    async def sleep(_seconds):
        pass

    await supervise("it", run, failed=lambda *fault: faults.append(fault), sleep=sleep)
    assert len(turns) == 3
    assert [(name, str(fault)) for name, fault in faults] == [("it", "a library cancelled it")]
