"""Write a session: an MCAP file that grows by chunks, each on the disk before the next."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from mcap.writer import IndexType, Writer

from cued import __version__
from cued.model import AnyEvent, Input
from cued.recording.sessions.messages import FileMessage, message, schema_of
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.records import ENDING, GAP, OPENING, sealed
from cued.recording.sessions.totals import Ending, Totals

NS = 1e9  # MCAP counts nanoseconds
# An index of all messages would make files a third larger; viewers read them from the start.
INDEXES = IndexType.METADATA
LONGEST_CHUNK = 1 << 24  # bytes; ``SessionWriter.write`` ends chunks much sooner


def offset_ns(opening: Opening) -> int:
    """Return the difference between wall clock and inputs' clock, ns."""
    return round((opening.began - opening.t) * NS)


class SessionFile:
    """The bytes of a session file, part by part; ``drain`` returns those not yet returned."""

    def __init__(self) -> None:
        self._out = _Tail()
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        self._offset_ns = 0
        self._mcap = Writer(self._out, LONGEST_CHUNK, index_types=INDEXES)
        self._mcap.start(profile="cued", library=f"cued {__version__}")

    def begin(self, opening: Opening) -> None:
        """Begin a part."""
        self._offset_ns = offset_ns(opening)
        self._about(OPENING, opening)

    def add(self, one: FileMessage) -> None:
        """Add a message, logged by the wall clock; its bytes hold its own exact time."""
        channel = self._channels.get(one.topic) or self._channel(one.topic)
        ns = max(round(one.t * NS) + self._offset_ns, 0)
        self._mcap.add_message(channel, ns, one.data, ns)

    def gap(self) -> None:
        """Record that a damaged chunk was left out here."""
        self._about(GAP, None)

    def end(self, ending: Ending) -> None:
        """End a part."""
        self._about(ENDING, ending)

    def finish(self) -> None:
        """End the file."""
        self._mcap.finish()

    def drain(self) -> bytes:
        """End the current chunk and return the bytes added since the last call."""
        self._mcap.flush()
        return self._out.drain()

    def _about(self, name: str, content: object) -> None:
        self._mcap.flush()  # messages so far come first
        self._mcap.add_metadata(name, sealed(msgspec.json.encode(content)))

    def _channel(self, topic: str) -> int:
        schema = schema_of(topic)
        if schema.name not in self._schemas:
            number = self._mcap.register_schema(schema.name, schema.encoding, schema.data)
            self._schemas[schema.name] = number
        number = self._schemas[schema.name]
        self._channels[topic] = self._mcap.register_channel(topic, schema.messages, number)
        return self._channels[topic]


class SessionWriter:
    """Appends to a session file. Raises OSError when the disk is full or gone.

    Bytes that could not be appended are kept (``waiting``) and appended with the next.
    """

    def __init__(self, path: Path, opening: Opening) -> None:
        self.path = path
        self._content = SessionFile()
        self._totals = Totals(opening)
        self._waiting = b""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._content.begin(opening)
        try:
            self._append()
            _sync_folder(path.parent)
        except OSError:
            self.abandon()
            path.unlink(missing_ok=True)  # it is empty
            raise

    @property
    def waiting(self) -> int:
        """How many bytes the disk has refused so far."""
        return len(self._waiting)

    @property
    def gone(self) -> bool:
        """Whether the file was deleted or moved."""
        try:
            return not os.path.samestat(os.fstat(self._file.fileno()), self.path.stat())
        except FileNotFoundError:
            return True

    def gap(self) -> None:
        """Record that something is missing here."""
        self._content.gap()

    def write(self, items: Iterable[Input | AnyEvent]) -> None:
        """Append a chunk and wait until it is on the disk."""
        for item in items:
            self._content.add(message(item))
            self._totals.feed(item)
        self._append()

    def close(self) -> None:
        """Append the ending, and close the file."""
        try:
            self._content.end(self._totals.ending())
            self._content.finish()
            self._append()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the file as it is; it can be read without an ending."""
        self._file.close()

    def _append(self) -> None:
        """Append all or nothing: a record cut short by a full disk would hide those after it."""
        data = self._waiting = self._waiting + self._content.drain()
        before = self._file.seek(0, os.SEEK_END)
        try:
            written = self._file.write(data)
        except OSError:
            self._file.truncate(before)
            raise
        if written != len(data):
            self._file.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._waiting = b""
        os.fsync(self._file.fileno())


class _Tail(io.BytesIO):
    """A stream that holds only the bytes not yet drained."""

    def __init__(self) -> None:
        super().__init__()
        self._drained = 0

    def tell(self) -> int:
        """Return the position in the whole file."""
        return self._drained + super().tell()

    def drain(self) -> bytes:
        """Return the bytes written since the last call."""
        data = self.getvalue()
        self._drained += len(data)
        self.seek(0)
        self.truncate()
        return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
