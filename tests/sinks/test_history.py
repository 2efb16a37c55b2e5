"""History: what a session leaves, what the coach gets back, and what a power cut costs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cued.coach.workout import ladder, profile
from cued.coach.workout.memory import Memory
from cued.config import Site
from cued.model import Command, Mounting, Notice, Phase
from cued.recording.history import file
from cued.recording.history.file import NAME
from cued.recording.history.schema import load
from cued.sinks import history as history_sink
from cued.sinks.history import COMMIT_EVERY_S, Config, History
from tests.coach.runner import Runner, follow
from tests.helpers.disk import remount

DAY = 86400.0


class Wall:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def history(folder: Path, wall: Wall) -> History:
    return History(Config(), Site(state=str(folder)), lambda said: None, wall)


def new_history(folder: Path, wall: Wall) -> tuple[History, list[Notice]]:
    """Return a history sink, and where it says what a person should know."""
    reported: list[Notice] = []

    def ask(said: Command | Notice) -> None:
        assert isinstance(said, Notice)
        reported.append(said)

    return History(Config(), Site(state=str(folder)), ask, wall), reported


async def keep(folder: Path, wall: Wall, runner: Runner) -> None:
    """Let a history sink see everything that a runner's coach said."""
    async with history(folder, wall) as sink:
        began = wall.now - runner.t
        for event in runner.events:
            wall.now = began + event.t
            sink.take(event)


async def trained(folder: Path, wall: Wall, *memory: Memory, **options: Any) -> Runner:
    """Return a runner whose whole session the history saw."""
    runner = Runner(*memory, **options)
    follow(runner)
    await keep(folder, wall, runner)
    return runner


@pytest.mark.parametrize(("answer", "later"), [("", False), ("same_runner", True)])
async def test_a_session_whose_runner_is_in_doubt_leaves_no_step(
    tmp_path: Path, answer: str, later: bool
) -> None:
    wall = Wall()
    runner = Runner(feedback="full")
    follow(runner, speed=0.5)
    runner.stand(10.0)
    await keep(tmp_path, wall, runner)
    before = load(tmp_path / NAME, "runner", wall)
    assert len(before.usual) == len(runner.coach.memory.usual) > 0
    runner.events.clear()
    runner.stride_s = 1.25
    runner.t += DAY
    follow(runner, speed=0.5)
    if answer:
        runner.say(answer)
    await keep(tmp_path, wall, runner)
    after = load(tmp_path / NAME, "runner", wall)
    assert (after.imprint != before.imprint) is later
    assert (after.usual, after.imprint) == (
        runner.coach.memory.usual,
        runner.coach.memory.imprint,
    ) or later
    assert after.sessions == 2
    assert after.backward_s(DAY, 0.0) > 0.0


async def test_a_session_comes_back_as_memory(tmp_path: Path) -> None:
    wall = Wall()
    first = await trained(tmp_path, wall, profile="variety_for_a_runner")
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
    assert load(tmp_path / NAME, Site().runner, wall).stage == 1


async def test_caps_of_day_and_week_survive_a_restart(tmp_path: Path) -> None:
    wall = Wall()
    runner = await trained(tmp_path, wall, profile="variety_for_a_runner")
    moved = runner.summaries()[0].backward_s
    for later, day, week in ((3600.0, moved, moved), (DAY, 0.0, moved), (8 * DAY, 0.0, 0.0)):
        memory = load(tmp_path / NAME, "runner", lambda later=later: wall.now + later)
        assert memory.backward_s(20 * 3600.0, 0.0) == pytest.approx(day, abs=0.1)
        assert memory.backward_s(7 * DAY, 0.0) == pytest.approx(week, abs=0.1)


