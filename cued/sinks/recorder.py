"""Records sessions: all that the engine was fed and all that it concluded, to replay it exactly.

Rules of this file
------------------
* Off unless [sinks.recorder] is there. A session is one file in the state folder's ``sessions``,
  readable by nobody but the daemon's user; nothing leaves this machine.
* A file begins with the first data after a new engine (``runtime/engine_renewal.py``) and ends with
  the next new engine, or when the daemon does. ``recording/sessions/session.py`` describes it.
* What a device sent is kept as its bytes. Where its connection began before the file did, a replay
  could not decode them alike, so what they were decoded to is kept beside them.
* What has gathered is written every 4 s, or when it is much (a run at full speed), in a thread, and
  forced onto the disk: a power cut loses the last 4 s and the time of one write. Packing and
  writing never delay a cue.
* Before a session begins, sessions older than ``keep_days`` go, and the oldest ones while the disk
  has less than ``keep_free_mb`` left; those with a stumble or a fall go last.
* What a full or missing disk refuses waits in memory and is written when it can be; that is told
  once, and so is its end. If so much waits that the disk must have stalled, or ``MOST_REFUSED``,
  the session is recorded no further. A file that somebody deletes or moves is begun anew.
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
MUCH = 3000  # items; four times what comes in 4 s from three sensors
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
    """What waits to be written; ``opening`` begins a file, ``last`` ends it."""

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
        self._much = asyncio.Event()
        self._connected: set[str] = set()  # whose decoders began within this file
        self._decoded: deque[Input] = deque()  # what comes next is in the notification before
        self._data = False
        self._full: list[Piece] = []
        self._waiting: deque[Piece] = deque()  # for the writing thread; a cancellation may stop it
        self._file: SessionWriter | None = None
        self._late: list[Piece] = []  # what no file could be made for
        self._lost: Opening | None = None  # of the session that could not be written any further
        self._refused = False
        self._untold: list[Notice] = []  # what the writing thread has found
        self._writing = threading.Lock()

    async def __aenter__(self) -> Recorder:
        self._begin()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._write_and_tell(last=True)

    def watch(self, item: Input) -> None:
        """Keep an input, which the engine is about to get."""
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
        if self._data and len(self._items) >= MUCH:
            self._much.set()
        if len(self._items) > MOST_WAITING:
            self._fail(self._opening, "it comes faster than it can be written")
            self._items = []

    def take(self, event: AnyEvent) -> None:
        """Keep an event."""
        if isinstance(event, Notice) and event.code == RENEWED:
            self._full = self._gathered(last=True)
            self._begin()
        elif self._lost is not self._opening:
            self._items.append(event)

    async def run(self) -> None:
        """Write what has gathered every few seconds, and when cancelled: links close slowly."""
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(WRITE_EVERY_S):
                        await self._much.wait()
                self._much.clear()
                await self._write_and_tell(last=False)
        finally:
            await self._write_and_tell(last=False)

    async def _write_and_tell(self, *, last: bool) -> None:
        self._waiting.extend(self._gathered(last=last))
        await asyncio.to_thread(self._write)
        while self._untold:
            self._ask(self._untold.pop(0))

    def _known(self, sensor: str) -> bool:
        """Return whether a replay can build the decoder of a sensor."""
        return sensor in self._opening.config.get("sensors", {})

    def _begin(self) -> None:
        """Forget what led nowhere: the engine is a new one."""
        self._items = []
        self._connected.clear()
        self._decoded.clear()
        self._data = False
        made_from = self._site.opening
        self._opening = cast("Opening", made_from()) if made_from else Opening()

    def _gathered(self, *, last: bool) -> list[Piece]:
        """Return what waits to be written; nothing does before the first data."""
        pieces, self._full = self._full, []
        if self._data:
            pieces.append(Piece(self._opening, self._items, last))
            self._items = []
        return pieces

    def _write(self) -> None:
        """Write what waits; called in a thread, of which a cancelled one may still be at work."""
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
            text = f"the session's file is gone: {self._file.path.name} is begun from here on"
            self._notice("warning", NOT_KEPT, text)
        if piece.items or self._file.waiting:
            self._file.write(piece.items)
        if piece.last:
            self._file.close()
            self._file = None

    def _refuse(self, piece: Piece, after: list[Piece], error: OSError) -> None:
        """Keep what the disk does not take: in the file's writer, or as pieces without one."""
        if not self._refused:
            text = f"the session cannot be recorded now: {error}; it is tried again"
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
        """Abandon a session; the next one is tried again."""
        if self._lost is not opening:
            text = f"this session is not recorded any further: {why}"
            self._notice("warning", NOT_KEPT, text)
        self._lost = opening

    def _abandon(self) -> None:
        if self._file:
            self._file.abandon()
        self._file = None

    def _notice(self, level: Literal["info", "warning"], code: str, text: str) -> None:
        self._untold.append(Notice(t=0.0, level=level, code=code, text=text))


PART: Part[Config, Sink] = Part(Config, Recorder)
