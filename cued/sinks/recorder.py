"""Recording of sessions: all inputs and events of the engine, for an exact replay.

Rules
-----
* Off unless [sinks.recorder] is configured. A session is one file in the state folder's
  ``sessions``, readable only by the daemon's user; nothing leaves this machine.
* A file begins with the first data after a new engine (``runtime/engine_renewal.py``) and ends with
  the next new engine or with the daemon. ``recording/sessions/session.py`` describes it.
* A device's data are stored as bytes. If its connection began before the file did, a replay could
  not decode them in the same way, so the decoded inputs are stored too.
* Items are written every 4 s, or when many have gathered (a run at full speed), in a thread, and
  forced onto the disk: a power cut loses the last 4 s and the time of one write. Packing and
  writing never delay a cue.
* Before a session begins, sessions older than ``keep_days`` are deleted, and the oldest ones while
  the disk has less than ``keep_free_mb`` left; those with a stumble or a fall go last.
* Items that a full or missing disk refuses wait in memory; the failure and its end are each
  reported once. If so many wait that the disk must have stalled, or ``MOST_REFUSED``, recording of
  the session stops. A file that is deleted or moved is started again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, cast

from msgspec import Meta, Struct
from msgspec.structs import replace

from cued.config import Site
from cued.model import AnyEvent, Input, LinkChanged, Notice, Notification, Packet
from cued.parts import Exit, Part
from cued.recording.sessions import folder
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.writing import SessionWriter
from cued.runtime.engine_renewal import KEPT_AGAIN, NOT_KEPT, RENEWED
from cued.sinks.sink import Ask, Sink

WRITE_EVERY_S = 4.0  # what a power cut may lose
MANY = 3000  # items; four times as many as come in 4 s from three sensors
MOST_WAITING = 200_000  # items; twenty minutes of three sensors, or 2.7 hours of ticks only
MOST_REFUSED = 32_000_000  # bytes in memory; some hours of three sensors, a tenth of MemoryMax
CLOCK = time.time


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where sessions are kept, and for how long."""

    folder: Annotated[
        str, Meta(description="Folder of sessions; empty: sessions in the state folder.")
    ] = ""
    keep_days: Annotated[
        float, Meta(gt=0, le=36500, description="Sessions older than this are deleted, days.")
    ] = 365.0
    keep_free_mb: Annotated[
        float,
        Meta(ge=0, description="The oldest sessions are deleted while the disk has less free, MB."),
    ] = 500.0


class Piece(Struct, frozen=True):
    """Items that wait to be written; ``opening`` begins a file, ``last`` ends it."""

    opening: Opening
    items: list[Input | AnyEvent]
    last: bool


