"""Session files: exact to the last bit, small, and readable when cut anywhere."""

from __future__ import annotations

import io
import math
import tempfile
import typing
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from mcap.reader import make_reader

from cued.coach.workout.memory import Memory
from cued.commands.replay import compare
from cued.gait.fusion.chains import GaitConfig
from cued.model import (
    AnyEvent,
    Belt,
    Command,
    Cue,
    Event,
    LinkChanged,
    Packet,
    RecordingError,
    Stride,
    Stumble,
    Summary,
    Tick,
)
from cued.recording.sessions import records, rewriting
from cued.recording.sessions.messages import Plain, item_of, message, schema_of
from cued.recording.sessions.opening import FORMAT, Opening
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionFile, SessionWriter

any_float = st.floats(allow_nan=True, allow_infinity=True, width=64)


# --- messages -------------------------------------------------------------------------------------

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


def stride(t):
    return Stride(t=t, side="left", duration_s=1.0, length_m=None, speed_m_s=None)


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


@given(st.binary(max_size=200), st.sampled_from(["/samples/trunk", "/notifications/trunk/a"]))
def test_invalid_messages_are_refused(data, topic):
    try:
        item = item_of(topic, data)
    except ValueError:
        return
    assert math.isnan(item.t) or message(item).data  # what was read can be written


def test_every_kind_of_input_and_event_has_a_schema_that_viewers_read():
    """Viewers need objects of plain types: no reference, alternative or open type."""
    kinds = [*typing.get_args(Plain), *typing.get_args(AnyEvent)]
    for kind in kinds:
        where = "events" if issubclass(kind, Event) else "inputs"
        record = schema_of(f"/{where}/{kind.__struct_config__.tag}")
        schema = msgspec.json.decode(record.data)
        assert (record.encoding, schema["type"]) == ("jsonschema", "object")
        assert set(schema["properties"]) >= {"type", "t"}
        assert b"$ref" not in record.data
        assert b"anyOf" not in record.data


# --- files --------------------------------------------------------------------------------------


def write(path, seconds=8, runner="anna"):
    rng = np.random.default_rng(1)
    log = SessionWriter(path, Opening(began=1.7e9, t=0.0, memory=Memory(runner=runner)))
    for second in range(seconds):
        acc = rng.integers(-900, 900, (10, 3)) * 0.01
        packet = Packet(float(second), "trunk", None, acc, None, 10.0)
        log.write([packet, Tick(second + 0.05), stride(second), stride(second + 0.5)])
    log.close()
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = write(tmp_path_factory.mktemp("sessions") / "a.mcap")
    return path.read_bytes()


