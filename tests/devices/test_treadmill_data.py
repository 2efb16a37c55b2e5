"""Treadmill Data and Machine Status: which fields a frame holds, also a cut or odd one."""

from __future__ import annotations

import struct

import pytest

from cued.devices import _treadmill_data as td
from cued.devices import ftms
from cued.model import DecodeError
from tests.devices.frames import H
from tests.devices.treadmills import treadmill


@pytest.mark.parametrize(
    ("frame", "km_h", "more"),
    [
        ("8524 2c01 780000 0900ffffff 2a00 8c0000", 3.0, {"distance_m": 120, "elapsed_s": 42}),
        ("0504 2c01 780000 2a00", 3.0, {"distance_m": 120, "elapsed_s": 42}),
        ("0100 f401", 5.0, {}),
        ("2104 f401 4b 2a00", 5.0, {"pace": 75, "elapsed_s": 42}),
        ("2104 f401 2c01 2a00", 5.0, {"pace": 300, "elapsed_s": 42}),
        ("8404" + "00" * 12, 0.0, {"elapsed_s": 0}),
        ("84242c01780000 0900ffffff5f008c0000", 3.0, {"distance_m": 120, "elapsed_s": 95}),
        ("04005e01640000", 3.5, {"distance_m": 100}),
        ("04005e01640000 ffffff", 3.5, {"distance_m": 100}),
    ],
)
def test_the_length_of_a_frame_decides_whether_the_speed_is_in_it(frame, km_h, more):
    values = td.decode(H(frame)).values
    assert values["speed_km_h"] == pytest.approx(km_h)
    assert {k: values[k] for k in more} == more


@pytest.mark.parametrize("frame", ["0900 1900 f1ff", "0504 780000 2a00", "2104 2c01 2a00"])
def test_part_of_a_record_has_no_speed(frame):
    assert "speed_km_h" not in td.decode(H(frame)).values


def test_an_empty_status_is_a_decode_error():
    with pytest.raises(DecodeError, match="empty"):
        treadmill().receive(1.0, ftms.STATUS, b"")


WHOLE = struct.pack(
    "<HHHHBhhHHHHBBBHHhh",
    0x1F9E, 800, 750, 5000, 0, 20, 11, 100, 50, 500, 600, 10, 140, 85, 1800, 600, -100, 250,
)  # fmt: skip


@pytest.mark.parametrize("length", range(2, len(WHOLE)))
def test_a_cut_frame_gives_what_was_in_it(length):
    frame, whole = td.decode(WHOLE[:length]), td.decode(WHOLE)
    assert frame.cut
    assert not whole.cut
    assert list(frame.values.items()) == list(whole.values.items())[: len(frame.values)]
    assert length - frame.left == 2 + sum(SIZES[name] for name in frame.values)


SIZES = {name: size for fields in td.FIELDS.values() for name, size, *_ in fields}


def test_pace_is_one_byte_or_two_by_the_length():
    narrow = td.decode(struct.pack("<HHBB", 0x0120, 800, 50, 140))
    wide = td.decode(struct.pack("<HHHB", 0x0120, 800, 450, 140))
    assert (narrow.values["pace"], narrow.values["heart_rate"]) == (50, 140)
    assert (wide.values["pace"], wide.values["heart_rate"]) == (450, 140)


@pytest.mark.parametrize(
    ("data", "op", "value", "paused"),
    [
        ("05 6801", td.NEW_SPEED, 1.0, False),  # 3.6 km/h
        ("06 f1ff", td.NEW_INCLINE, -1.5, False),
        ("05 68", td.NEW_SPEED, None, False),  # cut
        ("02 02", td.HALTED, None, True),
        ("02 01", td.HALTED, None, False),
        ("0b 0100", 0x0B, None, False),  # of no use here
    ],
)
def test_a_machine_status_has_its_new_value(data, op, value, paused):
    status = td.machine_status(H(data))
    assert (status.op, status.paused) == (op, paused)
    assert status.value == (None if value is None else pytest.approx(value))


def test_a_value_that_the_machine_does_not_know_is_none():
    values = td.decode(H("0800 f401 ff7f ff7f")).values
    assert values == {"speed_km_h": 5.0, "incline_percent": None, "ramp_deg": None}
