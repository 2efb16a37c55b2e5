"""A runner's memory from the rows of the history, and its deletion."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from cued.coach.workout.memory import Memory, Worked
from cued.recording.history.file import NAME, open_database
from cued.recording.history.schema import forget, load

NOW, DAY = 1.8e9, 86400.0


@pytest.fixture
def path(tmp_path):
    """A history with two ended sessions of one runner and an unfinished one of another."""
    path = tmp_path / NAME
    ended = "insert into session values (?, 'anna', ?, ?, 600, 400, ?, 1, 0, ?, ?, 1, 1.1, '', ?)"
    details = json.dumps({"trained_stage": 2, "held_s": 30, "profile": "quiet"})
    with closing(open_database(path)) as rows, rows:
        rows.execute(ended, (1, NOW - 40 * DAY, NOW - 40 * DAY + 600, 100.0, 1, 0, "{}"))
        rows.execute(ended, (2, NOW - 2 * DAY, NOW - 2 * DAY + 600, 120.0, 3, 2, details))
        rows.execute(
            "insert into session (id, runner, started, backward_s) values (3, 'bea', ?, 50)",
            (NOW - 1000.0,),
        )
        rows.execute("insert into cue values (3, ?, 'tall', 'Tall', 'given', '{}')", (NOW - 800,))
        rows.executemany(
            "insert into effect values (?, 1.0, 'tall', 'Tall', ?, 9)", [(2, 1), (2, 0), (3, 1)]
        )
    return path


def test_the_last_stage_counts_and_five_weeks_of_sessions(path):
    memory = load(path, "anna", lambda: NOW)
    assert (memory.sessions, memory.stage, memory.clean_sessions) == (2, 3, 2)
    assert memory.profile == "quiet"
    (past,) = memory.past
    assert (past.age_s, past.backward_s, past.stage, past.held_s) == (2 * DAY - 600, 120.0, 2, 30.0)


def test_a_phrase_is_judged_by_its_own_runners_effects(path):
    assert load(path, "anna", lambda: NOW).worked == {"Tall": Worked(2, 1)}
    assert load(path, "bea", lambda: NOW).worked == {"Tall": Worked(1, 1)}


@pytest.mark.parametrize(("later", "continued"), [(0.0, True), (99.0, True), (101.0, False)])
def test_a_session_cut_off_is_continued_within_a_quarter_of_an_hour(path, later, continued):
    away = load(path, "bea", lambda: NOW + later).away  # its last cue was 800 s before
    assert (away is not None) is continued
    assert away is None or away.backward_s == 50.0


def test_an_unknown_runner_and_no_file_are_no_doubt(path):
    assert load(path, "cleo", lambda: NOW) == Memory(runner="cleo")
    assert load(path.with_name("none.sqlite"), "anna") == Memory(runner="anna")


def test_a_link_to_a_disk_that_is_not_there_is_a_doubt(path):
    path.with_name("away.sqlite").symlink_to(path.parent / "disk" / NAME)
    assert load(path.with_name("away.sqlite"), "anna").doubt


def test_a_value_of_another_kind_is_a_doubt(path):
    with closing(open_database(path)) as rows, rows:
        rows.execute("update session set duration_s = 'long' where id = 2")
    assert "a value in it is damaged" in load(path, "anna", lambda: NOW).doubt


def test_nothing_of_a_forgotten_runner_is_left_in_the_file(path):
    with closing(open_database(path)) as rows, rows:
        rows.execute("insert into worn values (2, 'anna', 1.0, 'anna-s strap', '[]', 1)")
    assert b"anna-s strap" in path.read_bytes()
    assert forget(path, "anna") == 2
    assert forget(path, "anna") == 0
    assert b"anna" not in b"".join(p.read_bytes() for p in path.parent.iterdir())
    assert load(path, "bea", lambda: NOW).sessions == 1
