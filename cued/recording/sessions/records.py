"""Read the undamaged records of an MCAP file.

The readers of the ``mcap`` package stop at the first damage; this one skips it. A record is a kind,
a length and its content. Messages are in chunks with a checksum; openings and endings are metadata
with JSON values, to which this module adds a checksum.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import TypeAlias

import msgspec
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Metadata

MAGIC = b"\x89MCAP0\r\n"
OPENING, ENDING, GAP = "opening", "ending", "gap"  # names of metadata
CHECKSUM = "crc32"
LONGEST = 1 << 26  # bytes of an unpacked chunk; cued's are under 1 MB
# What damaged bytes raise: OverflowError comes from a length beyond any file's, due to a wrong bit.
FAULTS = (
    ValueError, struct.error, McapError, zstandard.ZstdError, OverflowError, RecursionError,
)  # fmt: skip
# The kinds before the end of the data, and those after it. Any other kind is damage.
WRITTEN = {Opcode.HEADER, Opcode.METADATA, Opcode.CHUNK, Opcode.DATA_END}
SUMMARY = set(Opcode) - WRITTEN
HEAD = struct.Struct("<BQ")
MESSAGE = struct.Struct("<HIQQ")  # channel, sequence, log time, publish time
# A chunk's record names its compression after two times, a size and a checksum.
COMPRESSION = b"\x04\0\0\0zstd"
BEFORE_COMPRESSION = HEAD.size + 8 + 8 + 8 + 4  # bytes (MCAP's specification, "Chunk")

Record: TypeAlias = tuple[int, int, int]  # opcode, start of the content, its length
NONE = 0  # opcode of unreadable bytes


def records(data: bytes) -> Iterator[Record]:
    """Yield the records of a file; one with opcode ``NONE`` stands for unreadable bytes."""
    at = len(MAGIC)
    expected = WRITTEN
    while at < len(data) and data[at:] != MAGIC:
        start = at + HEAD.size
        opcode, length = HEAD.unpack_from(data, at) if start <= len(data) else (NONE, 0)
        # If a chunk begins inside a record, the record's length is wrong.
        if opcode in expected and start + length <= min(len(data), _next_chunk(data, start)):
            yield opcode, start, length
            at = start + length
            expected = SUMMARY if opcode == Opcode.DATA_END else expected
        else:
            yield NONE, start, 0
            at = _next_chunk(data, at + 1)


def unpacked(content: bytes) -> bytes:
    """Unpack a chunk. Raises one of ``FAULTS`` if it is damaged."""
    chunk = Chunk.read(_stream(content))
    if chunk.compression != "zstd" or chunk.uncompressed_size > LONGEST:
        raise ValueError("a chunk that cued did not write")
    # A size with a wrong bit may ask for more memory than there is.
    if zstandard.frame_content_size(chunk.data) not in (-1, chunk.uncompressed_size):
        raise ValueError("a chunk's two sizes differ")
    data = zstandard.decompress(chunk.data, chunk.uncompressed_size)
    if zlib.crc32(data) != chunk.uncompressed_crc:
        raise ValueError("the checksum of a chunk is wrong")
    return data


def messages(data: bytes, topics: dict[int, str]) -> Iterator[tuple[str, int, bytes]]:
    """Yield an unpacked chunk's topics, wall clock times in ns, and bytes.

    topics : by channel; new channels are added.
    """
    at = 0
    while at < len(data):
        opcode, length = HEAD.unpack_from(data, at)
        at += HEAD.size
        if opcode == Opcode.MESSAGE:
            channel, _, ns, _ = MESSAGE.unpack_from(data, at)
            if channel in topics:
                yield topics[channel], ns, data[at + MESSAGE.size : at + length]
        elif opcode == Opcode.CHANNEL:
            learn(data[at : at + length], topics)
        at += length


def learn(content: bytes, topics: dict[int, str]) -> None:
    """Add a channel and its topic to ``topics``."""
    channel = Channel.read(_stream(content))
    topics[channel.id] = channel.topic


def sealed(content: bytes) -> dict[str, str]:
    """Turn a JSON object into metadata with a checksum."""
    parts = msgspec.json.decode(content, type=dict[str, msgspec.Raw] | None) or {}
    texts = {key: bytes(value).decode() for key, value in parts.items()}
    return {**texts, CHECKSUM: _checksum(texts)}


def unsealed(content: bytes) -> tuple[str, bytes]:
    """Return metadata's name and JSON object. Raises one of ``FAULTS`` if it is damaged."""
    metadata = Metadata.read(_stream(content))
    texts = dict(metadata.metadata)
    if metadata.name in (OPENING, ENDING, GAP) and texts.pop(CHECKSUM, "") != _checksum(texts):
        raise ValueError("the checksum of an opening or ending is wrong")
    values = {key: msgspec.Raw(value.encode()) for key, value in texts.items()}
    return metadata.name, msgspec.json.encode(values)


def _checksum(texts: dict[str, str]) -> str:
    return f"{zlib.crc32(msgspec.json.encode(texts, order='sorted')):08x}"


def _next_chunk(data: bytes, at: int) -> int:
    """Return where the next complete chunk begins; the end of the data if there is none."""
    found = data.find(COMPRESSION, at + BEFORE_COMPRESSION)
    while found >= 0:
        start = found - BEFORE_COMPRESSION
        opcode, length = HEAD.unpack_from(data, start)
        if opcode == Opcode.CHUNK and start + HEAD.size + length <= len(data):
            return start
        found = data.find(COMPRESSION, found + 1)
    return len(data)


def _stream(content: bytes) -> ReadDataStream:
    return ReadDataStream(io.BytesIO(content))
