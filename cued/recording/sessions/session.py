"""A recorded session: every input the engine was fed, every event that followed, and from what.

The file
--------
A line ``cued session``, then records: kind (1 byte), length (4, little endian), CRC-32 of kind and
content (4), content. Records are only ever appended, each in one write. Kinds:

* ``O`` opening: JSON; a new engine began. What it was made from, so that it can be made again. A
  file that was merged has several, and each is a part with a clock of its own.
* ``C`` chunk: a few seconds of inputs and events (``chunk.py``), packed exactly.
* ``E`` end: JSON; what was in the part, for lists. Absent when the power went.
* ``D`` damage: empty; between two chunks one was not readable when sessions were joined.

A file may be cut or damaged at any byte: records that are whole are read, and ``damage`` says so.
Of a joined file only what comes before the damage is, and parts that begin after it: whose chunks
follow an unreadable record cannot be told.
Format 2 packs chunks tighter (``integers.py``, ``chunk.py``); format 1 is still read. Added keys of
an opening are skipped; a higher ``format`` is refused.
"""

from __future__ import annotations

import binascii
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cued.model import (
    AnyEvent,
    Cue,
    Fall,
    Input,
    Packet,
    RecordingError,
    Stride,
    Stumble,
    Summary,
)
from cued.recording.sessions import chunk
from cued.recording.sessions.opening import Opening, read_opening

MAGIC = b"cued session\n"
SUFFIX = ".cued"
HEAD = 9  # kind, length, checksum
LONGEST = 1 << 26
UNREADABLE = "?"
START = re.compile(rb"[OCE]")


class Ending(Struct, frozen=True, kw_only=True):
    """What a part holds, for lists and for what is to be kept longest."""

    runner: str
    began: float
    duration_s: float
    strides: int = 0
    stumbles: int = 0
    falls: int = 0
    cues: int = 0
    backward_s: float = 0.0


class Cover:
    """Time that strides cover, of one foot, of both or of unknown ones: what overlaps is once."""

    def __init__(self) -> None:
        self._until = -math.inf

    def take(self, stride: Stride) -> float:
        """Say how many seconds a stride adds."""
        added = min(stride.duration_s, stride.t - self._until)
        self._until = max(self._until, stride.t)
        return max(added, 0.0)


