"""The history's file: opened in whatever state it is, and set aside if it is damaged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from cued.recording.history.file import (
    NAME,
    VERSION,
    damaged,
    lost_lately,
    open_database,
    open_to_read,
    set_aside,
)

DAY = 86400.0


@pytest.fixture
def path(tmp_path):
    return tmp_path / NAME


def tables(connection):
    return {name for (name,) in connection.execute("select name from sqlite_master")}


def test_an_older_file_gets_the_tables_that_it_lacks_and_keeps_its_rows(path):
    with closing(sqlite3.connect(path)) as old, old:
        old.execute(
            "create table session (id integer primary key, runner text not null,"
            " started real not null)"
        )
        old.execute("insert into session (runner, started) values ('anna', 1.0)")
        old.execute("pragma user_version = 1")
    with closing(open_database(path)) as connection:
        assert {"phase", "cue", "effect", "imprint", "worn"} <= tables(connection)
        assert connection.execute("select runner from session").fetchall() == [("anna",)]
        assert connection.execute("pragma user_version").fetchone() == (VERSION,)


def test_a_new_file_and_its_folder_are_made_for_its_owner_only(tmp_path):
    path = tmp_path / "state" / NAME
    open_database(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_text_is_damage_and_a_later_version_is_not(path):
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError) as broken:
        open_database(path)
    assert damaged(broken.value)
    path.unlink()
    with closing(sqlite3.connect(path)) as later:
        later.execute(f"pragma user_version = {VERSION + 1}")
    with pytest.raises(sqlite3.NotSupportedError, match=f"format {VERSION + 1}") as newer:
        open_to_read(path)
    assert not damaged(newer.value)


def test_a_pipe_is_refused_and_not_waited_for(path):
    os.mkfifo(path)
    for opened in (open_database, open_to_read):
        with pytest.raises(OSError, match="not a file"):
            opened(path)


def test_damaged_files_are_kept_side_by_side_with_their_logs(path):
    for content in (b"one", b"two"):
        path.write_bytes(content)
        path.with_name(f"{NAME}-wal").write_bytes(b"rest")
        set_aside(path)
    assert {p.name: p.read_bytes() for p in path.parent.iterdir()} == {
        f"{NAME}.bad": b"one",
        f"{NAME}.bad-wal": b"rest",
        f"{NAME}.bad2": b"two",
        f"{NAME}.bad2-wal": b"rest",
    }


def test_a_loss_counts_for_a_week(path):
    path.write_bytes(b"x")
    assert lost_lately(path) == ""
    lost = set_aside(path).stat().st_mtime
    assert lost_lately(path, lambda: lost + 6.9 * DAY) == f"{NAME}.bad"
    assert lost_lately(path, lambda: lost + 7.1 * DAY) == ""
