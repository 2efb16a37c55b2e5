"""Session files: exact to the last bit, small, and readable when cut anywhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from mcap.writer import Writer

from cued.model import (
    Belt,
    Command,
    LinkChanged,
    Packet,
    RecordingError,
    Tick,
)
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionWriter
from tests.recording.sessions.kept import borders, eight_chunks, stride

any_float = st.floats(allow_nan=True, allow_infinity=True, width=64)


times = st.floats(0.0, 1e6)
sensors = st.sampled_from(["trunk", "foot_left"])


@st.composite
def packets(draw):
    n = draw(st.integers(0, 5))
    block = arrays.arrays(np.float64, (n, 3), elements=any_float)
    ticks = arrays.arrays(np.float64, n, elements=any_float)
    return Packet(
        t=draw(times),
        sensor=draw(sensors),
        ticks=draw(st.none() | ticks),
        acc=draw(block),
        gyr=draw(st.none() | block),
        rate_hz=draw(st.sampled_from([52.0, 100.0])),
        synced=draw(st.booleans()),
    )


inputs = st.lists(
    packets()
    | st.builds(Tick, times)
    | st.builds(Belt, times, st.floats(0, 5))
    | st.builds(LinkChanged, times, sensors, st.booleans())
    | st.builds(Command, times, st.just("effort"), st.none() | st.floats(6, 20) | st.text()),
    max_size=12,
)


def bits(item):
    """Return all that two equal items share, to the last bit."""
    if not isinstance(item, Packet):
        return item
    arrays = [x if x is None else (x.shape, x.tobytes()) for x in (item.ticks, item.acc, item.gyr)]
    return item.t, item.sensor, item.rate_hz, item.synced, arrays


@given(inputs, st.lists(st.builds(stride, times), max_size=3))
def test_inputs_and_events_come_back_in_their_order_to_the_last_bit(given_, events):
    with tempfile.TemporaryDirectory() as folder:
        log = SessionWriter(Path(folder) / "a.mcap", Opening(began=1.7e9, t=0.0))
        log.write([*given_, *events])
        log.close()
        session = RecordedSession(log.path)
        (part,) = session.parts
        assert [bits(item) for item in session.inputs(part)] == [bits(item) for item in given_]
        assert list(session.events(part)) == events


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = eight_chunks(tmp_path_factory.mktemp("sessions") / "a.mcap")
    return path.read_bytes()


@pytest.mark.once
@given(at=st.floats(0.0, 1.0))
@settings(max_examples=150)
def test_a_file_cut_at_any_byte_gives_exactly_its_complete_messages(whole, at, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "cut.mcap"
    cut = whole[: int(at * len(whole))]
    path.write_bytes(cut)
    if len(cut) < borders(whole)[1]:
        with pytest.raises(RecordingError, match="cut short before"):
            RecordedSession(path)
        return
    session = RecordedSession(path)
    (part,) = session.parts
    events = list(session.events(part))
    assert events == [stride(n / 2) for n in range(len(events))]
    assert len(list(session.inputs(part))) == len(events)
    assert len(events) == 2 * sum(border <= len(cut) for border in borders(whole)[2:10])
    assert (session.cut_at is None) == (len(cut) in borders(whole) or len(cut) == len(whole))
    assert session.ending(part).strides == len(events)
    assert path.read_bytes() == cut


@pytest.mark.once
@given(at=st.floats(0.0, 1.0), bit=st.integers(0, 7))
@example(at=0.4984668077859832, bit=7)  # the highest bit of a length
@example(at=0.05420237435055199, bit=4)  # a length that reaches over several chunks
@settings(max_examples=150)
def test_one_wrong_bit_anywhere_loses_only_its_chunk(whole, at, bit, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "bad.mcap"
    bad = bytearray(whole)
    place = min(int(at * len(whole)), len(whole) - 1)
    bad[place] ^= 1 << bit
    path.write_bytes(bad)
    hit = sum(place >= border for border in borders(whole)) - 2
    if hit < 0:
        try:
            RecordedSession(path)
        except RecordingError:
            return
    session = RecordedSession(path)
    (part,) = session.parts
    events = list(session.events(part))
    lost = {n // 2 for n in range(16)} - {int(e.t) for e in events}
    assert len(lost) <= 1  # a wrong length may reach over the next chunk
    assert events == [stride(n / 2) for n in range(16) if n // 2 not in lost]
    if lost:
        assert session.damage
        before = list(session.events(part.before_hole()))
        assert before == [stride(n / 2) for n in range(2 * min(lost))]


def test_another_programs_recording_is_not_taken_for_a_damaged_one(tmp_path):
    path = tmp_path / "other.mcap"
    with path.open("wb") as file:
        other = Writer(file)
        other.start(profile="ros2", library="a robot")
        other.add_metadata("opening", {"robot": "one"})
        other.finish()
    with pytest.raises(RecordingError, match="not a session that cued recorded"):
        RecordedSession(path)
