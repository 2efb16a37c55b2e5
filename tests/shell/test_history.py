"""History: what a session leaves, what the coach gets back, and what a power cut costs."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cued.coach.workout.memory import Memory
from cued.config import Site
from cued.model import Command
from cued.recording.history.schema import NAME, load
from cued.sinks.history import COMMIT_EVERY_S, Config, History
from tests.core.coach.runner import Runner, follow

DAY = 86400.0


class Wall:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def history(folder: Path, wall: Wall) -> History:
    return History(Config(), Site(state=str(folder)), lambda command: None, wall)


async def keep(folder: Path, wall: Wall, runner: Runner) -> None:
    """Let a history sink see everything that a runner's coach said."""
    async with history(folder, wall) as sink:
        began = wall.now - runner.t
        for event in runner.events:
            wall.now = began + event.t
            sink.take(event)


async def test_a_session_comes_back_as_memory(tmp_path: Path) -> None:
    wall = Wall()
    first = Runner(profile="variety_for_a_runner")
    follow(first)
    await keep(tmp_path, wall, first)
    memory = load(tmp_path / NAME, "runner", wall)
    kept = first.coach.memory
    assert (memory.sessions, memory.stage, memory.clean_sessions) == (1, 0, 1)
    assert memory.imprint == kept.imprint
    assert memory.past[0].backward_s == pytest.approx(kept.past[0].backward_s, abs=0.1)
    assert memory.past[0].peak_m_s == kept.past[0].peak_m_s
    second = Runner(memory, profile="variety_for_a_runner")
    follow(second)
    wall.now += 2 * DAY
    await keep(tmp_path, wall, second)
    assert load(tmp_path / NAME, "runner", wall).stage == 1


async def test_caps_of_day_and_week_survive_a_restart(tmp_path: Path) -> None:
    wall = Wall()
    runner = Runner(profile="variety_for_a_runner")
    follow(runner)
    await keep(tmp_path, wall, runner)
    moved = runner.summaries()[0].backward_s
    for later, day, week in ((3600.0, moved, moved), (DAY, 0.0, moved), (8 * DAY, 0.0, 0.0)):
        memory = load(tmp_path / NAME, "runner", lambda later=later: wall.now + later)
        assert memory.backward_s(20 * 3600.0, 0.0) == pytest.approx(day, abs=0.1)
        assert memory.backward_s(7 * DAY, 0.0) == pytest.approx(week, abs=0.1)


async def test_a_power_cut_loses_at_most_what_was_not_yet_committed(tmp_path: Path) -> None:
    wall = Wall()
    runner = Runner(Memory(stage=1, sessions=2), profile="variety_for_a_runner")
    runner.belt(0.6)
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(100.0, "backward")
    cut = tmp_path / "cut"
    sink = history(tmp_path, wall)
    async with sink:
        strides = [e for e in runner.fed if e.t > runner.t - 100.0]
        for event in (*runner.events, *strides):
            sink.take(event)
        sink._write(sink._gathered())
        shutil.copytree(tmp_path, cut)
    memory = load(cut / NAME, "runner", wall)
    assert memory.sessions == 1
    assert memory.past[0].backward_s == pytest.approx(100.0, abs=3.0)
    with closing(sqlite3.connect(cut / NAME)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select count(*) from phase").fetchone()[0] >= 4


async def test_runners_are_kept_apart(tmp_path: Path) -> None:
    wall = Wall()
    one = Runner()
    follow(one)
    await keep(tmp_path, wall, one)
    two = Runner()
    async with history(tmp_path, wall) as sink:
        command = Command(t=0.0, name="runner", value="ann")
        sink.watch(command)
        for event in two.feed(command):
            sink.take(event)
        two.events.clear()
        follow(two)
        for event in two.events:
            sink.take(event)
    memory = load(tmp_path / NAME, "ann", wall)
    assert memory.sessions == 1
    assert set(memory.others) == {"runner"}
    assert load(tmp_path / NAME, "nobody", wall).sessions == 0


async def test_effects_are_counted_by_phrase(tmp_path: Path) -> None:
    wall = Wall()
    runner = Runner(program=False)
    runner.belt(0.6)
    runner.walk(120.0, "backward")
    runner.walk(12.0, "backward", factor=1.15)
    runner.walk(60.0, "backward")
    await keep(tmp_path, wall, runner)
    worked = load(tmp_path / NAME, "runner", wall).worked
    assert [(w.judged, w.worked) for w in worked.values()] == [(1, 1)]


async def test_a_folder_that_cannot_be_written_is_one_line_and_no_crash(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    runner = Runner()
    runner.walk(10.0)
    await keep(blocked, Wall(), runner)
    assert len([r for r in caplog.records if "history cannot be written" in r.message]) == 1


def test_a_broken_database_is_an_empty_memory_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"not a database" * 100)
    assert load(path, "runner") == Memory(runner="runner")
    assert "cannot be read" in caplog.text
    assert load(tmp_path / "none.sqlite", "ann") == Memory(runner="ann")


async def test_what_could_not_be_written_for_a_while_is_written_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wall = Wall()
    runner = Runner()
    runner.walk(10.0)
    async with history(tmp_path, wall) as sink:
        assert sink._connection
        sink._connection.execute("pragma busy_timeout = 1")
        for event in runner.events:
            sink.take(event)
        with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as other:
            other.execute("begin immediate")
            sink._write(sink._gathered())
            assert "database is locked" in caplog.text
    assert load(tmp_path / NAME, "runner", wall).sessions == 1


def test_a_history_of_a_later_version_is_named_and_left_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        connection.execute("pragma user_version = 7")
    before = (tmp_path / NAME).read_bytes()
    assert load(tmp_path / NAME, "runner") == Memory(runner="runner")
    assert "a later cued wrote it" in caplog.text
    assert (tmp_path / NAME).read_bytes() == before


async def test_a_damaged_value_costs_that_value_only(tmp_path: Path) -> None:
    wall = Wall()
    runner = Runner(profile="variety_for_a_runner")
    follow(runner)
    await keep(tmp_path, wall, runner)
    whole = load(tmp_path / NAME, "runner", wall)
    with closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        connection.execute("update imprint set value = 'x' where rowid = 1")
        connection.execute("update session set details = '{'")
    damaged = load(tmp_path / NAME, "runner", wall)
    assert damaged.backward_s(DAY, 0.0) == whole.backward_s(DAY, 0.0) > 0.0
    assert len(whole.imprint) - 1 <= len(damaged.imprint) <= len(whole.imprint)
    with closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        connection.execute("update session set duration_s = 'long'")
    assert load(tmp_path / NAME, "runner", wall) == Memory(runner="runner")


async def test_nobody_else_may_read_the_history(tmp_path: Path) -> None:
    async with history(tmp_path, Wall()):
        assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


def test_rows_are_committed_often_enough_to_lose_at_most_10_s() -> None:
    assert COMMIT_EVERY_S <= 5.0  # and as much again for a card that is slow


async def test_the_daemons_end_commits_before_links_are_closed(tmp_path: Path) -> None:
    wall = Wall()
    runner = Runner()
    runner.walk(10.0)
    sink = history(tmp_path, wall)
    async with sink:
        for event in runner.events:
            sink.take(event)
        task = asyncio.create_task(sink.run())
        await asyncio.sleep(0)  # it has begun to wait
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert load(tmp_path / NAME, "runner", wall).sessions == 1