class Recorder(Sink):
    """Gathers inputs and events, and writes them every few seconds."""

    def __init__(
        self, config: Config, site: Site, ask: Ask, clock: Callable[[], float] = CLOCK
    ) -> None:
        self._keep = folder.Keep(days=config.keep_days, free_mb=config.keep_free_mb)
        self._folder = Path(config.folder) if config.folder else folder.of(site.state)
        self._site = site
        self._ask = ask
        self._clock = clock
        self._opening = Opening()
        self._items: list[Input | AnyEvent] = []
        self._many = asyncio.Event()
        self._connected: set[str] = set()  # sensors whose decoders began within this file
        self._decoded: deque[Input] = deque()  # expected inputs that the notification contains
        self._data = False
        self._full: list[Piece] = []
        self._waiting: deque[Piece] = deque()  # for the writing thread; a cancellation may stop it
        self._file: SessionWriter | None = None
        self._late: list[Piece] = []  # no file could be made for these
        self._lost: Opening | None = None  # of the session whose recording stopped
        self._refused = False
        self._notices: list[Notice] = []  # of the writing thread, not sent yet
        self._writing = threading.Lock()

    async def __aenter__(self) -> Recorder:
        self._begin()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._write_and_report(last=True)

    def watch(self, item: Input) -> None:
        """Keep an input that the engine is about to get."""
        if self._lost is self._opening:
            return
        if isinstance(item, Packet) and not self._data:
            self._data = True
            self._opening = replace(self._opening, began=self._clock(), t=item.t)
        if self._decoded and item is self._decoded[0]:
            self._decoded.popleft()
            return
        if isinstance(item, Notification):
            item = replace(item, beside=item.beside or item.sensor not in self._connected)
            self._decoded = deque(() if item.beside else item.inputs)
        elif isinstance(item, LinkChanged) and item.connected and self._known(item.sensor):
            self._connected.add(item.sensor)
        self._items.append(item)
        if self._data and len(self._items) >= MANY:
            self._many.set()
        if len(self._items) > MOST_WAITING:
            self._fail(self._opening, "data come faster than they can be written")
            self._items = []

    def take(self, event: AnyEvent) -> None:
        """Keep an event."""
        if isinstance(event, Notice) and event.code == RENEWED:
            self._full = self._gathered(last=True)
            self._begin()
        elif self._lost is not self._opening:
            self._items.append(event)

    async def run(self) -> None:
        """Write every few seconds, and when cancelled, because links take time to close."""
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(WRITE_EVERY_S):
                        await self._many.wait()
                self._many.clear()
                await self._write_and_report(last=False)
        finally:
            await self._write_and_report(last=False)

    async def _write_and_report(self, *, last: bool) -> None:
        self._waiting.extend(self._gathered(last=last))
        await asyncio.to_thread(self._write)
        while self._notices:
            self._ask(self._notices.pop(0))

    def _known(self, sensor: str) -> bool:
        """Return whether a replay can build the decoder of a sensor."""
        return sensor in self._opening.config.get("sensors", {})

    def _begin(self) -> None:
        """Begin with a new engine, without unwritten items."""
        self._items = []
        self._connected.clear()
        self._decoded.clear()
        self._data = False
        made_from = self._site.opening
        self._opening = cast("Opening", made_from()) if made_from else Opening()

    def _gathered(self, *, last: bool) -> list[Piece]:
        """Return the pieces to write; there are none before the first data."""
        pieces, self._full = self._full, []
        if self._data:
            pieces.append(Piece(self._opening, self._items, last))
            self._items = []
        return pieces

    def _write(self) -> None:
        """Write the waiting pieces, in a thread; a cancelled call may still be running."""
        with self._writing:
            pieces, self._late = self._late, []
            pieces += [self._waiting.popleft() for _ in range(len(self._waiting))]
            while pieces:
                piece = pieces.pop(0)
                try:
                    self._write_piece(piece)
                except OSError as error:
                    self._refuse(piece, pieces, error)
                    return
            if self._refused and not (self._file and self._file.waiting):
                self._refused = False
                self._notice("info", KEPT_AGAIN, "the session is recorded again")

    def _write_piece(self, piece: Piece) -> None:
        if self._lost is piece.opening:
            self._abandon()
            return
        gone = self._file is not None and self._file.gone
        if gone:
            self._abandon()
        if self._file is None:
            folder.tidy(self._folder, self._keep, self._clock())
            self._file = SessionWriter(folder.new(self._folder, piece.opening), piece.opening)
        if gone:
            self._file.gap()
            text = f"the session's file is gone: {self._file.path.name} continues from here"
            self._notice("warning", NOT_KEPT, text)
        if piece.items or self._file.waiting:
            self._file.write(piece.items)
        if piece.last:
            self._file.close()
            self._file = None

    def _refuse(self, piece: Piece, after: list[Piece], error: OSError) -> None:
        """Keep what the disk refused: in the file's writer, or as pieces if there is no file."""
        if not self._refused:
            text = f"the session cannot be recorded now: {error}; trying again"
            self._notice("warning", NOT_KEPT, text)
        self._refused = True
        self._late = after if self._file else [piece, *after]
        waiting = sum(len(p.items) for p in self._late)
        if waiting > MOST_WAITING or (self._file and self._file.waiting > MOST_REFUSED):
            self._late = []
            self._fail(piece.opening, str(error))
        if piece.last or self._lost is piece.opening:
            self._abandon()

    def _fail(self, opening: Opening, why: str) -> None:
        """Stop recording a session; the next one is tried again."""
        if self._lost is not opening:
            text = f"recording of this session stopped: {why}"
            self._notice("warning", NOT_KEPT, text)
        self._lost = opening

    def _abandon(self) -> None:
        if self._file:
            self._file.abandon()
        self._file = None

    def _notice(self, level: Literal["info", "warning"], code: str, text: str) -> None:
        self._notices.append(Notice(t=0.0, level=level, code=code, text=text))


PART: Part[Config, Sink] = Part(Config, Recorder)