class Totals:
    """Adds up what a part holds."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._runner = opening.memory.runner
        self._first: float | None = None
        self._last = 0.0
        self._counts: dict[str, int] = {}
        self._cover = Cover()
        self._backward_s = 0.0

    def heard(self, t: float) -> None:
        """Note that data came."""
        self._first = float(t) if self._first is None else self._first
        self._last = float(t)

    def take(self, event: AnyEvent) -> None:
        """Count an event."""
        match event:
            case Stride():
                self._count("strides")
                covered = self._cover.take(event)
                self._backward_s += covered if event.direction == "backward" else 0.0
            case Stumble():
                self._count("stumbles")
            case Fall(stage="confirmed"):
                self._count("falls")
            case Cue(verdict="given"):
                self._count("cues")
            case Summary():
                self._runner = str(event.details.get("runner") or self._runner)
            case _:
                pass

    def ending(self) -> Ending:
        """Sum up."""
        first = self._opening.t if self._first is None else self._first
        return Ending(
            runner=self._runner,
            began=self._opening.began + first - self._opening.t,
            duration_s=0.0 if self._first is None else self._last - first,
            backward_s=round(self._backward_s, 1),
            **self._counts,
        )

    def _count(self, what: str) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1


def record(kind: Literal["O", "C", "E", "D"], content: bytes) -> bytes:
    """Make the bytes of a record."""
    head = kind.encode() + len(content).to_bytes(4, "little")
    crc = binascii.crc32(content, binascii.crc32(head))
    return head + crc.to_bytes(4, "little") + content


class Part(Struct, frozen=True):
    """One engine's time: its opening, where its chunks are, and its ending if it was written.

    hole : before which of the chunks one is missing, None if it is whole.
    """

    opening: Opening
    chunks: tuple[tuple[int, int], ...]
    ending: Ending | None = None
    hole: int | None = None

    def before_hole(self) -> Part:
        """Give what can be replayed."""
        return self if self.hole is None else replace(self, chunks=self.chunks[: self.hole])


class Session:
    """A session file, of which only openings, endings and places of chunks are in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut_at: int | None = None
        self.parts = self._scan()

    @property
    def damage(self) -> str:
        """Say what is not whole, or nothing."""
        if any(part.hole is not None and part.hole < len(part.chunks) for part in self.parts):
            return "a piece of it is damaged and left out"
        return "" if self.cut_at is None else f"cut short or damaged at byte {self.cut_at}"

    def inputs(self, part: Part) -> Iterator[Input]:
        """Give the inputs of a part, in the order in which the engine was fed."""
        for data in self.contents(part):
            yield from self.unpacked(data)[0]

    def events(self, part: Part) -> Iterator[AnyEvent]:
        """Give the events of a part, as they were told."""
        for data in self.contents(part):
            try:
                yield from chunk.unpack_events(data)
            except ValueError as error:
                raise RecordingError(f"{self.path}: not readable: {error}") from None

    def ending(self, part: Part) -> Ending:
        """Sum a part up, from its last record or, where the power went, from all of it."""
        if part.ending:
            return part.ending
        totals = Totals(part.opening)
        for data in self.contents(part):
            inputs, events = self.unpacked(data)
            for item in inputs:
                if isinstance(item, Packet):
                    totals.heard(item.t)
            for event in events:
                totals.take(event)
        return totals.ending()

    def unpacked(self, data: bytes) -> tuple[list[Input], list[AnyEvent]]:
        """Unpack a chunk; raises RecordingError."""
        try:
            return chunk.unpack(data)
        except ValueError as error:
            raise RecordingError(f"{self.path}: not readable: {error}") from None

    def contents(self, part: Part) -> Iterator[bytes]:
        """Give the chunks of a part, packed."""
        with self.path.open("rb") as file:
            for start, length in part.chunks:
                file.seek(start)
                yield file.read(length)

    def _scan(self) -> tuple[Part, ...]:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise RecordingError(f"{self.path}: {error.strerror or error}") from None
        if data[: len(MAGIC)] != MAGIC[: len(data)]:
            raise RecordingError(f"{self.path}, byte 0: this is no session that cued recorded")
        at = len(MAGIC)
        found: list[tuple[str, int, int]] = []
        while at < len(data):
            one = _record_at(data, at)
            if one is None:
                self.cut_at = at if self.cut_at is None else self.cut_at
                found.append((UNREADABLE, at, 0))
                at = _next_record(data, at)
            else:
                found.append(one)
                at = one[1] + one[2]
        if not found or found[0][0] != "O":
            where = f"{self.path}, byte {len(MAGIC)}"
            raise RecordingError(f"{where}: cut before anything was recorded, or damaged there")
        return tuple(self._parts(data, found))

    def _parts(self, data: bytes, found: list[tuple[str, int, int]]) -> Iterator[Part]:
        openings = [n for n, (kind, _, _) in enumerate(found) if kind == "O"]
        for n, after in zip(openings, [*openings[1:], len(found)], strict=True):
            _, start, length = found[n]
            opening = read_opening(data[start : start + length], str(self.path))
            records = _certain(found[n + 1 : after], joined=len(openings) > 1)
            kinds = [kind for kind, _, _ in records]
            holes = [at for at, kind in enumerate(kinds) if kind in (UNREADABLE, "D")]
            ending = [data[s : s + size] for kind, s, size in records if kind == "E"]
            yield Part(
                opening,
                tuple((s, size) for kind, s, size in records if kind == "C"),
                _ending(ending[-1]) if ending else None,
                kinds[: holes[0]].count("C") if holes else None,
            )


def _certain(records: list[tuple[str, int, int]], *, joined: bool) -> list[tuple[str, int, int]]:
    """Leave out what may belong to a part whose opening could not be read."""
    kinds = [kind for kind, _, _ in records]
    if UNREADABLE not in kinds:
        return records
    at = kinds.index(UNREADABLE)
    return records[: at + 1] if joined or "E" in kinds[:at] else records


def _next_record(data: bytes, at: int) -> int:
    """Find where after a place a whole record begins; the end of the data if none does."""
    starts = (match.start() for match in START.finditer(data, at + 1))
    return next((start for start in starts if _record_at(data, start)), len(data))


def _record_at(data: bytes, at: int) -> tuple[str, int, int] | None:
    """Find kind, start and length of the content at a place; None when it is not whole."""
    start = at + HEAD
    head = data[at : at + 5]
    length = int.from_bytes(head[1:], "little")
    if len(data) < start + length or length > LONGEST:
        return None
    content = data[start : start + length]
    crc = int.from_bytes(data[at + 5 : start], "little")
    if binascii.crc32(content, binascii.crc32(head)) != crc:
        return None
    return chr(head[0]), start, length


def _ending(content: bytes) -> Ending | None:
    """Read an ending; one that is not understood is made anew from what is there."""
    try:
        return msgspec.json.decode(content, type=Ending)
    except msgspec.MsgspecError:
        return None
