"""Treadmills and foot pods: values read, and when the belt may be changed."""

from __future__ import annotations

import struct

import pytest

from cued.devices import _treadmill_data as td
from cued.devices import ftms, iconsole, rsc
from cued.devices._gatt import HEART_RATE, standard
from cued.model import Belt, Cadence, DecodeError, HeartRate
from tests.devices.treadmills import H, belts, report, treadmill


def belt(outputs) -> Belt:
    (found,) = belts(outputs)
    return found


def test_speed_and_incline_become_a_belt():
    device = treadmill()
    data = struct.pack("<HHhh", 0x0008, 500, 25, 14)
    assert belt(device.receive(1.0, ftms.DATA, data)) == Belt(
        1.0, pytest.approx(5 / 3.6), pytest.approx(2.5), 0.03, "belt"
    )


def test_a_speed_the_machine_does_not_know_is_unknown():
    assert treadmill().receive(1.0, ftms.DATA, struct.pack("<HH", 0, 0xFFFF)) == []


def test_an_incline_the_machine_does_not_know_is_unknown():
    for unknown, percent in ((0x7FFF, 0.0), (0xFFF1, -1.5)):
        data = struct.pack("<HHHH", 0x0008, 500, unknown, 0x7FFF)
        found = belt(treadmill().receive(1.0, ftms.DATA, data))
        assert found.incline_percent == pytest.approx(percent)


def test_a_ramp_angle_stands_in_for_a_missing_incline():
    device = treadmill()
    data = struct.pack("<HHhh", 0x0008, 380, 0x7FFF, -30)
    assert belt(device.receive(1.0, ftms.DATA, data)).incline_percent == pytest.approx(
        -5.24, abs=0.01
    )


def test_an_empty_status_is_a_decode_error():
    with pytest.raises(DecodeError, match="empty"):
        treadmill().receive(1.0, ftms.STATUS, b"")


def test_a_split_record_is_joined():
    device = treadmill()
    assert device.receive(1.0, ftms.DATA, H("0900 1900 f1ff")) == []
    found = belt(report(device, 1.1, 5.0))
    assert found.incline_percent == pytest.approx(2.5)


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


def test_while_the_belt_changes_its_speed_is_uncertain():
    device = treadmill()
    errors = [
        belt(report(device, float(t), v)).error for t, v in enumerate([5, 5, 6, 7, 7, 7, 7, 7])
    ]
    assert errors[1] == 0.03
    assert errors[3] > 0.25
    assert errors[7] == 0.03


def test_a_new_target_makes_the_speed_uncertain_until_it_is_reached():
    device = treadmill()
    report(device, 0.0, 5)
    device.receive(0.5, ftms.STATUS, b"\x05" + struct.pack("<H", 600))
    assert belt(report(device, 1.0, 5)).error == pytest.approx(0.2)
    report(device, 2.0, 6)
    assert belt(report(device, 6.0, 6)).error == 0.03


def test_a_machine_in_miles_and_one_with_an_absurd_incline_are_corrected():
    device = treadmill(speed_factor=1.609, incline_factor=0)
    data = struct.pack("<HHhh", 0x0008, 310, 999, 0)
    found = belt(device.receive(1.0, ftms.DATA, data))
    assert found.speed_m_s == pytest.approx(3.1 * 1.609 / 3.6)
    assert found.incline_percent == 0


def test_its_heart_rate_counts_only_when_wanted():
    data = struct.pack("<HHB", 0x0100, 500, 120)
    assert HeartRate(1.0, "belt", 120.0) not in treadmill().receive(1.0, ftms.DATA, data)
    assert HeartRate(1.0, "belt", 120.0) in treadmill(heart_rate=True).receive(1.0, ftms.DATA, data)


# --- running speed and cadence


def rsc_frame(m_s: float, cadence: int) -> bytes:
    return struct.pack("<BHB", 0, round(m_s * 256), cadence)


def test_a_foot_pods_speed_is_a_belt_with_its_uncertainty():
    (found,) = rsc.Rsc(rsc.Config(), "pod").receive(1.0, rsc.MEASUREMENT, rsc_frame(2.5, 170))
    assert found == Belt(1.0, 2.5, 0.0, 0.05, "pod", kind="sensor")


@pytest.mark.parametrize(
    ("m_s", "sent", "steps"),
    [
        (2.5, 170, 170),
        (2.5, 85, 170),
        (2.8, 83, 166),
        (0.75, 51, 102),
        (0.6, 60, 60),
        (0.5, 55, 55),
        (0.8, 45, 90),
        (1.2, 110, 110),
        (3.4, 162, 162),
    ],
)
def test_the_convention_of_the_cadence_is_detected(m_s, sent, steps):
    device = rsc.Rsc(rsc.Config(), "pod")
    for t in range(14):
        (belt,) = device.receive(float(t), rsc.MEASUREMENT, rsc_frame(m_s, sent))
        assert isinstance(belt, Belt)
        assert device.cadence_spm is None
    _, cadence = device.receive(14.0, rsc.MEASUREMENT, rsc_frame(m_s, sent))
    assert device.cadence_spm == steps
    assert cadence == Cadence(14.0, "pod", steps)


def test_a_few_odd_reports_do_not_change_the_convention():
    device = rsc.Rsc(rsc.Config(), "pod")
    for t in range(15):
        device.receive(float(t), rsc.MEASUREMENT, rsc_frame(2.5, 60 if t % 4 == 3 else 170))
    assert device.cadence_spm == 170


def test_what_no_belt_or_heart_can_do_is_not_passed_on():
    device = treadmill(heart_rate=True)
    device.receive(1.0, ftms.DATA, H("0800 f401 1400 0000"))  # 2 %
    steep, beats = H("0801 f401 0075 ff7f ff"), H("01 ffff")  # 2995 %, 255 and 65535 a minute
    belt, heart = device.receive(2.0, ftms.DATA, steep)
    assert isinstance(belt, Belt)
    assert (belt.speed_m_s, belt.incline_percent) == (pytest.approx(5 / 3.6), 2.0)
    assert heart == HeartRate(2.0, "belt", 0.0)
    assert standard(3.0, "strap", HEART_RATE, beats) == [HeartRate(3.0, "strap", 0.0)]
    fast = H("f0b2" + "01" * 10 + "c832c8")  # 1994.9 km/h
    fast += bytes(18 - len(fast))
    console = iconsole.IConsole(iconsole.Config(), "belt")
    with pytest.raises(DecodeError, match="554 m/s"):
        console.receive(4.0, iconsole.NOTIFY, fast + bytes((sum(fast) & 0xFF,)))
