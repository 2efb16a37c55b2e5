"""Read a recorded session: the engine's opening, every input it was fed, and every event.

The file
--------
An MCAP file (https://mcap.dev), which Foxglove and PlotJuggler open directly. It holds, in order:

* metadata ``opening``: a new engine began, with all that it was made from, so that it can be made
  again. A file joined from several sessions has several; each is a part with its own clock.
* chunks of some seconds, zstandard: inputs and events as messages (``messages.py``). The log time
  is the wall clock's; the inputs' own time is in each message.
* metadata ``ending``: the part's totals, for lists. It is missing after a power failure.
* metadata ``gap``: an unreadable chunk was left out here when sessions were joined.

A file may be cut or damaged at any byte: undamaged chunks are read, and ``damage`` reports the
rest. In a joined file, chunks after an unreadable record are skipped up to the next opening,
because their part is unknown.

Notifications are decoded by the present device files, so a corrected decoder corrects older
sessions. Where inputs were made from more than the bytes (``Notification.beside``), the inputs are
recorded, too, and the bytes are only evidence.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar, cast

import msgspec
from mcap.opcode import Opcode
from msgspec import Struct
from msgspec.structs import replace

from cued.config import Sensor
from cued.devices.device import Device, inputs_of, make
from cued.model import (
    AnyEvent,
    DecodeError,
    Input,
    LinkChanged,
    Notification,
    RecordingError,
)
from cued.reading import from_json
from cued.recording.sessions import records
from cued.recording.sessions.messages import EVENTS, item_of
from cued.recording.sessions.opening import Opening, read_opening, sensors
from cued.recording.sessions.records import ENDING, GAP, MAGIC, OPENING
from cued.recording.sessions.totals import Ending, Totals

T = TypeVar("T")

SUFFIX = ".mcap"
CHUNK, UNREADABLE = "chunk", "unreadable"
OURS, FIRST_BYTES = b"cued", 64  # the header's profile, and where the header ends

Found = tuple[str, int, int]  # kind, start and length of the content


class SessionPart(Struct, frozen=True):
    """One engine's part: its opening, the places of its chunks, and its ending if there is one.

    hole : index of the chunk before which one is missing, None if the part is whole.
    """

    opening: Opening
    chunks: tuple[tuple[int, int], ...]
    ending: Ending | None = None
    hole: int | None = None

    def before_hole(self) -> SessionPart:
        """Return the part up to the hole, which can be replayed."""
        return self if self.hole is None else replace(self, chunks=self.chunks[: self.hole])


class RecordedSession:
    """A session file, with only openings, endings and places of chunks in memory.

    topics : of the channels seen so far, by number.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut_at: int | None = None
        self.topics: dict[int, str] = {}
        self.parts = self._scan()

    @property
    def damage(self) -> str:
        """What is damaged, or ""."""
        if any(part.hole is not None and part.hole < len(part.chunks) for part in self.parts):
            return "a piece of it is damaged and left out"
        return "" if self.cut_at is None else f"cut short or damaged at byte {self.cut_at}"

    def inputs(self, part: SessionPart) -> Iterator[Input]:
        """Read the inputs of a part in the engine's order, with notifications decoded."""
        return decoded(self.recorded(part), sensors(part.opening))

    def recorded(self, part: SessionPart) -> Iterator[Input]:
        """Read the inputs of a part as recorded, with notifications as bytes."""
        for topic, _, data in self.messages(part):
            if not topic.startswith(EVENTS):
                yield cast("Input", self._item(topic, data))

    def events(self, part: SessionPart) -> Iterator[AnyEvent]:
        """Read the recorded events of a part."""
        for topic, _, data in self.messages(part):
            if topic.startswith(EVENTS):
                yield cast("AnyEvent", self._item(topic, data))

    def ending(self, part: SessionPart) -> Ending:
        """Return a part's ending, or count its totals if there is none."""
        if part.ending:
            return part.ending
        totals = Totals(part.opening)
        items = (self._item(topic, data) for topic, _, data in self.messages(part))
        for item in decoded(items, sensors(part.opening)):
            totals.feed(item)
        return totals.ending()

    def messages(self, part: SessionPart) -> Iterator[tuple[str, int, bytes]]:
        """Read the messages of a part: topic, wall clock in ns, and bytes."""
        for content in self.chunks(part):
            yield from records.messages(content, self.topics)

    def chunks(self, part: SessionPart) -> Iterator[bytes]:
        """Read the chunks of a part, unpacked."""
        with self.path.open("rb") as file:
            for start, length in part.chunks:
                file.seek(start)
                try:
                    yield records.unpacked(file.read(length))
                except records.FAULTS as error:  # damaged since the session was opened
                    raise RecordingError(f"{self.path}: not readable: {error}") from None

    def _item(self, topic: str, data: bytes) -> Input | AnyEvent:
        try:
            return item_of(topic, data)
        except ValueError as error:
            raise RecordingError(f"{self.path}: {topic} is not readable: {error}") from None

    def _scan(self) -> tuple[SessionPart, ...]:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise RecordingError(f"{self.path}: {error.strerror or error}") from None
        mcap = data[: len(MAGIC)] == MAGIC[: len(data)]
        found = list(self._found(data)) if mcap else []
        if not found or found[0][0] != OPENING:
            if not mcap or (len(data) >= FIRST_BYTES and OURS not in data[:FIRST_BYTES]):
                where = f"{self.path}, byte 0"
                raise RecordingError(f"{where}: this is not a session that cued recorded")
            where = f"{self.path}, byte {len(MAGIC)}"
            raise RecordingError(f"{where}: cut short before anything was recorded, or damaged")
        return tuple(self._parts(data, found))

    def _found(self, data: bytes) -> Iterator[Found]:
        """Yield openings, chunks, endings and gaps, and unreadable bytes."""
        for opcode, start, length in records.records(data):
            what = self._what(data, opcode, start, length)
            if what == UNREADABLE and self.cut_at is None:
                self.cut_at = start - records.HEAD.size
            if what:
                yield what, start, length

    def _what(self, data: bytes, opcode: int, start: int, length: int) -> str:
        content = data[start : start + length]
        try:
            match opcode:
                case Opcode.CHUNK:
                    records.unpacked(content)
                    return CHUNK
                case Opcode.METADATA:
                    name, _ = records.unsealed(content)
                    return name if name in (OPENING, ENDING, GAP) else ""
                case records.NONE:
                    return UNREADABLE
                case Opcode.CHANNEL:  # in the summary, for channels whose first chunk is damaged
                    records.learn(content, self.topics)
                case _:
                    pass
        except records.FAULTS:
            return UNREADABLE
        return ""

    def _parts(self, data: bytes, found: list[Found]) -> Iterator[SessionPart]:
        openings = [n for n, (what, _, _) in enumerate(found) if what == OPENING]
        for n, after in zip(openings, [*openings[1:], len(found)], strict=True):
            opening = read_opening(_metadata(data, found[n]), str(self.path))
            pieces = _certain(found[n + 1 : after], joined=len(openings) > 1)
            kinds = [what for what, _, _ in pieces]
            holes = [at for at, what in enumerate(kinds) if what in (UNREADABLE, GAP)]
            endings = [piece for piece in pieces if piece[0] == ENDING]
            yield SessionPart(
                opening,
                tuple((start, size) for what, start, size in pieces if what == CHUNK),
                _ending(_metadata(data, endings[-1])) if endings else None,
                kinds[: holes[0]].count(CHUNK) if holes else None,
            )


