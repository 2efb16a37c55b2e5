"""Promises of every sink: taking an event never blocks, and leaving leaves nothing behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cued import parts
from cued.config import Site
from cued.model import Cue, Gait, Measurement, Phase, Stride, Stumble, Summary, Tick
from cued.sinks.events import Config, EventLines
from cued.sinks.sink import Sink
from tests.helpers.built import built
from tests.helpers.world import free_port

EVENTS = [
    Phase(t=1.0, name="settle", from_="check_in", why="ready"),
    Gait(t=1.0, mode="walking", direction="backward"),
    Stride(t=2.0, side="left", duration_s=1.1, length_m=0.8, speed_m_s=0.7),
    Measurement(t=2.0, name="cadence_spm", value=108.0, unit="spm", strides=4),
    Cue(t=2.5, key="k", text="x", pattern="notice", priority=2, verdict="given"),
    Stumble(t=3.0, score=1.2),
    Summary(t=9.0, started_t=0.0, duration_s=9.0, strides=5, backward_s=3.0, cues=1, stumbles=0),
]


def build(name: str, folder: Path) -> Sink:
    """Build a sink with its defaults, except those that would touch the machine."""
    wanted = {f.name for f in msgspec.structs.fields(parts.load("sinks", name).config)}
    options: dict[str, Any] = {
        "file": str(folder / "lines"),
        "port": free_port(),
        "websocket_port": free_port(),
    }
    wanted = {k: v for k, v in options.items() if k in wanted}
    site = Site(state=str(folder / "state"), cache=str(folder / "cache"), runtime=str(folder))
    return built("sinks", name, site, lambda _command: None, **wanted)


async def at_work(sink: Sink, rounds: int) -> float:
    """Enter, run, take and leave; return the longest time to take an event, s."""
    loop = asyncio.get_running_loop()
    slowest = 0.0
    async with sink:
        task = asyncio.create_task(sink.run())
        for n in range(rounds):
            for event in EVENTS[:-1]:
                before = loop.time()
                sink.watch(Tick(float(n)))
                sink.take(event)
                slowest = max(slowest, loop.time() - before)
            if n % 50 == 0:
                await asyncio.sleep(0)
        sink.take(EVENTS[-1])
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return slowest


@pytest.mark.parametrize("name", parts.names("sinks"))
async def test_taking_an_event_never_blocks(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for attempt in range(3):  # a busy machine may be late once; what blocks does so each time
        if await at_work(build(name, tmp_path / str(attempt)), 300) < 0.25:
            return  # a cue is valid for 1.5 s
    pytest.fail("it blocks")


@pytest.mark.parametrize("name", parts.names("sinks"))
async def test_leaving_without_having_run_is_harmless(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with build(name, tmp_path) as _:
        pass


@pytest.mark.parametrize("name", parts.names("sinks"))
async def test_it_ends_soon_when_cancelled(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with asyncio.timeout(15):
        await at_work(build(name, tmp_path), 1)
    assert [t for t in asyncio.all_tasks() if t is not asyncio.current_task()] == []


async def test_leaving_flushes_event_lines(tmp_path: Path) -> None:
    sink = build("events", tmp_path)
    assert isinstance(sink, EventLines)
    await at_work(sink, 1)
    assert (tmp_path / "lines").read_text().count("\n") == len(EVENTS)


@pytest.mark.parametrize("events", [1, 5000])
def test_a_full_disk_for_event_lines_is_reported_once(
    caplog: pytest.LogCaptureFixture, events: int
) -> None:
    lines = EventLines(Config(file="/dev/full"), Site(), lambda _: None)
    lines.open()
    for _ in range(events):
        lines.take(EVENTS[0])
    lines.close()
    assert [r.getMessage() for r in caplog.records] == [
        "/dev/full: lines are missing: No space left on device"
    ]


async def test_an_event_file_that_cannot_be_opened_does_not_end_the_daemon(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    await at_work(
        EventLines(Config(file=str(tmp_path / "no" / "lines")), Site(), lambda _: None), 1
    )
    (said,) = caplog.messages
    assert said.endswith("lines: cannot be written: No such file or directory")


async def test_leaving_keeps_a_summary_that_no_broker_took(tmp_path: Path) -> None:
    await at_work(build("mqtt", tmp_path), 1)
    (kept,) = (tmp_path / "state" / "mqtt").glob("*.json")
    assert msgspec.json.decode(kept.read_bytes())["strides"] == 5