@pytest.mark.once
@given(at=st.floats(0.0, 1.0))
@settings(max_examples=150)
def test_a_file_cut_at_any_byte_gives_exactly_its_complete_messages(whole, at, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "cut.mcap"
    cut = whole[: int(at * len(whole))]
    path.write_bytes(cut)
    if len(cut) < _borders(whole)[1]:
        with pytest.raises(RecordingError, match="cut short before"):
            RecordedSession(path)
        return
    session = RecordedSession(path)
    (part,) = session.parts
    events = list(session.events(part))
    assert events == [stride(n / 2) for n in range(len(events))]
    assert len(list(session.inputs(part))) == len(events)
    assert len(events) == 2 * sum(border <= len(cut) for border in _borders(whole)[2:10])
    assert (session.cut_at is None) == (len(cut) in _borders(whole) or len(cut) == len(whole))
    assert session.ending(part).strides == len(events)
    assert path.read_bytes() == cut


def _borders(whole):
    """Return where the records of a file end: header, opening, eight chunks, ending, summary."""
    return [start + length for _, start, length in records.records(whole)]


@pytest.mark.once
@given(at=st.floats(0.0, 1.0), bit=st.integers(0, 7))
@example(at=0.4984668077859832, bit=7)  # the highest bit of a length
@example(at=0.05420237435055199, bit=4)  # a length that reaches over several chunks
@settings(max_examples=150)
def test_one_wrong_bit_anywhere_loses_only_its_chunk(whole, at, bit, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "bad.mcap"
    bad = bytearray(whole)
    borders = _borders(whole)
    place = min(int(at * len(whole)), len(whole) - 1)
    bad[place] ^= 1 << bit
    path.write_bytes(bad)
    hit = sum(place >= border for border in borders) - 2
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


def test_a_joined_session_keeps_its_hole_and_mixes_no_clocks(tmp_path):
    one, two = write(tmp_path / "a.mcap"), write(tmp_path / "b.mcap")
    bad = bytearray(one.read_bytes())
    bad[_borders(bytes(bad))[4] - 20] ^= 1
    one.write_bytes(bad)
    joined = rewriting.merge([RecordedSession(one), RecordedSession(two)])
    first, second = RecordedSession(joined).parts
    assert (first.hole, len(first.chunks), second.hole) == (2, 7, None)
    assert "left out" in RecordedSession(joined).damage
    bad = bytearray(joined.read_bytes())
    bad[bad.rindex(b"station") + 2] ^= 1
    joined.write_bytes(bad)
    (part,) = RecordedSession(joined).parts
    assert len(part.chunks) == 7
    assert RecordedSession(joined).damage


def test_the_package_that_defines_the_format_reads_a_session(whole):
    """Read as Foxglove does: openings, endings, and every message by the schema in the file."""
    reader = make_reader(io.BytesIO(whole))
    assert [m.name for m in reader.iter_metadata()] == ["opening", "ending"]
    messages = list(reader.iter_messages(log_time_order=False))
    assert {channel.topic for _, channel, _ in messages} == {
        "/samples/trunk", "/inputs/tick", "/events/stride"
    }  # fmt: skip
    assert {(s.name, s.encoding) for s, _, _ in messages} == {
        ("cued.Samples", "protobuf"), ("cued.Tick", "jsonschema"), ("cued.Stride", "jsonschema")
    }  # fmt: skip
    first = messages[0][2]
    assert first.log_time == 1_700_000_000 * 10**9


def opened(record):
    file = SessionFile()
    file._about(records.OPENING, record)
    return file.drain()


def test_a_newer_format_is_refused_with_its_writer(tmp_path):
    path = tmp_path / "new.mcap"
    path.write_bytes(opened({"format": FORMAT + 1, "cued": "9.0"}))
    with pytest.raises(RecordingError, match=f"format {FORMAT + 1}, written by cued 9.0"):
        RecordedSession(path)


def test_a_key_added_by_a_later_version_is_ignored(tmp_path):
    path = tmp_path / "later.mcap"
    path.write_bytes(opened({"format": FORMAT, "weather": "fine"}))
    assert len(RecordedSession(path).parts) == 1


def test_a_part_is_summarised(tmp_path):
    path = tmp_path / "s.mcap"
    log = SessionWriter(path, Opening(began=1.7e9, t=0.0))
    cue = Cue(t=2.0, key="tall", text="", pattern="none", priority=2, verdict="given")
    back = Stride(
        t=1.0, side="left", duration_s=1.2, length_m=None, speed_m_s=None, direction="backward"
    )
    over = Summary(
        t=3.0, started_t=0.0, duration_s=3.0, strides=1, backward_s=1.2, cues=1, stumbles=1,
        details={"runner": "bea"},
    )  # fmt: skip
    packet = Packet(2.5, "trunk", None, np.zeros((1, 3)), None, 100.0)
    log.write([packet, cue, back, Stumble(t=2.0, score=1.5), over])
    log.close()
    session = RecordedSession(path)
    ending = session.parts[0].ending
    assert ending is not None
    assert (ending.runner, ending.cues, ending.stumbles, ending.backward_s) == ("bea", 1, 1, 1.2)


@pytest.mark.parametrize("sides", [("left", "right"), ("right",), ("left",), ("unknown",) * 2])
def test_time_backward_is_the_same_with_any_sensors(tmp_path, sides):
    log = SessionWriter(tmp_path / "s.mcap", Opening(began=1.7e9, t=0.0))
    strides = [
        Stride(
            t=5.0 + n / len(sides), side=sides[n % len(sides)], duration_s=1.0, length_m=None,
            speed_m_s=None, direction="backward" if n < 60 * len(sides) else "forward",
        )
        for n in range(100 * len(sides))
    ]  # fmt: skip
    log.write(strides)
    log.close()
    (part,) = RecordedSession(log.path).parts
    assert part.ending is not None
    assert part.ending.backward_s == pytest.approx(60.0, abs=1.0)


def test_a_difference_names_what_is_missing_and_what_is_new():
    a, b, c = (stride(float(t)) for t in range(3))
    assert not compare([a, b], [a, b])
    found = compare([a, b], [a, c])
    assert (found.gone, found.new) == ((b,), (c,))
    assert compare([a, b], [b, a]).reordered


def test_an_opening_includes_the_engine_options():
    from cued.config import convert
    from cued.recording.sessions.opening import configuration, tables

    chosen = convert(
        {
            "gait": {"starts_forward": True},
            "metrics": {"bounce_cm": {"enabled": False}},
            "sensors": {"back": {"device": "bangle", "placement": "lower_back", "name": "B 1"}},
        }
    )
    again = configuration(Opening(config=msgspec.json.decode(msgspec.json.encode(tables(chosen)))))
    assert again.gait == chosen.gait != GaitConfig()
    assert again.parts["metrics"] == chosen.parts["metrics"]
    assert again.parts["rules"] == chosen.parts["rules"]
    assert again.sensors["back"].placement == "lower_back"
    assert again.sensors["back"].name == ""
