"""Promises of every device file: any bytes give samples or DecodeError."""

from __future__ import annotations

import copy
import importlib
import random
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued import parts
from cued.devices import (
    bangle,
    circuitpython,
    fitshow,
    ftms,
    heart_rate,
    iconsole,
    metamotion,
    movesense,
    phone,
    pod,
    polar_pmd,
    rsc,
    thingy52,
    walkingpad,
    witmotion,
    xsens_dot,
)
from cued.devices._gatt import BATTERY_LEVEL
from cued.devices._untimed import MOST_APART
from cued.devices.device import Advert, Answer, Read, Subscribe, Write
from cued.model import (
    Battery,
    Belt,
    BeltRequest,
    Cadence,
    DecodeError,
    HeartRate,
    LinkChanged,
    Packet,
)
from tests.devices.numbered import STREAMS
from tests.helpers.built import built

NAMES = parts.names("devices")
H = bytes.fromhex

# Well-formed messages to start mutating from, by device: (characteristic, bytes).
KNOWN: dict[str, list[tuple[str, bytes]]] = {
    "polar_pmd": [
        (polar_pmd.CONTROL, H("0f2c00") + bytes(14)),
        (polar_pmd.CONTROL, H("f0010200000004190032006400c800010110000203020004000800")),
        (polar_pmd.CONTROL, H("f00202000001")),
        (polar_pmd.CONTROL, H("f00205000005 0100008f3d")),
        (polar_pmd.DATA, H("02 0065cd1d00000000 01 0000 0000 e803 0a00 f6ff e003")),
        (polar_pmd.DATA, H("02 00ca9a3b00000000 81 f1ff 1400 f003 06 01 7b0f08")),
        (polar_pmd.DATA, H("05 0065cd1d00000000 80 eaff 0800 0d00 03 01 df00")),
        (polar_pmd.DATA, H("05 00ca9a3b00000000 81 0000803f 00002041 0000a041 1c 00")),
        (polar_pmd.DATA, H("06 00ca9a3b00000000 81 37ff 51fd 6cf6 0000 03 01 f802")),
    ],
    "movesense": [
        (movesense.NOTIFY, H("0263 10270000") + bytes(24)),
        (movesense.NOTIFY, H("0263 5c270000") + bytes(152)),
        (movesense.NOTIFY, H("0363") + bytes(40)),
        (movesense.NOTIFY, H("0163 c800")),
        (movesense.NOTIFY, H("0105 c800 5a")),
    ],
    "witmotion": [
        (witmotion.NOTIFY, H("5561 0000 0000 0008 0000 0000 0000 0000 0000 0000")),
        (witmotion.NOTIFY, H("5571 6400 7c01 0000 0000 0000 0000 0000 0000 0000")),
        (witmotion.NOTIFY, H("5561 0000 0000 0008 0000 0000 0000 0000 0000 0000") * 3),
    ],
    "walkingpad": [
        (walkingpad.NOTIFY, H("f8a2 01 23 01 000006 000000 000005 00 000200 d4 fd")),
    ],
    "iconsole": [
        (iconsole.NOTIFY, H("f0 b0 01 d3 74")),
        (iconsole.NOTIFY, H("f0b201d30101010101010101012403010101a9")),
    ],
    "fitshow": [
        (fitshow.NOTIFY, H("02 51 03 08 00 1000 0300 0100 0000 00 00 48 03")),
        (fitshow.NOTIFY, H("02 51 00 51 03")),
    ],
    "xsens_dot": [
        (xsens_dot.MEDIUM, H("10270000") + bytes(36)),
        (xsens_dot.BATTERY, H("5000")),
    ],
    "thingy52": [(thingy52.RAW, H("0000 0000 0004 2000 0000 0000 0000 0000 0000"))],
    "metamotion": [
        (metamotion.NOTIFY, H("03800101")),
        (metamotion.NOTIFY, H("0304 0000 0000 0010")),
        (metamotion.NOTIFY, H("1305 a400 0000 0000")),
    ],
    "circuitpython": [
        (circuitpython.ACC, np.array([0, 0, 9.81], "<f4").tobytes()),
        (circuitpython.GYRO, np.array([1, 0, 0], "<f4").tobytes()),
    ],
    "bangle": [(bangle.TX, H("a501 e8030000 0000 0000 0010 a102"))],
    "pod": [
        (pod.DATA, H("0102 0700 40420f00 8f25") + bytes(24)),
        (pod.DATA, H("0101 0800 e0930400 8f25") + bytes(12)),
    ],
    "ftms": [
        (ftms.DATA, H("0400 2003 881300")),
        (ftms.DATA, H("0900 1900 f1ff")),
        (ftms.STATUS, H("056900")),
        (ftms.CONTROL, H("800001")),
        (ftms.SPEED_RANGE, H("5000 d007 0a00")),
        (ftms.INCLINE_RANGE, H("0000 9600 0500")),
    ],
    "rsc": [(rsc.MEASUREMENT, H("03 5c03 a1 8200 f6090000"))],
    "phone": [
        (
            phone.PHYPHOX,
            b'{"buffer":{"acc_time":{"buffer":[0.01,0.02]},"accX":{"buffer":[1,2]},'
            b'"accY":{"buffer":[1,2]},"accZ":{"buffer":[9,9]}},"status":{"session":"a"}}',
        ),
        (
            phone.SENSOR_LOGGER,
            b'{"payload":[{"name":"totalacceleration","time":1698501144401773000,'
            b'"values":{"x":0.1,"y":-0.2,"z":9.8}}]}',
        ),
    ],
    "heart_rate": [(heart_rate.HEART_RATE, H("163c1104"))],
}


