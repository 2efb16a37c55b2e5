"""Load the coach's memory of a runner from the history, or delete a runner from it.

Rules of this file
------------------
* ``load`` gives the coach its ``Memory``. Ages are relative to the moment of loading, so that the
  coach needs no calendar.
* ``forget`` leaves nothing of a runner, not even in the file's free pages.
* An unreadable file gives a memory with a ``doubt``, which means the lowest caps. An unreadable
  value costs only that value.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from cued.coach.workout.memory import Away, Memory, Past, Worked, WornFront
from cued.frames import Matrix
from cued.model import Imprint
from cued.reading import from_json
from cued.recording.history.file import (
    damaged,
    lost_lately,
    open_database,
    open_to_read,
    set_aside,
)

log = logging.getLogger(__name__)

PAST_S = 35.0 * 86400.0  # five weeks: the ladder looks back four
AWAY_S = 900.0  # a session cut off (restart, power cut, upgrade) within this time is continued
CLOCK = time.time
T = TypeVar("T")


def load(path: Path, runner: str, clock: Callable[[], float] = CLOCK) -> Memory:
    """Return what is known of a runner.

    Without a database that is nothing; an unreadable one gives a doubt and a line in the log.
    """
    try:
        memory = _load(path, runner, clock)
    except (OSError, sqlite3.Error, TypeError, ValueError) as error:
        odd = "" if isinstance(error, OSError | sqlite3.Error) else "a value in it is damaged: "
        doubt = f"{path} cannot be read: {odd}{error}"
        if damaged(error):
            doubt = _set_aside(path, doubt)
        memory = Memory(runner=runner, doubt=doubt)
    if not memory.doubt and (bad := lost_lately(path, clock)):
        memory = replace(memory, doubt=f"{bad} was damaged less than a week ago")
    if memory.doubt:
        log.warning("history: %s", memory.doubt)
    return memory


def _load(path: Path, runner: str, clock: Callable[[], float]) -> Memory:
    if not os.path.lexists(path):  # a link to a disk that is not there is no new runner
        return Memory(runner=runner)
    with closing(open_to_read(path)) as connection:
        return _memory(connection, runner, clock())


def _set_aside(path: Path, doubt: str) -> str:
    try:
        return f"{doubt}; set aside as {set_aside(path).name}"
    except OSError as error:
        return f"{doubt}; it cannot be set aside: {error.strerror}"


def forget(path: Path, runner: str) -> int:
    """Delete every row about a runner, free pages included; return the number of sessions."""
    connection = open_database(path)
    try:
        connection.execute("pragma secure_delete = on")
        theirs = "(select id from session where runner = ?)"
        with connection:
            for table in ("phase", "cue", "effect", "imprint", "worn"):
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
    details, kept = _last_details(connection, runner), _steps(connection, runner)
    return Memory(
        runner=runner,
        sessions=int(count),
        wrong=bool(details.get("something_wrong")),
        profile=str(details.get("profile") or ""),
        away=_away(connection, runner, now),
        stage=int(stage),
        clean_sessions=int(clean or 0),
        past=_past(connection, runner, now),
        imprint=kept.imprint,
        usual=kept.usual,
        worked=_worked(connection, runner),
        worn=_worn(connection, runner),
    )


def _away(connection: sqlite3.Connection, runner: str, now: float) -> Away | None:
    """Return the session that was cut off within ``AWAY_S``, if any."""
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
    return Away(float(row[3] or 0.0))


def _last_details(connection: sqlite3.Connection, runner: str) -> dict[str, float | str | None]:
    """Return the details of the last session's summary."""
    row = connection.execute(
        "select details from session where runner = ? and ended is not null"
        " order by started desc, id desc limit 1",
        (runner,),
    ).fetchone()
    details = _read(row[0], dict[str, float | str | None]) if row else None
    return details or {}


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


def _steps(connection: sqlite3.Connection, runner: str) -> Memory:
    """Return a memory with the latest imprints, and those that the last sessions began with."""
    rows = connection.execute(
        "select session, value from imprint where runner = ? order by t", (runner,)
    )
    sessions: dict[int, list[Imprint]] = {}
    for session, value in rows:
        if (read := _read(value, Imprint)) is not None:
            sessions.setdefault(session, []).append(read)
    memory = Memory(runner=runner)
    for imprints in sessions.values():
        first = [i for i in imprints if i.t == imprints[0].t]
        memory = memory.with_imprint(imprints).with_usual(first)
    return memory


def _worked(connection: sqlite3.Connection, runner: str) -> dict[str, Worked]:
    rows = connection.execute(
        "select text, count(*), sum(worked) from effect join session on session.id = session"
        " where runner = ? group by text",
        (runner,),
    )
    return {text: Worked(int(judged), int(worked)) for text, judged, worked in rows}


def _worn(connection: sqlite3.Connection, runner: str) -> dict[str, WornFront]:
    """Return how the runner's sensors were worn."""
    memory = Memory(runner=runner)
    rows = connection.execute(
        "select sensor, matrix, sure from worn where runner = ? order by t", (runner,)
    )
    for sensor, text, sure in rows:
        matrix = _read(text, Matrix)
        if matrix is not None:
            memory = memory.with_worn(sensor, matrix, sure=bool(sure))
    return memory.worn


def _read(text: str, kind: type[T]) -> T | None:
    """Read a value; log a damaged one and return None."""
    try:
        return from_json(text, kind)
    except msgspec.MsgspecError as error:
        log.warning("a value in the history cannot be read: %s", error)
        return None
