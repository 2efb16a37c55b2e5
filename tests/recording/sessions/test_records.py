"""The records of a file: undamaged ones are read, and damage is noticed and skipped."""

from __future__ import annotations

import pytest
from mcap.opcode import Opcode

from cued.recording.sessions import records
from tests.recording.sessions.kept import eight_chunks


@pytest.fixture
def whole(tmp_path):
    return eight_chunks(tmp_path / "a.mcap").read_bytes()


def contents(data, opcode):
    found = (r for r in records.records(data) if r[0] == opcode)
    return [data[start : start + length] for _, start, length in found]


@pytest.mark.parametrize("more", [50, 1 << 62])  # into the next chunk, and beyond the file
def test_a_wrong_length_hides_one_chunk_and_not_those_after_it(whole, more):
    places = [found[1:] for found in records.records(whole) if found[0] == Opcode.CHUNK]
    bad, (start, length) = bytearray(whole), places[2]
    records.HEAD.pack_into(bad, start - records.HEAD.size, Opcode.CHUNK, length + more)
    found = list(records.records(bytes(bad)))
    assert [opcode for opcode, _, _ in found].count(records.NONE) == 1
    assert [r[1:] for r in found if r[0] == Opcode.CHUNK] == places[:2] + places[3:]
    assert len(places) == 8


def test_a_chunk_gives_its_messages_by_topic_and_wall_clock(whole):
    topics = {}
    first = records.unpacked(contents(whole, Opcode.CHUNK)[0])
    found = [(topic, ns) for topic, ns, _ in records.messages(first, topics)]
    second = 10**9
    assert found == [
        ("/samples/trunk", 1_700_000_000 * second),
        ("/inputs/tick", 1_700_000_000 * second + second // 20),
        ("/events/stride", 1_700_000_000 * second),
        ("/events/stride", 1_700_000_000 * second + second // 2),
    ]
    assert sorted(topics.values()) == ["/events/stride", "/inputs/tick", "/samples/trunk"]


def test_a_chunk_or_an_opening_with_one_other_byte_is_refused(whole):
    opening, chunk = contents(whole, Opcode.METADATA)[0], contents(whole, Opcode.CHUNK)[0]
    name, content = records.unsealed(opening)
    assert name == "opening"
    assert b'"runner":"anna"' in content
    with pytest.raises(ValueError, match="checksum"):
        records.unsealed(opening.replace(b"anna", b"amna"))
    with pytest.raises(records.FAULTS):
        records.unpacked(chunk[:-1] + bytes([chunk[-1] ^ 1]))
