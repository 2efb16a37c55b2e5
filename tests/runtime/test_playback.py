"""Inputs come at their own pace, a multiple of it, or without waiting."""

from __future__ import annotations

import asyncio

from cued.model import BeltRequest, Tick
from cued.runtime.playback import YIELD_EVERY, Playback


async def played(times: list[float], speed: float) -> tuple[list[float], list[float]]:
    """Return the inputs' times, and when each came after the first."""
    loop = asyncio.get_running_loop()
    got: list[float] = []
    came: list[float] = []
    up: list[int] = []

    def emit(item: Tick) -> None:
        assert up == [0], "up before the first input"
        got.append(item.t)
        came.append(loop.time())

    await Playback(map(Tick, times), speed).run(emit, lambda: up.append(len(got)))  # type: ignore[arg-type]
    return got, [t - came[0] for t in came]


async def test_ten_times_as_fast_half_a_second_lasts_fifty_milliseconds() -> None:
    got, after = await played([100.0, 100.2, 100.5], 10.0)
    assert got == [100.0, 100.2, 100.5]
    assert after[1] >= 0.019
    assert 0.049 <= after[2] < 0.4


async def test_at_full_speed_nothing_waits_and_others_get_a_turn() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(other())
    got, _ = await played([3600.0 * n for n in range(4 * YIELD_EVERY)], 0.0)
    task.cancel()
    assert len(got) == 4 * YIELD_EVERY
    assert 1 <= turns <= 6


async def test_a_recordings_belt_cannot_be_changed_and_a_simulated_one_can() -> None:
    request = BeltRequest(t=0.0, why="command", speed_m_s=1.0)
    assert "cannot be changed" in await Playback([], 1.0).request(request)
    asked: list[BeltRequest] = []
    taken = Playback([], 1.0, lambda r: asked.append(r) or "")
    assert await taken.request(request) == ""
    assert asked == [request]
