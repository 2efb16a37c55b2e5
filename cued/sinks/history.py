"""History across sessions, in SQLite: runners, sessions, phases, cues and their effect, imprints.

Rules of this file
------------------
* One file, ``history.sqlite`` in the state folder; what it holds and how it is read is in
  ``cued/recording/history/schema.py``.
* Rows are gathered and committed every 5 s in a thread, so that a slow card delays no cue, and at
  once when the daemon ends. A power cut loses at most those 5 s and the time a commit takes; what
  was moved backward until then still counts for the day and the week.
* A full or broken disk is one notice in the log; the session goes on. What could not be written,
  because somebody held the file or the disk was full, is tried again with the next rows.

Ladder and imprint are stored as the coach told them (``Summary``, ``Imprint``); nothing is worked
out here. Times are seconds since 1970 by this machine's clock, which a station without network may
have wrong: a session from the future is taken as one of today.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cued.config import Site
from cued.model import (
    AnyEvent,
    Command,
    CommandResult,
    Cue,
    Effect,
    Imprint,
    Input,
    Phase,
    Stride,
    Summary,
)
from cued.parts import Exit, Part
from cued.recording.history.schema import CLOCK, NAME, open_database
from cued.recording.sessions.totals import Cover
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)

COMMIT_EVERY_S = 5.0
MOST_WAITING = 20_000  # rows; more than a day of coaching

Row = tuple[str, tuple[object, ...]]


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it lies."""

    file: Annotated[
        str, Meta(description="Database file; empty: history.sqlite in the state folder.")
    ] = ""


class History:
    """Keeps what a runner's sessions were."""

    def __init__(
        self, config: Config, site: Site, ask: Ask, clock: Callable[[], float] = CLOCK
    ) -> None:
        self._path = Path(config.file) if config.file else Path(site.state) / NAME
        self._clock = clock
        self._runner = site.runner
        self._connection: sqlite3.Connection | None = None
        self._rows: list[Row] = []
        self._late: list[Row] = []
        self._session: int | None = None
        self._cover = Cover()
        self._backward_s = 0.0
        self._strides = 0
        self._chosen = ""
        self._broken = False
        self._next = 1
        self._writing = threading.Lock()

    async def __aenter__(self) -> History:
        try:
            self._connection = open_database(self._path)
            newest = self._connection.execute("select max(id) from session").fetchone()[0]
            self._next = int(newest or 0) + 1
        except (OSError, sqlite3.Error) as error:
            self._fail(error)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await asyncio.to_thread(self._write, self._gathered())
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def watch(self, item: Input) -> None:
        """Note which runner was asked for; the answer decides."""
        if isinstance(item, Command) and item.name == "runner":
            self._chosen = str(item.value or "").strip()

    def take(self, event: AnyEvent) -> None:
        """Gather what an event adds; nothing is written here."""
        if self._connection is None:
            return
        match event:
            case CommandResult(name="runner", ok=True):
                self._runner = self._chosen or self._runner
            case Phase():
                self._phase(event)
            case Summary():
                self._summary(event)
            case Cue() | Effect() | Imprint() | Stride() if self._session is not None:
                self._during(event, self._session)
            case _:
                pass

    async def run(self) -> None:
        """Commit every so often, and once more when cancelled: links take their time to close."""
        try:
            while True:
                await asyncio.sleep(COMMIT_EVERY_S)
                await asyncio.to_thread(self._write, self._gathered())
        finally:
            await asyncio.to_thread(self._write, self._gathered())

    def _gathered(self) -> list[Row]:
        """Take the rows that wait, and how far the session has come."""
        rows, self._rows = self._rows, []
        if self._session is not None:
            progress = (self._backward_s, self._strides, self._session)
            rows.append(("update session set backward_s = ?, strides = ? where id = ?", progress))
        return rows

    def _write(self, rows: list[Row]) -> None:
        """Write rows in one transaction; called in a thread, which a cancelled one may still be."""
        if self._connection is None or not rows:
            return
        with self._writing:
            rows, self._late = self._late + rows, []
            try:
                with self._connection:
                    for statement, values in rows:
                        self._connection.execute(statement, values)
                self._broken = False
            except sqlite3.Error as error:
                self._fail(error)
                if isinstance(error, sqlite3.OperationalError):
                    self._late = rows[:MOST_WAITING]

    def _phase(self, phase: Phase) -> None:
        if phase.from_ == "idle":
            self._begin()
        if self._session is not None:
            values = (self._session, self._clock(), phase.name, phase.from_, phase.why)
            self._add("insert into phase values (?, ?, ?, ?, ?)", values)

    def _begin(self) -> None:
        self._cover, self._backward_s, self._strides = Cover(), 0.0, 0
        self._session, self._next = self._next, self._next + 1
        values = (self._session, self._runner, self._clock())
        self._add("insert into session (id, runner, started) values (?, ?, ?)", values)

    def _during(self, event: Cue | Effect | Imprint | Stride, session: int) -> None:
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
        self._session = None

    def _add(self, statement: str, values: tuple[object, ...]) -> None:
        if len(self._rows) < MOST_WAITING:
            self._rows.append((statement, values))

    def _fail(self, error: Exception) -> None:
        if not self._broken:
            log.warning("history cannot be written: %s: %s", self._path, error)
        self._broken = True


PART: Part[Config, Sink] = Part(Config, History)
