"""The history's file: what it holds, how it is opened, what the coach gets from it.

Rules of this file
------------------
* The sole place with a schema. WAL mode with ``synchronous = FULL``: what a commit has written
  survives a power cut.
* ``load`` gives the coach its ``Memory``. Ages are told relative to the moment of loading, so that
  the coach needs no calendar.
* ``forget`` leaves nothing of a runner, in the file's free pages neither.
* A file of a later version is left as it is. A value that cannot be read costs that value only.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from cued.coach.workout.memory import Away, Memory, Past, Worked
from cued.model import Imprint

log = logging.getLogger(__name__)

NAME = "history.sqlite"
PAST_S = 35.0 * 86400.0
AWAY_S = 900.0  # a session cut off so recently goes on: a restart, a power cut, an upgrade
CLOCK = time.time
VERSION = 1
T = TypeVar("T")

SCHEMA = f"""
create table if not exists session (
    id integer primary key, runner text not null, started real not null, ended real,
    duration_s real not null default 0, strides integer not null default 0,
    backward_s real not null default 0, cues integer not null default 0,
    stumbles integer not null default 0, stage integer, clean_sessions integer, clean integer,
    peak_m_s real, kind text, details text not null default '{{}}');
create index if not exists session_by_runner on session (runner, started);
create table if not exists phase (
    session integer not null references session, t real not null, name text not null,
    came_from text not null, why text not null);
create table if not exists cue (
    session integer not null references session, t real not null, key text not null,
    text text not null, verdict text not null, because text not null);
create table if not exists effect (
    session integer not null references session, t real not null, key text not null,
    text text not null, worked integer not null, strides integer not null);
create index if not exists phase_by_session on phase (session);
create index if not exists cue_by_session on cue (session);
create index if not exists effect_by_session on effect (session);
create table if not exists imprint (
    session integer not null references session, runner text not null, t real not null,
    value text not null);
create index if not exists imprint_by_runner on imprint (runner, t);
create index if not exists imprint_by_session on imprint (session);
pragma user_version = {VERSION};
"""


def open_database(path: Path) -> sqlite3.Connection:
    """Open a database, making it and its folder where there is none; nobody else may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        (version,) = connection.execute("pragma user_version").fetchone()
        if version > VERSION:
            raise sqlite3.DatabaseError(
                f"a later cued wrote it, in format {version}; this one knows {VERSION}"
            )
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.executescript(SCHEMA)
    except sqlite3.Error:
        connection.close()  # a file that is no database
        raise
    except UnicodeDecodeError as error:  # of a damaged one, in place of sqlite's own message
        connection.close()
        raise sqlite3.DatabaseError("it is damaged") from error
    return connection


def load(path: Path, runner: str, clock: Callable[[], float] = CLOCK) -> Memory:
    """Return what is known of a runner, and of the others of this station.

    A missing or unreadable database is an empty memory, and a line in the log if unreadable.
    """
    if not path.exists():
        return Memory(runner=runner)
    try:
        connection = open_database(path)
    except (OSError, sqlite3.Error) as error:
        log.warning("history cannot be read: %s: %s", path, error)
        return Memory(runner=runner)
    try:
        names = {str(r[0]) for r in connection.execute("select distinct runner from session")}
        memories = {n: _memory(connection, n, clock()) for n in names | {runner}}
    except (sqlite3.Error, TypeError, ValueError) as error:
        log.warning("history cannot be read: %s: %s", path, error)
        return Memory(runner=runner)
    finally:
        connection.close()
    own = memories.pop(runner)
    return msgspec.structs.replace(own, others=memories)


def forget(path: Path, runner: str) -> int:
    """Delete every row about a runner, from the file's free pages too; how many sessions went."""
    connection = open_database(path)
    try:
        connection.execute("pragma secure_delete = on")
        theirs = "(select id from session where runner = ?)"
        with connection:
            for table in ("phase", "cue", "effect", "imprint"):
                connection.execute(f"delete from {table} where session in {theirs}", (runner,))
            connection.execute("delete from imprint where runner = ?", (runner,))
            count = connection.execute("delete from session where runner = ?", (runner,)).rowcount
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    finally:
        connection.close()
    return int(count)


def _memory(connection: sqlite3.Connection, runner: str, now: float) -> Memory:
    (count,) = connection.execute(
        "select count(*) from session where runner = ?", (runner,)
    ).fetchone()
    last = connection.execute(
        "select stage, clean_sessions from session where runner = ? and stage is not null"
        " order by started desc, id desc limit 1",
        (runner,),
    ).fetchone()
    stage, clean = last or (0, 0)
    return Memory(
        runner=runner,
        sessions=int(count),
        wrong=_wrong(connection, runner),
        away=_away(connection, runner, now),
        stage=int(stage),
        clean_sessions=int(clean or 0),
        past=_past(connection, runner, now),
        imprint=_imprints(connection, runner),
        worked=_worked(connection, runner),
    )


def _away(connection: sqlite3.Connection, runner: str, now: float) -> Away | None:
    """Return the session that was cut off just now, if one was."""
    row = connection.execute(
        "select id, started, ended, backward_s from session where runner = ?"
        " order by started desc, id desc limit 1",
        (runner,),
    ).fetchone()
    if row is None or row[2] is not None:
        return None
    (seen,) = connection.execute(
        "select max(t) from (select t from phase where session = ?"
        " union all select t from cue where session = ?)",
        (row[0], row[0]),
    ).fetchone()
    age = now - float(seen or row[1])
    if not 0.0 <= age < AWAY_S:
        return None
    return Away(now - row[1], age, float(row[3] or 0.0))


def _wrong(connection: sqlite3.Connection, runner: str) -> bool:
    """Tell whether the runner said in the last session that something was wrong."""
    row = connection.execute(
        "select details from session where runner = ? and ended is not null"
        " order by started desc, id desc limit 1",
        (runner,),
    ).fetchone()
    details = _read(row[0], dict[str, float | str | None]) if row else None
    return bool((details or {}).get("something_wrong"))


def _held_s(details: str) -> float | None:
    held = (_read(details, dict[str, float | str | None]) or {}).get("held_s")
    return float(held) if isinstance(held, int | float) else None


def _past(connection: sqlite3.Connection, runner: str, now: float) -> tuple[Past, ...]:
    rows = connection.execute(
        "select started, duration_s, backward_s, peak_m_s, details from session"
        " where runner = ? and started > ? order by started, id",
        (runner, now - PAST_S),
    )
    return tuple(
        Past(
            age_s=max(now - started - duration, 0.0),
            backward_s=backward,
            peak_m_s=peak,
            stage=int(
                (_read(details, dict[str, float | str | None]) or {}).get("trained_stage") or 0
            ),
            held_s=_held_s(details),
        )
        for started, duration, backward, peak, details in rows
    )


def _imprints(connection: sqlite3.Connection, runner: str) -> tuple[Imprint, ...]:
    rows = connection.execute("select value from imprint where runner = ? order by t", (runner,))
    read = [_read(value, Imprint) for (value,) in rows]
    return Memory(runner=runner).with_imprint([i for i in read if i is not None]).imprint


def _worked(connection: sqlite3.Connection, runner: str) -> dict[str, Worked]:
    rows = connection.execute(
        "select text, count(*), sum(worked) from effect join session on session.id = session"
        " where runner = ? group by text",
        (runner,),
    )
    return {text: Worked(int(judged), int(worked)) for text, judged, worked in rows}


def _read(text: str, kind: type[T]) -> T | None:
    """Read a value; one that is damaged is None, and a line in the log."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        log.warning("a value in the history cannot be read: %s", error)
        return None
