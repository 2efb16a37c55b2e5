"""A few seconds of a session: inputs in their order and the events they led to, packed exactly.

Packets of one sensor that look alike (rate, ticks, gyroscope) are one stream: their samples are
joined into long columns, which ``floats.py`` and ``integers.py`` make small. Everything that is
rare is kept as it is, deflated. A chunk needs no other chunk to be read.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cued.model import (
    AnyEvent,
    Battery,
    Belt,
    BeltFault,
    Cadence,
    Command,
    CueDone,
    Floats,
    HeartRate,
    Input,
    LinkChanged,
    Packet,
    Tick,
)
from cued.recording.sessions import floats, integers
from cued.recording.sessions.floats import BITS, Form

Rare: TypeAlias = Belt | BeltFault | LinkChanged | Battery | HeartRate | Cadence | Command | CueDone
# Without headers and checksums: the record has its own.
LZMA = ({"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 16, "pb": 0},)
TICKS, RARE, FIRST_STREAM = 0, 1, 2


class Look(Struct, frozen=True, array_like=True):
    """What the packets of a stream have in common."""

    sensor: str
    rate_hz: float
    synced: bool
    ticks: bool
    gyr: bool


class Chunk(Struct, frozen=True, array_like=True):
    """Packed inputs and events.

    forms : of the times of ticks, then for each look those of arrivals, ticks, acc and gyr.
    columns : whose turn it was, then those of each form in its order, a packet's length first.
    about : looks, forms and the heads of columns, deflated; then these are empty, and turns are
    told by how they differ from the order of time.  Absent in format 1.
    """

    looks: tuple[Look, ...]
    forms: tuple[Form, ...]
    columns: integers.Packed
    rare: bytes
    events: bytes
    about: bytes = b""


_rare = msgspec.msgpack.Decoder(list[Rare])
_events = msgspec.msgpack.Decoder(list[AnyEvent])
About: TypeAlias = tuple[tuple[Look, ...], tuple[Form, ...], tuple[tuple[int, ...], ...]]
_about = msgspec.msgpack.Decoder(About)
_chunk = msgspec.msgpack.Decoder(Chunk)
_encoder = msgspec.msgpack.Encoder(enc_hook=float)  # numpy's numbers, should one have slipped in


class Packer:
    """Packs chunks of one session; it remembers the grids on which the last chunk's floats lay."""

    def __init__(self) -> None:
        self._hints: dict[tuple[Look | None, int], Form] = {}

    def pack(self, inputs: Sequence[Input], events: Sequence[AnyEvent]) -> bytes:
        """Pack inputs and events."""
        turns = np.empty(len(inputs), np.int64)
        ticks: list[float] = []
        rare: list[Rare] = []
        streams: dict[Look, list[Packet]] = {}
        for n, item in enumerate(inputs):
            if isinstance(item, Packet):
                look = look_of(item)
                stream = streams.setdefault(look, [])
                stream.append(item)
                turns[n] = FIRST_STREAM + list(streams).index(look)
            elif isinstance(item, Tick):
                ticks.append(item.t)
                turns[n] = TICKS
            else:
                rare.append(item)
                turns[n] = RARE
        times = [ticks, [item.t for item in rare]]
        times += [[packet.t for packet in stream] for stream in streams.values()]
        columns, forms = [turns - _by_time(times)], list[Form]()
        self._add(columns, forms, None, 0, [np.array(ticks, np.float64)])
        for look, packets in streams.items():
            self._stream(columns, forms, look, packets)
        packed = integers.pack(columns)
        chunk = Chunk(
            (),
            (),
            replace(packed, heads=()),
            zlib.compress(_encoder.encode(rare), 9),
            lzma.compress(_encoder.encode(list(events)), lzma.FORMAT_RAW, filters=LZMA),
            zlib.compress(_encoder.encode((list(streams), forms, packed.heads)), 9),
        )
        return _encoder.encode(chunk)

    def _stream(
        self,
        columns: list[integers.Ints],
        forms: list[Form],
        look: Look,
        packets: Sequence[Packet],
    ) -> None:
        columns.append(np.array([p.acc.shape[0] for p in packets], np.int64))
        self._add(columns, forms, look, 0, [np.array([p.t for p in packets], np.float64)])
        if look.ticks:
            ticks = np.concatenate([p.ticks for p in packets if p.ticks is not None])
            self._add(columns, forms, look, 1, [ticks])
        self._add(columns, forms, look, 2, _axes(np.concatenate([p.acc for p in packets])))
        if look.gyr:
            gyr = np.concatenate([p.gyr for p in packets if p.gyr is not None])
            self._add(columns, forms, look, 3, _axes(gyr))

    def _add(
        self,
        columns: list[integers.Ints],
        forms: list[Form],
        look: Look | None,
        which: int,
        values: list[Floats],
    ) -> None:
        form, counts = floats.split(values, self._hints.get((look, which), BITS))
        self._hints[look, which] = form
        forms.append(form)
        columns += counts