def build(name: str):
    return built("devices", name, "s")


def chars(name: str) -> list[str]:
    return sorted({char for char, _ in KNOWN[name]} | {BATTERY_LEVEL, heart_rate.HEART_RATE})


def check(outputs: list[object]) -> None:
    for out in outputs:
        match out:
            case Packet():
                n = len(out.acc)
                assert out.acc.shape == (n, 3)
                assert n > 0
                assert out.gyr is None or out.gyr.shape == (n, 3)
                assert np.isfinite(out.acc).all()
                assert out.gyr is None or np.isfinite(out.gyr).all()
                assert out.rate_hz > 0
                if out.ticks is not None:
                    assert out.ticks.shape == (n,)
                    assert (np.diff(out.ticks) > 0).all()
            case Battery():
                assert 0 <= out.percent <= 100
            case Belt():
                assert out.speed_m_s >= 0
                assert 0 < out.error <= 1
            case HeartRate():
                assert out.bpm >= 0
            case Cadence():
                assert 0 <= out.steps_per_min <= 2 * 255
            case LinkChanged():
                assert out.why
                assert not out.connected
            case Write() | Read() | Subscribe() | Answer():
                pass
            case _:
                pytest.fail(f"unexpected {out!r}")


def feed(device, messages) -> list[object]:
    """Feed messages and check every output; any exception but DecodeError is a fault."""
    seen: list[object] = []
    said: list[str] = []
    for i, (char, data) in enumerate(messages):
        try:
            out = device.receive(10.0 + 0.05 * i, char, data)
        except DecodeError as error:
            said.append(str(error))
        else:
            check(out)
            seen += out
    assert all(text and "\n" not in text for text in said)
    ticks = [p.ticks for p in seen if isinstance(p, Packet) and p.ticks is not None]
    if ticks:
        assert (np.diff(np.concatenate(ticks)) > 0).all()
    return seen


