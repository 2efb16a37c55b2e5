"""Open the history's file, even if it is damaged or of another version.

Rules of this file
------------------
* A file that is not a valid database is set aside as ``.bad``, never deleted, and a new one is
  begun. For a week the past counts as unknown, because the caps look back a week.
* A file on a read-only disk is still read.
* A file that another process locks is waited for ``BUSY_S`` at most, because the end of the event
  loop waits, too.
* A file of a later version is left as it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

NAME = "history.sqlite"
VERSION = 2  # an older file gets the tables that it lacks, if it can be written
BAD = ".bad"
BUSY_S = 1.0  # a commit takes a tenth of that, even on a slow card
DOUBT_S = 7.0 * 86400.0  # as far as the caps look back
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
create table if not exists worn (
    session integer not null references session, runner text not null, t real not null,
    sensor text not null, matrix text not null, sure integer not null);
create index if not exists worn_by_runner on worn (runner, t);
pragma user_version = {VERSION};
"""


def open_database(path: Path) -> sqlite3.Connection:
    """Open a database, creating it and its folder if need be; only its owner may read it.

    Raises OSError or sqlite3.Error; for a damaged file sqlite3.DatabaseError itself, no subclass.
    """
    _refuse_odd(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_S)
    try:
        if _checked(connection) < VERSION:
            connection.execute("pragma journal_mode = wal")
            connection.executescript(SCHEMA)
        connection.execute("pragma synchronous = full")
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a database for reading, even on a read-only disk."""
    _refuse_odd(path)
    try:
        return open_database(path)
    except OSError:
        pass
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise
    # A read-only disk cannot hold the shared-memory file, and without one the WAL that a power cut
    # left is not read (sqlite.org/wal.html, "Read-Only Databases").
    for how in ("mode=ro", "immutable=1"):
        connection = sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, timeout=BUSY_S)
        try:
            _checked(connection)
        except sqlite3.OperationalError:
            connection.close()
            if how == "immutable=1":
                raise
            continue
        except BaseException:
            connection.close()
            raise
        return connection
    raise AssertionError("unreachable: immutable=1 returns or raises")


def _refuse_odd(path: Path) -> None:
    """Refuse anything but a file: reading a pipe would wait for ever."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a file", str(path))


def _checked(connection: sqlite3.Connection) -> int:
    """Return the version of a database. Raises sqlite3.Error if it is damaged or too new."""
    try:
        (version,) = connection.execute("pragma user_version").fetchone()
        (found,) = connection.execute("pragma quick_check(1)").fetchone()
    except UnicodeDecodeError as error:  # damage within sqlite's own message
        raise sqlite3.DatabaseError("it is damaged") from error
    if version > VERSION:
        raise sqlite3.NotSupportedError(
            f"a later cued wrote it in format {version}; this version knows {VERSION}"
        )
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {found}".replace("\n", " "))
    return int(version)


def damaged(error: Exception) -> bool:
    """Return whether an error means that the file is damaged or not a database."""
    return type(error) is sqlite3.DatabaseError


def set_aside(path: Path) -> Path:
    """Rename a damaged database and return its new name.

    Its WAL goes with it, because that may hold the last sessions.
    """
    number, aside = 1, path.with_name(path.name + BAD)
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}{BAD}{number}")
    path.rename(aside)
    os.utime(aside)  # its time says when the past was lost
    with contextlib.suppress(FileNotFoundError):
        path.with_name(f"{path.name}-wal").rename(f"{aside}-wal")
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return aside


def lost_lately(path: Path, clock: Callable[[], float] = time.time) -> str:
    """Return the name of a database set aside within the last week, or ""."""
    for bad in sorted(path.parent.glob(f"{path.name}{BAD}*")):
        if abs(clock() - bad.stat().st_mtime) < DOUBT_S:
            return bad.name
    return ""
