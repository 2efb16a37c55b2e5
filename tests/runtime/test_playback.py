"""Inputs come at their own pace, a multiple of it, or without waiting."""

from __future__ import annotations

import asyncio

import pytest

from cued.model import BeltRequest, Tick
from cued.runtime.playback import YIELD_EVERY, Playback


async def test_ten_times_as_fast_delays_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 50.0
    came: list[tuple[float, float]] = []

    async def sleep(wait_s: float) -> None:
        nonlocal now
        now += wait_s

    def emit(item: Tick) -> None:
        nonlocal now
        came.append((item.t, now))
        now += 0.015  # processing takes time

    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    up: list[int] = []
    inputs = Playback(map(Tick, (100.0, 100.2, 100.5)), 10.0)
    await inputs.run(emit, lambda: up.append(len(came)))  # type: ignore[arg-type]
    monkeypatch.undo()
    assert up == [0], "up before the first input"
    assert [t for t, _ in came] == [100.0, 100.2, 100.5]
    assert [at for _, at in came] == pytest.approx([50.0, 50.02, 50.05])


async def test_at_full_speed_nothing_waits_and_others_get_a_turn() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(other())
    got: list[Tick] = []
    inputs = (Tick(3600.0 * n) for n in range(4 * YIELD_EVERY))
    await Playback(inputs, 0.0).run(got.append, lambda: None)  # type: ignore[arg-type]
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