def _metadata(data: bytes, found: Found) -> bytes:
    return records.unsealed(data[found[1] : found[1] + found[2]])[1]


def _certain(pieces: list[Found], *, joined: bool) -> list[Found]:
    """Leave out records that may belong to a part whose opening could not be read."""
    kinds = [what for what, _, _ in pieces]
    if UNREADABLE not in kinds:
        return pieces
    at = kinds.index(UNREADABLE)
    return pieces[: at + 1] if joined or ENDING in kinds[:at] else pieces


def _ending(content: bytes) -> Ending | None:
    """Return an ending, or None if it cannot be read."""
    try:
        return from_json(content, Ending)
    except msgspec.MsgspecError:
        return None


def decoded(items: Iterable[T], sensors: Mapping[str, Sensor]) -> Iterator[T | Input]:
    """Replace notifications with their inputs, with a new decoder for each connection."""
    devices: dict[str, Device] = {}
    for item in items:
        if isinstance(item, Notification):
            if not item.beside:
                yield from _received(devices.get(item.sensor), item)
            continue
        if isinstance(item, LinkChanged) and item.connected and item.sensor in sensors:
            worn = sensors[item.sensor]
            devices[item.sensor] = make(item.sensor, worn.device, worn.options)
            _start(devices[item.sensor], item)
        yield item


def _start(device: Device, link: LinkChanged) -> None:
    """Start a device with the connection's services; one that refuses them sent nothing useful."""
    with contextlib.suppress(DecodeError):
        device.start(link.services)


def _received(device: Device | None, item: Notification) -> tuple[Input, ...]:
    if device is None:
        return ()
    try:
        return inputs_of(device.receive(item.t, item.char, item.data))
    except DecodeError:
        return ()