def unpack(data: bytes) -> tuple[list[Input], list[AnyEvent]]:
    """Give back inputs and events. Raises ValueError when the data are no chunk."""
    try:
        chunk = _chunk.decode(data)
        return list(_Unpacking(chunk).inputs()), _told(chunk)
    except (
        msgspec.MsgspecError,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        IndexError,
        OverflowError,
        StopIteration,
    ) as error:
        raise ValueError(str(error)) from error


def unpack_events(data: bytes) -> list[AnyEvent]:
    """Give back the events only, which is much quicker."""
    try:
        return _told(_chunk.decode(data))
    except (msgspec.MsgspecError, zlib.error, lzma.LZMAError, EOFError) as error:
        raise ValueError(str(error)) from error


def _told(chunk: Chunk) -> list[AnyEvent]:
    return _events.decode(lzma.decompress(chunk.events, lzma.FORMAT_RAW, filters=LZMA))


def look_of(packet: Packet) -> Look:
    """Say what a packet has in common with its stream."""
    return Look(
        packet.sensor,
        packet.rate_hz,
        packet.synced,
        packet.ticks is not None,
        packet.gyr is not None,
    )


class _Unpacking:
    """Takes the columns of a chunk in their order."""

    def __init__(self, chunk: Chunk) -> None:
        self._rare = chunk.rare
        self._relative = bool(chunk.about)
        self._looks, forms, packed = chunk.looks, chunk.forms, chunk.columns
        if chunk.about:
            self._looks, forms, heads = _about.decode(zlib.decompress(chunk.about))
            packed = replace(packed, heads=heads)
        self._columns = iter(integers.unpack(packed))
        self._forms = iter(forms)

    def inputs(self) -> Iterator[Input]:
        """Give the inputs in their order."""
        turns = next(self._columns, np.empty(0, np.int64))
        ticks = (Tick(t) for t in self._take(1)[0].tolist())
        rare = _rare.decode(zlib.decompress(self._rare))
        all_streams: list[Sequence[Input]] = [list(ticks), rare]
        all_streams += [list(self._packets(look)) for look in self._looks]
        if self._relative:
            turns = turns + _by_time([[item.t for item in stream] for stream in all_streams])
        streams = [iter(stream) for stream in all_streams]
        for turn in turns.tolist():
            item = next(streams[turn], None)
            if item is None:
                raise ValueError("an input is missing")
            yield item

    def _packets(self, look: Look) -> Iterator[Packet]:
        lengths = self._column()
        arrivals: list[float] = self._take(1)[0].tolist()
        ticks = self._take(1)[0] if look.ticks else None
        acc = np.stack(self._take(3), axis=1)
        gyr = np.stack(self._take(3), axis=1) if look.gyr else None
        stop = 0
        for t, length in zip(arrivals, lengths.tolist(), strict=True):
            start, stop = stop, stop + length
            yield Packet(
                t=t,
                sensor=look.sensor,
                ticks=None if ticks is None else ticks[start:stop],
                acc=acc[start:stop],
                gyr=None if gyr is None else gyr[start:stop],
                rate_hz=look.rate_hz,
                synced=look.synced,
            )

    def _take(self, count: int) -> list[Floats]:
        form = next(self._forms, BITS)
        needed = count if form.by == 0.0 or form.exact else count + 2
        return floats.join(form, [self._column() for _ in range(needed)])

    def _column(self) -> integers.Ints:
        column = next(self._columns, None)
        if column is None:
            raise ValueError("a column is missing")
        return column


def _by_time(times: Sequence[Sequence[float]]) -> integers.Ints:
    """Say whose turn it is by time: at the same time packets, then what is rare, then ticks."""
    owners = [*range(FIRST_STREAM, len(times)), RARE, TICKS]
    t = np.concatenate([np.array(times[owner], np.float64) for owner in owners])
    turns = np.repeat(owners, [len(times[owner]) for owner in owners]).astype(np.int64)
    ordered: integers.Ints = turns[np.argsort(t, kind="stable")]
    return ordered


def _axes(matrix: Floats) -> list[Floats]:
    return [np.ascontiguousarray(matrix[:, i], dtype=np.float64) for i in range(3)]