def test_every_device_has_messages_here():
    assert tuple(sorted(KNOWN)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_file_states_its_source_and_certainty(name):
    doc = importlib.import_module(f"cued.devices.{name}").__doc__ or ""
    assert "Protocol facts" in doc
    assert "Source" in doc
    assert "ertainty" in doc


@pytest.mark.parametrize("name", NAMES)
def test_well_formed_messages_are_understood(name):
    device = build(name)
    device.start([])
    for char, data in KNOWN[name]:
        check(device.receive(10.0, char, data))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_random_bytes_give_samples_or_decode_error(name, data):
    device = build(name)
    device.start([])
    one = st.tuples(st.sampled_from(chars(name)), st.binary(max_size=260))
    feed(device, data.draw(st.lists(one, max_size=12)))


@st.composite
def mutated(draw, known):
    char, data = draw(st.sampled_from(known))
    raw = bytearray(data)
    for _ in range(draw(st.integers(0, 3))):
        if raw:
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    cut = draw(st.integers(0, len(raw)))
    return char, bytes(raw[:cut] if draw(st.booleans()) else raw) + draw(st.binary(max_size=3))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_mutated_messages_give_samples_or_decode_error(name, data):
    device = build(name)
    device.start([])
    feed(device, data.draw(st.lists(mutated(KNOWN[name]), max_size=20)))


@pytest.mark.parametrize("number", ["0000c07f", "0100a07f", "0000807f", "ffff7f7f"])
@pytest.mark.parametrize(
    ("name", "message", "at"),
    [
        ("movesense", "0263 10270000" + 24 * "00", 6),
        ("circuitpython", 12 * "00", 4),
        ("xsens_dot", 40 * "00", 8),
    ],
)
def test_nan_is_a_decode_error(name, message, at, number):
    data = bytearray(H(message))
    data[at : at + 4] = H(number)  # quiet and signalling NaN, infinity, the largest float
    device = build(name)
    device.start([])
    with pytest.raises(DecodeError):
        over_and_over(device, KNOWN[name][0][0], bytes(data))


def over_and_over(device, char: str, data: bytes) -> None:
    """Feed one message for a while: a device without timestamps first measures its rate."""
    for t in range(30):
        device.receive(float(t), char, data)


DAMAGES = {
    "none": lambda data, _: data,
    "all lost": lambda data, _: b"",
    "end lost": lambda data, chance: data[: chance.randrange(1, len(data))],
    "cut to 20 bytes": lambda data, _: data[:20],
    "rubbish behind": lambda data, chance: data + chance.randbytes(chance.randrange(1, 6)),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", STREAMS)
def test_every_sample_that_comes_of_a_damaged_stream_was_sent(name, damage):
    chance, stream, device = random.Random(damage), STREAMS[name](), build(name)
    device.start([])
    packets = []
    for n, (char, data) in enumerate(stream.messages):
        left = DAMAGES[damage](data, chance) if chance.random() < 0.1 else data
        if left:
            with suppress(DecodeError):
                packets += device.receive(n / stream.per_s, char, left)
    packets = [p for p in packets if isinstance(p, Packet)]
    samples = np.concatenate([p.acc for p in packets]) / stream.acc
    numbers = np.round(samples[:, 0])
    assert len(numbers) > 20
    assert samples == pytest.approx(np.repeat(numbers[:, None], 3, axis=1), abs=1e-3)
    assert (np.diff(numbers) > 0).all()
    for p in packets:
        which = p.acc[:, :1] / stream.acc
        if (
            p.gyr is not None
        ):  # without device time the two are only counted, and both may lose some
            within = 0 if p.ticks is not None or damage == "none" else 2 * MOST_APART
            turning = p.gyr / stream.gyr
            assert turning == pytest.approx(np.round(turning[:, :1]) + np.zeros(3), abs=1e-3)
            assert np.abs(turning - which).max() < within + 1e-3
    if packets[0].ticks is not None:
        late = np.concatenate([p.ticks for p in packets]) - numbers / stream.rate_hz
        assert np.ptp(late) < 0.01


def test_every_wearable_with_bluetooth_has_a_numbered_stream():
    moves = {n for n in NAMES if not parts.load("devices", n).place}
    assert moves - {"phone"} == set(STREAMS)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_copy_taken_half_way_continues_identically(name, data):
    messages = data.draw(st.lists(mutated(KNOWN[name]), min_size=2, max_size=12))
    one = build(name)
    one.start([])
    feed(one, messages[: len(messages) // 2])
    two = copy.deepcopy(one)
    rest = messages[len(messages) // 2 :]
    assert repr(feed(one, rest)) == repr(feed(two, rest))


@pytest.mark.parametrize("name", NAMES)
def test_start_and_stop_are_actions(name):
    device = build(name)
    for action in [*device.start([]), *device.stop()]:
        assert isinstance(action, Write | Subscribe | Read)


@pytest.mark.parametrize("name", NAMES)
def test_a_device_without_its_service_is_refused_with_a_message(name):
    with pytest.raises(DecodeError, match=r"\w+ \w+ \w+"):
        build(name).start(["0000180a-0000-1000-8000-00805f9b34fb"])


@pytest.mark.parametrize("name", NAMES)
def test_no_device_claims_an_unknown_unnamed_device(name):
    module = importlib.import_module(f"cued.devices.{name}")
    assert module.matches(Advert("AA:BB:CC:DD:EE:FF", "")) is False
    assert module.matches(Advert("AA:BB:CC:DD:EE:FF", "Kitchen scale")) is False


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("ftms", "walkingpad")])
def test_a_wearable_drives_no_belt(name):
    (answer,) = build(name).request(BeltRequest(t=1.0, speed_m_s=1.0))
    assert answer == Answer("this device drives no belt")