async def test_a_power_cut_loses_only_what_was_not_committed(tmp_path: Path) -> None:
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
        sink._waiting.extend(sink._gathered())
        sink._write()
        shutil.copytree(tmp_path, cut)
    memory = load(cut / NAME, "runner", wall)
    assert memory.sessions == 1
    assert memory.past[0].backward_s == pytest.approx(100.0, abs=3.0)
    with closing(sqlite3.connect(cut / NAME)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select count(*) from phase").fetchone()[0] >= 4


async def test_runners_are_kept_apart(tmp_path: Path) -> None:
    wall = Wall()
    await trained(tmp_path, wall)
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
    assert memory.runner == "ann"
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


async def test_how_a_sensor_was_worn_is_kept_by_runner(tmp_path: Path) -> None:
    worn = ((0.0, 1.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    wall = Wall()
    async with history(tmp_path, wall) as sink:
        sink.take(Phase(t=0.0, name="settle", from_="idle", why="begin"))
        for front in ("configured", "program"):
            sink.take(
                Mounting(t=9.0, sensor="back", state="known", matrix=worn, front=front, sure=True)
            )
    assert load(tmp_path / NAME, Site().runner, wall).earlier("back") == worn
    assert load(tmp_path / NAME, "other", wall).worn == {}


async def test_a_folder_that_cannot_be_written_is_one_notice_and_no_crash(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    sink, reported = new_history(blocked, Wall())
    runner = Runner()
    runner.walk(10.0)
    async with sink:
        for event in runner.events:
            sink.take(event)
    assert [n.code for n in reported] == ["not_kept"]
    assert str(blocked / NAME) in reported[0].text


@pytest.mark.parametrize("damage", ["no database", "cut", "a page overwritten"])
async def test_a_damaged_history_is_set_aside_and_a_new_one_starts_with_the_lowest_caps(
    tmp_path: Path, damage: str
) -> None:
    wall = Wall()
    runner = await trained(tmp_path, wall, profile="variety_for_a_runner")
    path = tmp_path / NAME
    whole = path.read_bytes()
    damaged = {
        "no database": b"not a database" * 100,
        "cut": whole[: len(whole) // 2],
        "a page overwritten": whole[:4096] + b"x" * 4096 + whole[8192:],
    }[damage]
    path.write_bytes(damaged)
    memory = load(path, "runner", time.time)
    assert "set aside as history.sqlite.bad" in memory.doubt
    assert (tmp_path / "history.sqlite.bad").read_bytes() == damaged
    chosen = profile.load("variety_for_a_runner")
    assert ladder.prescribe(1, memory, chosen).left_s == pytest.approx(900 / 7)
    assert ladder.prescribe(1, memory.of("ann"), chosen).left_s == pytest.approx(900 / 7)
    await keep(tmp_path, wall, runner)
    again = load(path, "runner", time.time)
    assert (again.sessions, bool(again.doubt)) == (1, True)
    assert not load(path, "runner", lambda: time.time() + 8 * DAY).doubt


async def test_damage_found_while_writing_loses_no_row_of_the_session(
    tmp_path: Path,
) -> None:
    wall = Wall()
    runner = Runner()
    runner.walk(10.0)
    sink, reported = new_history(tmp_path, wall)
    async with sink:
        for event in runner.events[:2]:
            sink.take(event)
        await sink._write_and_report()
        assert sink._connection
        sink._connection.close()
        sink._connection = _Malformed()
        for event in runner.events[2:]:
            sink.take(event)
        await sink._write_and_report()
    assert [n.code for n in reported] == ["not_kept", "not_kept", "kept_again"]
    assert "set aside as history.sqlite.bad" in reported[1].text
    assert load(tmp_path / NAME, Site().runner, wall).sessions == 1


class _Malformed:
    """A connection to a database of which a page is damaged."""

    def execute(self, *_args: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    def __enter__(self) -> _Malformed:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize("how", ["file", "folder"])
async def test_a_history_deleted_while_written_is_started_again_with_the_session(
    tmp_path: Path, how: str
) -> None:
    wall = Wall()
    runner = Runner()
    runner.walk(10.0)
    state = tmp_path / "state"
    sink, reported = new_history(state, wall)
    async with sink:
        for event in runner.events[:2]:
            sink.take(event)
        await sink._write_and_report()
        if how == "folder":
            state.rename(tmp_path / "elsewhere")
        else:
            (state / NAME).unlink()
        for event in runner.events[2:]:
            sink.take(event)
        await sink._write_and_report()
    assert [n.code for n in reported] == ["not_kept"]
    assert load(state / NAME, "runner", wall).sessions == 1


@pytest.mark.alone
async def test_a_history_on_a_read_only_disk_is_read_and_written_when_possible(disk: Path) -> None:
    wall = Wall()
    await trained(disk, wall, profile="variety_for_a_runner")
    remount(disk, "ro")
    memory = load(disk / NAME, "runner", wall)
    assert (memory.sessions, memory.doubt) == (1, "")
    sink, reported = new_history(disk, wall)
    async with sink:
        second = Runner(memory, profile="variety_for_a_runner")
        second.walk(10.0)
        for event in second.events:
            sink.take(event)
        await sink._write_and_report()
        remount(disk, "rw")
        await sink._write_and_report()
    assert [n.code for n in reported] == ["not_kept", "history_back"]
    assert load(disk / NAME, "runner", wall).sessions == 2


async def test_a_full_disk_that_gets_room_again_loses_no_row(disk: Path) -> None:
    wall = Wall()
    runner = Runner()
    runner.walk(10.0)
    sink, reported = new_history(disk, wall)
    async with sink:
        filling = disk / "filling"
        with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        for event in runner.events:
            sink.take(event)
        for _ in range(2):
            await sink._write_and_report()
        filling.unlink()
        await sink._write_and_report()
    assert [n.code for n in reported] == ["not_kept", "kept_again"]
    assert load(disk / NAME, "runner", wall).sessions == 1


async def test_a_history_locked_at_the_start_is_used_when_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "BUSY_S", 0.01)
    wall = Wall()
    await trained(tmp_path, wall, profile="variety_for_a_runner")
    sink, reported = new_history(tmp_path, wall)
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        other.execute("update session set cues = cues")
        assert "locked" in load(tmp_path / NAME, "runner", wall).doubt
        await sink.__aenter__()
        other.execute("commit")
    await sink._write_and_report()
    await sink.__aexit__(None, None, None)
    assert [n.code for n in reported] == ["not_kept", "history_back"]
    assert not load(tmp_path / NAME, "runner", wall).doubt


async def test_what_could_not_be_written_for_a_while_is_written_later(tmp_path: Path) -> None:
    wall = Wall()
    runner = Runner()
    runner.walk(10.0)
    sink, reported = new_history(tmp_path, wall)
    async with sink:
        assert sink._connection
        sink._connection.execute("pragma busy_timeout = 1")
        for event in runner.events:
            sink.take(event)
        with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as other:
            other.execute("begin immediate")
            await sink._write_and_report()
            assert "database is locked" in reported[0].text
    assert load(tmp_path / NAME, Site().runner, wall).sessions == 1


@pytest.mark.parametrize("what", ["mkfifo", "mkdir"])
async def test_a_pipe_or_folder_in_its_place_is_doubtful_and_never_blocks(what, tmp_path) -> None:
    path = tmp_path / NAME
    getattr(os, what)(path)
    assert "not a file" in load(path, "anna", Wall()).doubt
    sink, reported = new_history(tmp_path, Wall())
    async with asyncio.timeout(5), sink:
        pass
    assert [n.code for n in reported] == ["not_kept"]
    path.rmdir() if what == "mkdir" else path.unlink()


def test_a_history_of_a_later_version_is_named_and_left_unchanged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        connection.execute("pragma user_version = 7")
    before = (tmp_path / NAME).read_bytes()
    assert "format 7" in load(tmp_path / NAME, "runner").doubt
    assert "a later cued wrote it" in caplog.text
    assert (tmp_path / NAME).read_bytes() == before


async def test_a_damaged_value_loses_only_itself(tmp_path: Path) -> None:
    wall = Wall()
    await trained(tmp_path, wall, profile="variety_for_a_runner")
    whole = load(tmp_path / NAME, "runner", wall)
    with closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        connection.execute("update imprint set value = 'x' where rowid = 1")
        connection.execute("update session set details = '{'")
    damaged = load(tmp_path / NAME, "runner", wall)
    assert damaged.backward_s(DAY, 0.0) == whole.backward_s(DAY, 0.0) > 0.0
    assert len(whole.imprint) - 1 <= len(damaged.imprint) <= len(whole.imprint)
    with closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        connection.execute("update session set duration_s = 'long'")
    assert load(tmp_path / NAME, Site().runner, wall).doubt


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
        assert load(tmp_path / NAME, Site().runner, wall).sessions == 1


async def test_a_write_that_was_cancelled_before_it_began_loses_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_sink, "COMMIT_EVERY_S", 0.0)
    busy = threading.Event()
    with ThreadPoolExecutor(1) as only:
        asyncio.get_running_loop().set_default_executor(only)
        wall = Wall()
        runner = Runner()
        runner.walk(10.0)
        async with history(tmp_path, wall) as sink:
            occupied = asyncio.get_running_loop().run_in_executor(only, busy.wait)
            for event in runner.events:
                sink.take(event)
            writing = asyncio.create_task(sink.run())
            await asyncio.sleep(0.05)  # its write waits for the only thread
            writing.cancel()
            await asyncio.sleep(0.05)  # the cancellation is there before the thread is free
            busy.set()
            with contextlib.suppress(asyncio.CancelledError):
                await writing
            await occupied
    assert load(tmp_path / NAME, Site().runner, wall).sessions == 1
