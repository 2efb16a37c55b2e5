"""Session files: exact to the last bit, small, and readable however much of them is left."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cued.coach.workout.memory import Memory
from cued.gait.fusion.body import GaitConfig
from cued.model import (
    Belt,
    Command,
    Cue,
    LinkChanged,
    Packet,
    RecordingError,
    Stride,
    Stumble,
    Summary,
    Tick,
)
from cued.recording.sessions import floats, integers, predicting, rewriting
from cued.recording.sessions.chunk import Packer, unpack
from cued.recording.sessions.difference import compare
from cued.recording.sessions.log import SessionLog
from cued.recording.sessions.opening import FORMAT, Opening
from cued.recording.sessions.session import MAGIC, Session, record

G = 9.80665
DEGREE = np.pi / 180.0
any_int = st.integers(-(2**63), 2**63 - 1)
any_float = st.floats(allow_nan=True, allow_infinity=True, width=64)


@given(st.lists(arrays.arrays(np.int64, st.integers(0, 60), elements=any_int), max_size=4))
@example([np.array([-(2**63), 2**63 - 1, 0] * 20, np.int64)])
@example([np.arange(100, dtype=np.int64) ** 3])
def test_integers_come_back_as_they_were(columns):
    data = msgspec.msgpack.encode(integers.pack(columns))
    back = integers.unpack(msgspec.msgpack.decode(data, type=integers.Packed))
    assert len(back) == len(columns)
    for a, b in zip(columns, back, strict=True):
        np.testing.assert_array_equal(a, b)


@given(
    arrays.arrays(np.int64, st.integers(0, 90), elements=st.integers(-(2**40), 2**40)),
    st.integers(0, 3),
)
@example(np.array([5], np.int64), 0)
@example(np.array([3, -3, 3, -3, 3], np.int64), 0)
def test_every_way_of_predicting_is_undone_exactly(column, sums):
    for _ in range(sums):
        column = np.cumsum(column)
    for kind, first, rest in predicting._tried(column):
        np.testing.assert_array_equal(predicting.restored(kind, first, rest), column, str(kind))


@pytest.mark.parametrize(
    ("kind", "first"), [(9, ()), (-1, ()), (3, (1, 2, 3, 4)), (5, (1,)), (7, ()), (6, (1, 2))]
)
def test_a_prediction_that_lacks_its_beginning_is_refused(kind, first):
    with pytest.raises(ValueError, match="not known"):
        predicting.restored(kind, first, np.zeros(5, np.int64))


def test_an_even_clock_and_what_never_changes_take_next_to_nothing():
    uneven_by_rounding = np.rint(np.arange(800) * 10.003).astype(np.int64) + 77_000_000
    packed = integers.pack([uneven_by_rounding, np.full(800, 4, np.int64)])
    assert len(msgspec.msgpack.encode(packed)) < 60
    back, same = integers.unpack(packed)
    np.testing.assert_array_equal(back, uneven_by_rounding)
    assert (same == 4).all()


def test_white_noise_takes_no_more_than_half_a_bit_above_its_entropy():
    noise = np.random.default_rng(3).normal(0.0, 200.0, 4096).round().astype(np.int64)
    packed = integers.pack([noise])
    bits = 8 * sum(map(len, (packed.widths, packed.quotients, packed.remainders))) / noise.size
    entropy = np.log2(200.0 * np.sqrt(2 * np.pi * np.e))
    assert entropy < bits < entropy + 0.5


@given(
    st.lists(
        arrays.arrays(np.float64, st.integers(0, 40), elements=any_float), min_size=1, max_size=3
    )
)
@example([np.array([-0.0, np.nan, np.inf, 5e-324, 1.0, 2.0, 3.0, 4.0, 5.0])])
def test_floats_come_back_to_the_last_bit(columns):
    form, counts = floats.split(columns)
    back = floats.join(form, counts)
    assert [c.tobytes() for c in back] == [c.tobytes() for c in columns]


@pytest.mark.parametrize(
    "scaled",
    [
        lambda k: k * (0.488e-3 * G),
        lambda k: k * (16 * G / 32768),
        lambda k: k / 8192 * G,
        lambda k: k * 0.07 * DEGREE,
        lambda k: k / 16.4 * DEGREE,
        lambda k: k * (1e-3 * G),
        lambda k: k / 1e5,
    ],
)
@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([30.0, 300.0, 3000.0]))
@settings(max_examples=20)
def test_a_sensors_counts_are_found_in_what_its_driver_made_of_them(scaled, seed, spread):
    counts = np.random.default_rng(seed).normal(0.0, spread, 1500).astype(np.int64)
    values = scaled(counts)
    form, found = floats.split([values])
    assert form.by, "taken for bits"
    ratio = found[0][counts != 0] / counts[counts != 0]
    np.testing.assert_array_equal(ratio, ratio[0])
    assert floats.join(form, found)[0].tobytes() == values.tobytes()


# --- chunks -------------------------------------------------------------------------------------

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


def equal(a, b):
    if not isinstance(a, Packet):
        return a == b
    same = (a.t, a.sensor, a.rate_hz, a.synced) == (b.t, b.sensor, b.rate_hz, b.synced)
    for x, y in ((a.ticks, b.ticks), (a.acc, b.acc), (a.gyr, b.gyr)):
        same &= (x is None) == (y is None)
        same &= x is None or (x.shape == y.shape and x.tobytes() == y.tobytes())
    return same


@given(inputs, st.lists(st.builds(stride, times), max_size=3))
def test_inputs_of_any_kind_come_back_in_their_order(given_, events):
    back, told = unpack(Packer().pack(given_, events))
    assert len(back) == len(given_)
    assert all(equal(a, b) for a, b in zip(given_, back, strict=True))
    assert told == events


@given(st.binary(max_size=200))
def test_bytes_that_are_no_chunk_are_refused(data):
    with pytest.raises(ValueError, match=r"."):
        unpack(data)


# --- files --------------------------------------------------------------------------------------


def write(path, seconds=8, runner="anna"):
    rng = np.random.default_rng(1)
    log = SessionLog(path, Opening(began=1.7e9, t=0.0, memory=Memory(runner=runner)))
    for second in range(seconds):
        acc = rng.integers(-900, 900, (10, 3)) * 0.01
        packet = Packet(float(second), "trunk", None, acc, None, 10.0)
        log.write([packet, Tick(second + 0.05)], [stride(second), stride(second + 0.5)])
    log.close()
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = write(tmp_path_factory.mktemp("sessions") / "a.cued")
    return path.read_bytes()


@given(at=st.floats(0.0, 1.0))
@settings(max_examples=150)
def test_cut_at_any_byte_what_was_complete_is_read_and_nothing_else(whole, at, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "cut.cued"
    cut = whole[: int(at * len(whole))]
    path.write_bytes(cut)
    if len(cut) < _borders(whole)[0]:
        with pytest.raises(RecordingError, match="cut before"):
            Session(path)
        return
    session = Session(path)
    (part,) = session.parts
    told = list(session.events(part))
    assert told == [stride(n / 2) for n in range(len(told))]
    assert len(list(session.inputs(part))) == len(told)
    assert (session.cut_at is None) == (len(cut) in _borders(whole))
    assert len(told) == 2 * sum(border <= len(cut) for border in _borders(whole)[1:9])
    assert session.ending(part).strides == len(told)
    assert path.read_bytes() == cut


def _borders(whole):
    """Where the records of a file end, by the layout that its module states."""
    at, out = len(MAGIC), []
    while at < len(whole):
        at += 9 + int.from_bytes(whole[at + 1 : at + 5], "little")
        out.append(at)
    return out


@given(at=st.floats(0.0, 1.0), bit=st.integers(0, 7))
@settings(max_examples=150)
def test_one_wrong_bit_anywhere_loses_only_its_chunk(whole, at, bit, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "bad.cued"
    bad = bytearray(whole)
    place = min(int(at * len(whole)), len(whole) - 1)
    bad[place] ^= 1 << bit
    path.write_bytes(bad)
    if place < _borders(whole)[0]:
        with pytest.raises(RecordingError):
            Session(path)
        return
    session = Session(path)
    (part,) = session.parts
    hit = sum(place >= border for border in _borders(whole)) - 1
    times = [n / 2 for n in range(16) if n // 2 != hit]
    assert list(session.events(part)) == [stride(t) for t in times]
    assert session.damage
    assert list(session.events(part.before_hole())) == [stride(t) for t in times if t < hit]
    assert session.ending(part).strides == (16 if hit < 8 else len(times))


def test_a_joined_session_keeps_its_hole_and_mixes_no_clocks(tmp_path):
    one, two = write(tmp_path / "a.cued"), write(tmp_path / "b.cued")
    bad = bytearray(one.read_bytes())
    third = _borders(bytes(bad))[2]
    bad[third + 20] ^= 1
    one.write_bytes(bad)
    joined = rewriting.merge([Session(one), Session(two)])
    first, second = Session(joined).parts
    assert (first.hole, len(first.chunks), second.hole) == (2, 7, None)
    assert "left out" in Session(joined).damage
    bad = bytearray(joined.read_bytes())
    opening = bad.rindex(b'{"format"')
    bad[opening] ^= 1
    joined.write_bytes(bad)
    (part,) = Session(joined).parts
    assert len(part.chunks) == 7
    assert Session(joined).damage


def test_a_newer_format_is_refused_and_says_by_whom_it_was_written(tmp_path):
    path = tmp_path / "new.cued"
    told = {"format": FORMAT + 1, "cued": "9.0"}
    path.write_bytes(MAGIC + record("O", msgspec.json.encode(told)))
    with pytest.raises(RecordingError, match=f"format {FORMAT + 1}, written by cued 9.0"):
        Session(path)


def fingerprint(session):
    """Digest every bit that a session holds."""
    digest = hashlib.sha256()
    for part in session.parts:
        for item in session.inputs(part):
            if isinstance(item, Packet):
                digest.update(repr((item.t, item.sensor, item.rate_hz, item.synced)).encode())
                for array in (item.ticks, item.acc, item.gyr):
                    digest.update(b"-" if array is None else array.tobytes())
            else:
                digest.update(repr(item).encode())
        for event in session.events(part):
            digest.update(msgspec.json.encode(event))
    return digest.hexdigest()


def test_a_session_of_format_1_is_read_to_the_last_bit(tmp_path):
    """format1.cued was written by the code before format 2, and so was the digest."""
    old = Path(__file__).with_name("format1.cued")
    told = "d662b59622d2114ea48f5b4240919ed97e6dbf59f076de354f62538f1d6cb0b6"
    session = Session(old)
    assert session.parts[0].opening.format == 1
    assert fingerprint(session) == told
    copy = tmp_path / "copy.cued"
    copy.write_bytes(old.read_bytes())
    rewriting.without(Session(copy), "nobody")
    assert Session(copy).parts[0].opening.format == FORMAT
    assert fingerprint(Session(copy)) == told
    assert copy.stat().st_size < old.stat().st_size


def test_turns_at_the_same_time_are_kept_as_they_were():
    packets = [Packet(1.0, name, np.array([1.0]), np.zeros((1, 3)), None, 50.0) for name in "abca"]
    given_ = [packets[2], Tick(1.0), packets[0], Belt(1.0, 0.5), packets[1], packets[3], Tick(0.5)]
    back, _ = unpack(Packer().pack(given_, []))
    assert all(equal(a, b) for a, b in zip(given_, back, strict=True))


def test_a_key_that_a_later_version_added_is_no_obstacle(tmp_path):
    path = tmp_path / "later.cued"
    told = {"format": FORMAT, "weather": "fine"}
    path.write_bytes(MAGIC + record("O", msgspec.json.encode(told)))
    assert len(Session(path).parts) == 1


def test_a_part_is_summed_up(tmp_path):
    path = tmp_path / "s.cued"
    log = SessionLog(path, Opening(began=1.7e9, t=0.0))
    cue = Cue(t=2.0, key="tall", text="", pattern="none", priority=2, verdict="given")
    back = Stride(
        t=1.0, side="left", duration_s=1.2, length_m=None, speed_m_s=None, direction="backward"
    )
    over = Summary(
        t=3.0, started_t=0.0, duration_s=3.0, strides=1, backward_s=1.2, cues=1, stumbles=1,
        details={"runner": "bea"},
    )  # fmt: skip
    packet = Packet(2.5, "trunk", None, np.zeros((1, 3)), None, 100.0)
    log.write([packet], [cue, back, Stumble(t=2.0, score=1.5), over])
    log.close()
    session = Session(path)
    ending = session.parts[0].ending
    assert ending is not None
    assert (ending.runner, ending.cues, ending.stumbles, ending.backward_s) == ("bea", 1, 1, 1.2)


@pytest.mark.parametrize("sides", [("left", "right"), ("right",), ("left",), ("unknown",) * 2])
def test_time_backward_is_the_same_with_any_sensors(tmp_path, sides):
    log = SessionLog(tmp_path / "s.cued", Opening(began=1.7e9, t=0.0))
    strides = [
        Stride(
            t=5.0 + n / len(sides), side=sides[n % len(sides)], duration_s=1.0, length_m=None,
            speed_m_s=None, direction="backward" if n < 60 * len(sides) else "forward",
        )
        for n in range(100 * len(sides))
    ]  # fmt: skip
    log.write([], strides)
    log.close()
    (part,) = Session(log.path).parts
    assert part.ending is not None
    assert part.ending.backward_s == pytest.approx(60.0, abs=1.0)


def test_a_difference_names_what_is_gone_and_what_is_new():
    a, b, c = (stride(float(t)) for t in range(3))
    assert not compare([a, b], [a, b])
    found = compare([a, b], [a, c])
    assert (found.gone, found.new) == ((b,), (c,))
    assert compare([a, b], [b, a]).reordered


def test_the_engines_options_are_part_of_an_opening():
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
