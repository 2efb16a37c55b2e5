"""An FTMS treadmill: speed and incline read, their uncertainty, halts, and how it is recognised."""

from __future__ import annotations

import struct

import pytest

from cued.devices import ftms
from cued.devices.device import Advert, Subscribe, Write
from cued.devices.ftms import UREVO_WRITE, Z1_NOTIFY, Z1_WRITE, z1
from cued.model import Belt, DecodeError, HeartRate
from tests.devices.frames import H
from tests.devices.treadmills import belts, report, treadmill


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


@pytest.mark.parametrize(
    ("options", "frame", "percent"),
    [
        ({"incline_offset_percent": -6.0}, "0800 f401 3c00 0000", 0.0),
        ({"incline_offset_percent": -6.0}, "0800 f401 5000 0000", 2.0),
        ({"fixed_incline_percent": 7.0}, "0000 f401", 7.0),
        ({"fixed_incline_percent": 1.6}, "0800 f401 0000 0000", 1.6),
        ({"incline_factor": 0.1, "incline_offset_percent": 1.0}, "0800 f401 6400 0000", 2.0),
    ],
)
def test_an_incline_can_be_corrected(options, frame, percent):
    (belt,) = belts(treadmill(**options).receive(1.0, ftms.DATA, H(frame)))
    assert belt.incline_percent == pytest.approx(percent)


def test_a_split_record_is_joined():
    device = treadmill()
    assert device.receive(1.0, ftms.DATA, H("0900 1900 f1ff")) == []
    found = belt(report(device, 1.1, 5.0))
    assert found.incline_percent == pytest.approx(2.5)


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


def test_what_no_belt_or_heart_can_do_is_not_passed_on():
    device = treadmill(heart_rate=True)
    device.receive(1.0, ftms.DATA, H("0800 f401 1400 0000"))  # 2 %
    beyond = H("0801 f401 0075 ff7f ff")  # 2995 %, 255 beats a minute
    belt, heart = device.receive(2.0, ftms.DATA, beyond)
    assert isinstance(belt, Belt)
    assert (belt.speed_m_s, belt.incline_percent) == (pytest.approx(5 / 3.6), 2.0)
    assert heart == HeartRate(2.0, "belt", 0.0)
    with pytest.raises(DecodeError, match="28 m/s"):
        report(device, 3.0, 100.0)


def test_a_status_from_before_the_first_speed_counts_too():
    device = treadmill()
    assert device.receive(0.0, ftms.STATUS, H("0202")) == []
    assert [belts(report(device, 1.0 + t, 5.0))[0].doubt for t in range(9)] == ["paused"] * 9


@pytest.mark.parametrize("status", ["05", "0500", "06", "fe", "0b01"])
def test_a_cut_or_unknown_status_changes_nothing(status):
    device = treadmill()
    report(device, 0.0, 5.0)
    assert device.receive(0.5, ftms.STATUS, H(status)) == []
    assert belts(report(device, 1.0, 5.0))[0].doubt == ""


@pytest.mark.parametrize(
    ("status", "doubt"),
    [("0202", "paused"), ("0201", "stopped"), ("02", "stopped"), ("03", "safety_key")],
)
def test_a_status_takes_the_speed_back_at_once_and_until_it_starts(status, doubt):
    device = treadmill()
    report(device, 0.0, 5.0)
    (belt,) = belts(device.receive(0.5, ftms.STATUS, H(status)))
    assert (belt.t, belt.doubt) == (0.5, doubt)
    assert all(belts(report(device, 1.0 + t, 5.0))[0].doubt == doubt for t in range(20))
    assert belts(report(device, 21.0, 0.0))[0].doubt == ""
    assert belts(report(device, 22.0, 2.0))[0].doubt == ""


def test_a_resumed_belt_is_used_again():
    device = treadmill()
    report(device, 0.0, 5.0)
    device.receive(0.5, ftms.STATUS, H("0202"))
    device.receive(9.0, ftms.STATUS, H("04"))
    assert belts(report(device, 10.0, 5.0))[0].doubt == ""


@pytest.mark.parametrize(
    ("data", "proposed"),
    [("010100", True), ("01", True), ("", True), ("010001", True), ("010000", True),
     ("012000", False), ("011000", False), ("010200", False)],
)  # fmt: skip
def test_a_bike_is_not_proposed_as_a_treadmill(data, proposed):
    advert = Advert("A", "machine", (ftms.SERVICE,), service_data={ftms.SERVICE: H(data)})
    assert ftms.matches(advert) == proposed


def test_a_z1_is_unlocked_by_its_name():
    assert z1("KS-HD-Z1D") == H("71000501 2e5a3144 74")
    device = ftms.Ftms(ftms.Config(unlock="kingsmith_z1", unlock_name="KS-HD-Z1D"), "belt")
    actions = device.start([ftms.DATA, Z1_NOTIFY, Z1_WRITE])
    at = actions.index(Subscribe(Z1_NOTIFY))
    assert actions[at + 1] == Write(Z1_WRITE, z1("KS-HD-Z1D"))


def test_nothing_is_unlocked_unless_configured():
    every = [ftms.DATA, Z1_NOTIFY, Z1_WRITE, UREVO_WRITE]
    assert not [a for a in ftms.Ftms(ftms.Config(), "b").start(every) if isinstance(a, Write)]
    actions = ftms.Ftms(ftms.Config(unlock="urevo"), "b").start(every)
    assert Write(UREVO_WRITE, H("02510b03")) in actions
    device = ftms.Ftms(ftms.Config(unlock="request_control"), "b")
    actions = device.start([*every, ftms.CONTROL])
    assert actions[-2:] == [Subscribe(ftms.CONTROL), Write(ftms.CONTROL, H("00"))]
    assert device.receive(0.1, ftms.CONTROL, H("800001")) == []
