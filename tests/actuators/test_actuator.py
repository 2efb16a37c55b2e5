"""Trying one pattern, and the fault of an actuator's task."""

from __future__ import annotations

import asyncio

import pytest

from cued.actuators.actuator import Actuator, Report, felt, raise_fault
from cued.model import Cue, CueDone, Notice


class Motors(Actuator):
    """Motors that report each cue as done, or why not."""

    channel = "haptic"  # type: ignore[assignment]

    def __init__(self, report: Report, why: str) -> None:
        self._report, self._why = report, why

    def give(self, cue: Cue) -> None:
        self._report(Notice(t=0.0, level="info", code="x", text="of no account"))
        for why in (self._why, "too late"):
            self._report(CueDone(0.0, cue.pattern, "haptic", ok=not why, why=why))


async def test_a_pattern_was_felt_or_there_is_a_reason() -> None:
    assert await felt("left", lambda report: Motors(report, "")) == ""
    assert await felt("left", lambda report: Motors(report, "no pins")) == "no pins"


async def test_the_fault_of_a_task_is_raised_and_its_cancellation_is_not() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(broken())
    await asyncio.wait([task])
    with pytest.raises(ZeroDivisionError):
        raise_fault(task)
    ended = asyncio.create_task(asyncio.sleep(0))
    ended.cancel()
    await asyncio.wait([ended])
    raise_fault(ended)
