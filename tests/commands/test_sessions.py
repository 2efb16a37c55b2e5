"""Sessions on disk: listed, named, joined, thrown away for want of room, and really forgotten."""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from cued import __main__, config
from cued.coach.workout.memory import Memory, Usual, Worked
from cued.commands import _sessions
from cued.config import Site
from cued.model import (
    CommandResult,
    Notice,
    Phase,
    Summary,
    Tick,
)
from cued.recording.history import schema
from cued.recording.history.file import NAME as HISTORY
from cued.recording.sessions import folder, rewriting
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.records import MAGIC
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionWriter
from cued.sinks.history import Config, History
from tests.recording.sessions.kept import NOW, cued, write


@pytest.fixture
def there(tmp_path):
    return tmp_path / "sessions"


def test_the_list_shows_runner_content_and_damage(tmp_path, there, capsys):
    write(there, "anna", days_ago=2)
    write(there, "bea", days_ago=1, stumbles=2, end=False)
    (there / "2020-01-01_000000.mcap").write_bytes(MAGIC + b"X")
    assert cued(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "cut short before anything was recorded" in lines[1]
    assert "anna" in lines[2]
    assert "bea" in lines[3]
    assert "no end" in lines[3]
    for words, count in (
        (["--runner", "bea"], 2),
        (["--stumbles"], 2),
        (["--since", "2027-01-14"], 2),
        (["list", "--runner", "anna"], 2),
        (["--runner", "anna", "list"], 2),
        (["list", "--folder", str(tmp_path)], 1),
    ):
        assert cued(tmp_path, *words) == 0
        assert len(capsys.readouterr().out.splitlines()) == count, words


def test_a_session_gets_a_name_and_is_found_by_it(tmp_path, there, capsys):
    path = write(there, "anna")
    assert cued(tmp_path, "rename", "last", "hills") == 0
    assert not path.exists()
    assert folder.find(there, "hills").stem == f"{path.stem}_hills"
    assert cued(tmp_path, "rename", "hills", "long-hills") == 0
    assert folder.find(there, "long-hills").stem == f"{path.stem}_long-hills"
    assert cued(tmp_path, "rename", "last", "a/b") == 1
    assert "letters, digits" in capsys.readouterr().err


def test_joined_sessions_of_one_runner_keep_everything(tmp_path, there):
    first, second = write(there, "anna", days_ago=1), write(there, "anna", stumbles=1)
    events = [list(RecordedSession(p).events(RecordedSession(p).parts[0])) for p in (first, second)]
    assert cued(tmp_path, "merge", second.stem, first.stem) == 0
    assert not second.exists()
    joined = RecordedSession(first)
    assert [list(joined.events(part)) for part in joined.parts] == events


@pytest.mark.parametrize("other", ["bea", "anna"])
def test_sessions_that_do_not_belong_together_are_not_joined(tmp_path, there, other):
    first = write(there, "anna", days_ago=1)
    second = write(there, "bea") if other == "bea" else first
    before = first.read_bytes()
    assert cued(tmp_path, "merge", first.stem, second.stem) == 1
    assert first.read_bytes() == before
    assert second.exists()


def test_without_a_terminal_nothing_is_deleted_without_yes(tmp_path, there, capsys):
    path = write(there, "anna")
    assert cued(tmp_path, "delete", path.stem) == 1
    assert path.exists()
    assert "--yes" in capsys.readouterr().err
    assert cued(tmp_path, "delete", path.stem, "--yes") == 0
    assert not path.exists()


async def remember(path, site_of, runner):
    sink = History(Config(), replace(site_of, runner=runner), lambda command: None)
    async with sink:
        sink.take(Phase(t=0.0, name="free_run", from_="idle", why="wander"))
        sink.take(
            Summary(
                t=9.0, started_t=0.0, duration_s=9.0, strides=4, backward_s=0.0, cues=0, stumbles=0,
                details={"runner": runner},
            )
        )  # fmt: skip


def everything(path):
    """The bytes of a file; of a session what its pieces hold, too."""
    data = path.read_bytes()
    if path.suffix == ".mcap":
        session = RecordedSession(path)
        data += b"".join(chunk for part in session.parts for chunk in session.chunks(part))
    return data


@pytest.mark.parametrize("end", [True, False])
def test_the_chosen_runner_counts_even_without_a_summary(tmp_path, there, end):
    chosen = CommandResult(t=0.0, name="runner", ok=True)
    path = write(there, "anna", chosen=("bea", chosen, "cleo"), end=end)
    session = RecordedSession(path)
    assert session.ending(session.parts[0]).runner == "bea"
    assert cued(tmp_path, "forget", "anna", "--yes") == 0
    assert path.exists()
    assert b"anna" not in everything(path)
    assert cued(tmp_path, "forget", "bea", "--yes") == 0
    assert not path.exists()


async def test_a_forgotten_runner_is_in_no_file_any_more(tmp_path, there, capsys):
    site = Site(state=str(tmp_path))
    for runner in ("anna-secret", "bea"):
        await remember(tmp_path, site, runner)
    own = write(there, "anna-secret", days_ago=3)
    named = write(there, "bea", days_ago=2, named=("anna-secret", "cleo"))
    chosen = write(there, "bea", days_ago=1, chosen=("anna-secret", "bea"))
    untouched = write(there, "cleo")
    (tmp_path / "mqtt").mkdir()
    for n, runner in enumerate(("bea", "anna-secret")):
        (tmp_path / f"mqtt/{n}.json").write_text(f'{{"details": {{"runner": "{runner}"}}}}')
    bytes_before = untouched.read_bytes()
    events = list(RecordedSession(named).events(RecordedSession(named).parts[0]))

    assert cued(tmp_path, "forget", "anna-secret", "--yes") == 0
    output = capsys.readouterr().out
    assert "deleted 1 session, 1 row of the history and 1 unsent summary" in output
    assert "removed the name from 2 other sessions" in output
    assert "not touched: dashboards" in output
    assert (tmp_path / "mqtt/0.json").exists()
    assert not own.exists()
    assert untouched.read_bytes() == bytes_before
    for path in (named, chosen):
        session = RecordedSession(path)
        (part,) = session.parts
        records = [repr(part.opening), *map(repr, session.inputs(part))]
        assert not any("anna-secret" in text for text in records)
    assert list(RecordedSession(named).events(RecordedSession(named).parts[0])) == events
    assert "well done, cleo" in RecordedSession(named).parts[0].opening.memory.worked
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"anna-secret" not in everything(path), path
    assert schema.load(tmp_path / HISTORY, "bea").sessions == 1


async def test_a_guest_session_names_no_forgotten_runner(tmp_path, there):
    worked = {"well done": Worked(3, 3)}
    usual = Usual(direction="forward", mode="walking", speed=5, incline=0, stride_s=(1.2345,))
    memory = Memory(runner="anna", worked=worked, usual=(usual,))
    opening = Opening(began=NOW, t=0.0, memory=memory, config={"coach": {"runner": "anna"}})
    log = SessionWriter(folder.new(there, opening), opening)
    log.write([Tick(1.0), Notice(t=1.0, level="info", code="guest_runs", text="")])
    log.abandon()  # the power went, so nothing sums it up
    (part,) = RecordedSession(log.path).parts
    assert RecordedSession(log.path).ending(part).runner == "guest"
    assert cued(tmp_path, "forget", "anna", "--yes") == 0
    (part,) = RecordedSession(log.path).parts
    assert part.opening.memory == Memory(runner=rewriting.NOBODY)
    assert b"1.2345" not in everything(log.path)
    assert cued(tmp_path, "forget", "guest", "--yes") == 0
    assert not log.path.exists()


def test_forgetting_also_clears_files_set_aside_and_lists_what_still_names_the_runner(
    tmp_path, there, capsys
):
    write(there, "anna")
    bad, notes = tmp_path / f"{HISTORY}.bad", tmp_path / "notes.txt"
    bad.write_bytes(b"\0anna\0")
    notes.write_text("for anna, of Hanna")
    (tmp_path / "other.txt").write_text("Joanna")
    config_file = tmp_path / "cued.toml"
    config_file.write_text(
        f"[station]\nstate = {str(tmp_path)!r}\n[coach]\nrunner = 'anna'\n[sinks.recorder]\n"
    )
    words = ["sessions", "--config", str(config_file), "forget", "anna", "--yes"]
    assert __main__.main(words) == 0
    output = capsys.readouterr().out
    assert bad.read_bytes() == b""
    assert f"still named in: {config_file}, {notes}" in output
    assert "other.txt" not in output


async def test_forgetting_keeps_the_time_of_rewritten_files(tmp_path, there):
    path = write(there, "bea", days_ago=2, named=("anna",))
    before = path.stat().st_mtime_ns
    assert cued(tmp_path, "forget", "anna", "--yes") == 0
    assert path.stat().st_mtime_ns == before
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def machine():
    """A folder into which anybody may look; those above ``tmp_path`` are its owner's alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def service(machine, monkeypatch):
    """A machine on which the service runs: its configuration, its folder, and a user's home."""
    settings, kept, home = machine / "etc", machine / "var/lib/cued", machine / "home"
    settings.mkdir()
    (settings / "cued.toml").write_text("[sinks.recorder]\n")
    monkeypatch.setattr(config, "SEARCHED", (str(settings / "cued.toml"),))
    monkeypatch.setattr(_sessions, "SERVICE", kept)
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    return settings, kept, home / "cued"


def listed(capsys, *words):
    status = __main__.main(["sessions", *map(str, words)])
    said = capsys.readouterr()
    return status, said.out + said.err


def test_a_user_finds_the_sessions_of_the_service(service, capsys):
    settings, kept, _ = service
    write(kept / "sessions", "anna")
    write(kept / "left/sessions", "bea")
    (settings / "left.toml").write_text("[sinks.recorder]\n")
    assert "anna" in listed(capsys)[1]
    assert "bea" in listed(capsys, "--config", settings / "left.toml")[1]


def test_without_a_service_the_users_folder_is_used(service, capsys):
    _, kept, own = service
    status, said = listed(capsys)
    assert (status, said) == (0, f"no sessions in {own}/sessions; --folder DIR looks elsewhere\n")
    write(own / "sessions", "cleo")
    kept.mkdir(parents=True)
    assert "cleo" in listed(capsys)[1]


def test_a_folder_named_in_the_configuration_takes_precedence(service, tmp_path, capsys):
    settings, kept, _ = service
    write(kept / "sessions", "anna")
    write(tmp_path / "named/sessions", "dora")
    (settings / "cued.toml").write_text(f"[station]\nstate = {str(tmp_path / 'named')!r}\n")
    assert "dora" in listed(capsys)[1]


def test_an_unreadable_folder_gives_one_line(service, machine, capsys, monkeypatch):
    _, kept, own = service
    copy = machine / "copy.mcap"
    shutil.copy(write(kept / "sessions", "anna"), copy)

    look = os.listdir

    def listdir(path="."):  # root, who runs some tests, may look everywhere
        if Path(path) == kept:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "listdir", listdir)
    status, said = listed(capsys)
    opened = RecordedSession(_sessions.found(argparse.Namespace(), str(copy))).parts
    assert status == 1
    assert said == (
        f"cued: {kept}, where the service keeps its sessions: Permission denied; "
        f"try sudo, or point elsewhere with --folder {own}/sessions\n"
    )
    assert opened


def test_an_unreadable_configuration_gives_one_line(machine, monkeypatch, capsys):
    monkeypatch.setattr(config, "SEARCHED", (str(machine / ("x" * 300)),))
    status, said = listed(capsys)
    assert (status, said.count("\n")) == (78, 1)
    assert "cannot be read: File name too long" in said
