"""History across sessions, in SQLite: runners, sessions, phases, cues and their effect, imprints.

Rules
-----
* One file, ``history.sqlite`` in the state folder; ``cued/recording/history/file.py`` describes its
  contents and opens it.
* Rows are gathered and committed every 5 s in a thread, so that a slow card delays no cue, and at
  once when the daemon ends. A power cut loses at most those 5 s and the time of one commit; earlier
  backward time still counts for the day and the week.
* If writing fails, because the file is locked or the disk is full or read-only, the rows are tried
  again with the next ones; the failure and its end are each reported once. The session continues.
* A damaged file is renamed, and a missing one is created again with the session in progress.

Ladder and imprint are stored as the coach reported them (``Summary``, ``Imprint``); nothing is
computed here. Times are seconds since 1970 by this machine's clock, which may be wrong without a
network: a session from the future counts as today's.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from cued.coach.workout.memory import learned
from cued.coach.workout.stranger import GUEST
from cued.config import Site
from cued.model import (
    AnyEvent,
    Command,
    CommandResult,
    Cue,
    Effect,
    Imprint,
    Input,
    Mounting,
    Notice,
    Phase,
    Stride,
    Summary,
)
from cued.parts import Exit, Part
from cued.recording.history.file import NAME, damaged, open_database, set_aside
from cued.recording.history.schema import CLOCK
from cued.recording.sessions.totals import Cover
from cued.runtime.engine_renewal import HISTORY_BACK, KEPT_AGAIN, NOT_KEPT
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)

COMMIT_EVERY_S = 5.0  # what a power cut may lose
MOST_WAITING = 20_000  # rows; more than a day of coaching

BEGIN = "insert into session (id, runner, started) values (?, ?, ?)"

Row = tuple[str, tuple[object, ...]]


class Key:
    """A session's number, assigned by the database when its first row is written."""

    number: int | None = None


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the file is."""

    file: Annotated[
        str, Meta(description="Database file; empty: history.sqlite in the state folder.")
    ] = ""


class History(Sink):
    """Stores sessions in the database."""

    def __init__(
        self, config: Config, site: Site, ask: Ask, clock: Callable[[], float] = CLOCK
    ) -> None:
        self._path = Path(config.file) if config.file else Path(site.state) / NAME
        self._ask = ask
        self._clock = clock
        self._runner = site.runner
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)  # of the file that is open: its device and inode
        self._rows: list[Row] = []
        self._waiting: deque[Row] = deque()  # for the writing thread; a cancellation may stop it
        self._late: list[Row] = []
        self._session: Key | None = None
        self._ended: Key | None = None  # the session before
        self._apart = False  # the runner may be somebody else
        self._first_row: Row | None = None  # of the session
        self._cover = Cover()
        self._backward_s = 0.0
        self._strides = 0
        self._chosen = ""
        self._broken = False
        self._unread = False  # nor could the coach read it, perhaps
        self._notices: list[Notice] = []  # of the writing thread, not sent yet
        self._writing = threading.Lock()

    async def __aenter__(self) -> History:
        await self._write_and_report()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._write_and_report()
        if self._late:
            log.warning("history: %d rows are lost: %s", len(self._late), self._path)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def watch(self, item: Input) -> None:
        """Note the requested runner; the coach's answer decides."""
        if isinstance(item, Command) and item.name == "runner":
            self._chosen = str(item.value or "").strip()

    def take(self, event: AnyEvent) -> None:
        """Gather an event's rows; nothing is written here."""
        match event:
            case CommandResult(name="runner", ok=True):
                self._runner = self._chosen or self._runner
            case Phase():
                self._phase(event)
            case Summary():
                self._summary(event)
            case Notice(code="new_runner" | "same_runner" | "guest_runs"):
                self._doubt(event.code)
            case Imprint() | Effect() | Mounting() if self._apart:
                pass
            case Imprint() if self._session is None and self._ended is not None:
                self._during(event, self._ended)  # the answer came after the end
            case Cue() | Effect() | Imprint() | Mounting() | Stride() if self._session is not None:
                self._during(event, self._session)
            case _:
                pass

    async def run(self) -> None:
        """Commit regularly, and when cancelled, because links take time to close."""
        try:
            while True:
                await asyncio.sleep(COMMIT_EVERY_S)
                await self._write_and_report()
        finally:
            await self._write_and_report()

    async def _write_and_report(self) -> None:
        self._waiting.extend(self._gathered())
        await asyncio.to_thread(self._write)
        while self._notices:
            self._ask(self._notices.pop(0))

    def _gathered(self) -> list[Row]:
        """Return the waiting rows and the session's progress."""
        rows, self._rows = self._rows, []
        if self._session is not None:
            progress = (self._backward_s, self._strides, self._session)
            rows.append(("update session set backward_s = ?, strides = ? where id = ?", progress))
        return rows

    def _write(self) -> None:
        """Write rows in one transaction, in a thread; a cancelled call may still be running."""
        with self._writing:
            self._late += [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                self._commit()
            except (OSError, sqlite3.Error) as error:
                self._fail(error)
                if damaged(error):
                    self._set_aside()
                elif not isinstance(error, OSError | sqlite3.OperationalError):
                    self._late = []  # no database would take them
            del self._late[MOST_WAITING:]

    def _commit(self) -> None:
        connection = self._opened()
        with connection:
            for statement, values in self._late:
                plain = [v.number if isinstance(v, Key) else v for v in values]
                added = connection.execute(statement, plain)
                if statement == BEGIN and isinstance(values[0], Key):
                    values[0].number = added.lastrowid
        self._late = []
        if self._broken:
            code = HISTORY_BACK if self._unread else KEPT_AGAIN
            self._broken = self._unread = False
            self._notice("info", code, f"the history is kept again: {self._path}")

    def _opened(self) -> sqlite3.Connection:
        """Return the database; create another if its file has been moved or deleted."""
        if self._connection and _identity(self._path) != self._identity:
            self._notice("warning", NOT_KEPT, f"{self._path} is gone: a new history is started")
            self._forget_file()
        if self._connection is None:
            self._connection = open_database(self._path)
            self._identity = _identity(self._path)
        return self._connection

    def _forget_file(self) -> None:
        """Close the database; the next one gets the current session's first row again."""
        if self._connection:
            self._connection.close()
        self._connection = None
        first = self._first_row
        if first and self._session and not any(row is first for row in self._late):
            self._late.insert(0, first)

    def _set_aside(self) -> None:
        """Rename a damaged database; the next rows create another."""
        self._forget_file()
        try:
            renamed = set_aside(self._path)
        except OSError as error:
            self._fail(error)
            return
        self._notice("warning", NOT_KEPT, f"{self._path} is damaged: set aside as {renamed.name}")

    def _phase(self, phase: Phase) -> None:
        if phase.from_ == "idle":
            self._begin()
        if self._session is not None:
            values = (self._session, self._clock(), phase.name, phase.from_, phase.why)
            self._add("insert into phase values (?, ?, ?, ?, ?)", values)

    def _doubt(self, code: str) -> None:
        """Separate a session whose runner is in doubt: its results are not the runner's."""
        self._apart = code != "same_runner"
        if code == "guest_runs" and self._session is not None:
            self._add("update session set runner = ? where id = ?", (GUEST, self._session))
        if code == "new_runner" and self._session is not None:
            for table in ("effect", "imprint", "worn"):
                self._add(f"delete from {table} where session = ?", (self._session,))

    def _begin(self) -> None:
        self._cover, self._backward_s, self._strides = Cover(), 0.0, 0
        self._session, self._apart = Key(), False
        self._first_row = (BEGIN, (self._session, self._runner, self._clock()))
        self._rows.append(self._first_row)

    def _during(self, event: Cue | Effect | Imprint | Mounting | Stride, session: Key) -> None:
        now = self._clock()
        match event:
            case Stride():
                self._strides += 1
                covered = self._cover.feed(event)
                self._backward_s += covered if event.direction == "backward" else 0.0
            case Cue():
                because = msgspec.json.encode(event.because).decode()
                values = (session, now, event.key, event.text, event.verdict, because)
                self._add("insert into cue values (?, ?, ?, ?, ?, ?)", values)
            case Effect():
                values = (session, now, event.key, event.text, event.worked, event.strides)
                self._add("insert into effect values (?, ?, ?, ?, ?, ?)", values)
            case Imprint():
                value = msgspec.json.encode(event).decode()
                self._add(
                    "insert into imprint values (?, ?, ?, ?)", (session, self._runner, now, value)
                )
            case Mounting() if event.matrix is not None and learned(event):
                matrix = msgspec.json.encode(event.matrix).decode()
                values = (session, self._runner, now, event.sensor, matrix, event.sure)
                self._add("insert into worn values (?, ?, ?, ?, ?, ?)", values)
            case Mounting():
                pass

    def _summary(self, summary: Summary) -> None:
        details = summary.details
        values = (
            str(details.get("runner") or self._runner),
            self._clock(),
            summary.duration_s,
            summary.strides,
            summary.backward_s,
            summary.cues,
            summary.stumbles,
            details.get("stage"),
            details.get("clean_sessions"),
            details.get("clean"),
            details.get("peak_m_s"),
            details.get("kind"),
            msgspec.json.encode(details).decode(),
            self._session,
        )
        self._add(
            "update session set runner = ?, ended = ?, duration_s = ?, strides = ?,"
            " backward_s = ?, cues = ?, stumbles = ?, stage = ?, clean_sessions = ?, clean = ?,"
            " peak_m_s = ?, kind = ?, details = ? where id = ?",
            values,
        )
        self._ended, self._session = self._session, None

    def _add(self, statement: str, values: tuple[object, ...]) -> None:
        if len(self._rows) < MOST_WAITING:
            self._rows.append((statement, values))

    def _fail(self, error: Exception) -> None:
        if not self._broken:
            text = f"the history cannot be written: {self._path}: {error}"
            self._notice("warning", NOT_KEPT, text)
        self._broken = True
        self._unread = self._unread or self._connection is None

    def _notice(self, level: Literal["info", "warning"], code: str, text: str) -> None:
        self._notices.append(Notice(t=0.0, level=level, code=code, text=text))


def _identity(path: Path) -> tuple[int, int]:
    """Return device and inode of the file at a path; (0, 0) if there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (stat.st_dev, stat.st_ino)


PART: Part[Config, Sink] = Part(Config, History)
