"""Quirks of real treadmills, from public reports."""

from __future__ import annotations

import struct

import pytest

from cued.belt.owner import Owner
from cued.devices import _treadmill_data as td
from cued.devices import ftms, heart_rate, rsc
from cued.devices._gatt import HEART_RATE, sig
from cued.devices.device import Advert, Answer, Write
from cued.model import Belt, BeltFault, BeltRequest, HeartRate
from cued.parts import NoOptions
from tests.devices.treadmills import STOP, H, belts, moving, report, treadmill, writes

# --- frames whose flags and length disagree


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


@pytest.mark.parametrize("length", range(3, 11))
def test_a_cut_running_speed_still_holds(length):
    frame = H("03 5c03 a1 8200 f6090000")[:length]
    assert rsc.decode(frame).speed_m_s == pytest.approx(3.36, abs=0.001)
    assert belts(rsc.Rsc(rsc.Config(), "pod").receive(1.0, rsc.MEASUREMENT, frame))


def test_speeds_a_count_apart_in_turn_are_one_speed():
    device, owner, states = rsc.Rsc(rsc.Config(), "pod"), Owner(), []
    for t in range(300):
        out = device.receive(float(t), rsc.MEASUREMENT, H("004d0132" if t % 2 else "004e0132"))
        states += [state for belt in belts(out) for state in owner.report(belt)]
    assert {s.since for s in states} == {0.0}
    assert states[-1].speed_m_s == pytest.approx(1.3027, abs=0.003)


# --- units, offsets, steps


def test_ranges_are_in_the_machines_own_unit():
    assert isinstance(machine_in_miles().request(BeltRequest(t=2.0, speed_m_s=1.69))[0], Write)
    for beyond in (1.71, 0.26):
        (answer,) = machine_in_miles().request(BeltRequest(t=2.0, speed_m_s=beyond))
        assert "limits" in answer.why


def machine_in_miles() -> ftms.Ftms:
    device = treadmill(control=True, speed_factor=1.609)
    device.receive(0.0, ftms.SPEED_RANGE, H("3c00 7c01 0a00"))
    report(device, 1.0, 3.5)  # miles an hour: 1.56 m/s
    return device


def granted(device: ftms.Ftms, **request) -> str:
    """Grant control, and return the command of the request."""
    assert writes(device.request(BeltRequest(t=2.0, **request))) == ["00"]
    return writes(device.receive(2.1, ftms.CONTROL, H("800001")))[0]


def test_a_machine_that_takes_miles_and_reports_kilometres_is_written_miles():
    device = treadmill(control=True, write_factor=1.609)
    device.receive(0.0, ftms.SPEED_RANGE, H("5000 d007 0a00"))
    report(device, 1.0, 3.0)
    assert granted(device, speed_m_s=2.8 / 3.6) == "02ae00"


@pytest.mark.parametrize(
    ("step", "km_h", "written"), [(10, 3.14, 310), (10, 3.16, 320), (50, 3.3, 330), (20, 3.05, 310)]
)
def test_a_request_is_rounded_to_the_machines_step(step, km_h, written):
    device = treadmill(control=True)
    device.receive(0.0, ftms.SPEED_RANGE, struct.pack("<HHH", 80, 2000, step))
    report(device, 1.0, 3.0)
    units = int.from_bytes(H(granted(device, speed_m_s=km_h / 3.6))[1:], "little")
    assert abs(units - written) <= step / 2
    assert (units - 80) % step == 0


def test_rounding_never_exceeds_the_limit():
    device = treadmill(control=True, max_speed_m_s=3.16 / 3.6)
    device.receive(0.0, ftms.SPEED_RANGE, struct.pack("<HHH", 80, 2000, 10))
    report(device, 1.0, 3.0)
    assert granted(device, speed_m_s=3.159 / 3.6) == "023601"


def test_an_incline_is_rounded_to_its_step_too():
    device = treadmill(control=True)
    device.receive(0.0, ftms.INCLINE_RANGE, struct.pack("<hhH", 0, 150, 5))
    report(device, 1.0, 3.0)
    assert granted(device, incline_percent=1.6) == "030f00"


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


def test_an_incline_request_includes_the_offset():
    device = treadmill(control=True, incline_offset_percent=-6.0)
    report(device, 1.0, 3.0)
    assert granted(device, incline_percent=2.0) == "035000"


# --- a belt that stands while a speed is reported


def paused(device: ftms.Ftms, seconds: int, first: float = 0.0) -> list[str]:
    return [
        belts(device.receive(first + t, ftms.DATA, H("0004 f401 3c00")))[0].doubt
        for t in range(seconds)
    ]


def test_a_clock_that_stands_still_says_that_the_belt_stands():
    doubts = paused(treadmill(), 10)
    assert doubts == [""] * 6 + ["clock"] * 4


def test_a_clock_that_ran_is_found_standing_in_3_s():
    device = treadmill()
    for t in range(5):
        device.receive(float(t), ftms.DATA, H("0004 f401") + struct.pack("<H", 55 + t))
    assert paused(device, 6, 5.0) == ["", "", "", "clock", "clock", "clock"]


def test_a_clock_that_runs_again_ends_the_doubt():
    device = treadmill()
    assert paused(device, 8)[-1]
    (belt,) = belts(device.receive(8.0, ftms.DATA, H("0004 f401 3d00")))
    assert belt.doubt == ""


@pytest.mark.parametrize("elapsed", ["0000", "ffff"])
def test_a_clock_that_never_ran_says_nothing(elapsed):
    device = treadmill()
    for t in range(20):
        (belt,) = belts(device.receive(float(t), ftms.DATA, H("0004 f401") + H(elapsed)))
        assert belt.doubt == ""


def test_a_clock_that_stands_while_the_distance_counts_on_says_nothing():
    device = treadmill()
    for t in range(30):
        data = H("0404 f401") + struct.pack("<HBH", 100 + t, 0, 60)
        assert belts(device.receive(float(t), ftms.DATA, data))[0].doubt == ""
    assert belts(device.receive(35.0, ftms.DATA, data))[0].doubt == "clock"


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


@pytest.mark.parametrize("nonsense", ["000000000000", "00000000", "e803 2c01 0a00"])
def test_an_invalid_range_does_not_forbid_every_request(nonsense):
    device = moving(3.0)
    device.receive(1.5, ftms.SPEED_RANGE, H(nonsense))
    assert device.request(BeltRequest(t=2.0, speed_m_s=2.8 / 3.6)) == STOP[:1]


def test_a_clock_of_coarse_steps_is_waited_for():
    device = treadmill()
    for t in range(60):
        data = H("0004 f401") + struct.pack("<H", 5 + t // 5 * 5)
        assert belts(device.receive(float(t), ftms.DATA, data))[0].doubt == ""


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


def test_a_clock_that_runs_on_after_a_status_ends_the_doubt_unless_the_belt_slows():
    device = treadmill()
    for t in range(12):
        if t == 2:
            device.receive(2.0, ftms.STATUS, H("0202"))
        slowing = max(0, 500 - 50 * t)
        data = struct.pack("<HHH", 0x0400, slowing, 60 + t)
        (belt,) = belts(device.receive(float(t), ftms.DATA, data))
        assert belt.doubt == ("paused" if t >= 2 and slowing else "")
    device = treadmill()
    doubts = []
    for t in range(12):
        if t == 2:
            device.receive(2.0, ftms.STATUS, H("0202"))
        data = struct.pack("<HHH", 0x0400, 500, 60 + t)
        doubts += [belts(device.receive(float(t), ftms.DATA, data))[0].doubt]
    assert doubts[2:5] == ["paused"] * 3
    assert doubts[8:] == [""] * 4


# --- moving the belt


def asked(device: ftms.Ftms, km_h: float) -> ftms.Ftms:
    device.request(BeltRequest(t=2.0, speed_m_s=km_h / 3.6))
    device.receive(2.1, ftms.CONTROL, H("800001"))
    assert device.receive(2.2, ftms.CONTROL, H("800201")) == [Answer("")]
    return device


@pytest.mark.parametrize(
    ("wanted", "reported"), [(2.8, 4.5), (2.8, 3.4), (2.8, 2.4), (3.5, 5.6), (3.5, 2.6)]
)
def test_a_belt_that_moves_the_wrong_way_or_too_far_is_stopped_for_good(wanted, reported):
    device = asked(moving(), wanted)
    out = report(device, 3.0, reported)
    (fault,) = [x for x in out if isinstance(x, BeltFault)]
    assert fault.code == "belt_control_off"
    assert writes(out) == ["00", "0801"]
    report(device, 6.0, 0.0)
    (answer,) = device.request(BeltRequest(t=20.0, speed_m_s=3.0 / 3.6))
    assert "control is off" in answer.why
    assert device.request(BeltRequest(t=21.0, speed_m_s=0.0)) == STOP


def test_a_belt_without_reports_after_a_request_is_not_judged():
    device = asked(moving(), 3.5)
    assert [x for tenths in range(22, 300) for x in device.tick(tenths / 10)] == []


def test_a_belt_that_does_not_move_within_5_s_is_stopped():
    device = asked(moving(), 3.5)
    out = []
    for tenths in range(22, 80):
        t = tenths / 10
        out += [(t, x) for x in device.tick(t)]
        if tenths % 10 == 0:
            out += [(t, x) for x in report(device, t, 3.0)]
    faults = [t for t, x in out if isinstance(x, BeltFault)]
    assert [round(t) for t in faults] == [7]
    assert [x.data.hex() for t, x in out if isinstance(x, Write)][:2] == ["00", "0801"]


def test_a_belt_that_obeys_slowly_is_left_alone():
    device = asked(moving(), 3.9)
    out = []
    for t in range(3, 30):
        out += report(device, float(t), min(3.9, 3.0 + 0.1 * (t - 4)))
        out += device.tick(t + 0.5)
    assert not [x for x in out if not isinstance(x, Belt)]


@pytest.mark.parametrize(("wanted", "reported"), [(2.9, 3.0), (2.6, 2.5), (2.0, 2.0), (3.6, 3.5)])
def test_a_belt_reported_in_steps_of_half_a_km_h_is_left_alone(wanted, reported):
    device = treadmill(control=True)
    for t, km_h in enumerate((1.0, 2.0, 2.5, 3.0)):
        report(device, 0.3 * t, km_h)
    out = [
        x
        for t in range(3, 20)
        for x in report(asked(device, wanted) if t == 3 else device, t, reported)
    ]
    assert not [x for x in out if not isinstance(x, Belt)]


def test_a_belt_at_the_step_it_was_written_is_left_alone():
    device = treadmill(control=True)
    device.receive(0.0, ftms.SPEED_RANGE, struct.pack("<HHH", 100, 2000, 100))
    report(device, 1.0, 3.0)
    asked(device, 3.6)  # it is written 4.0
    assert not faults(x for t in range(3, 30) for x in report(device, float(t), 4.0))


def test_a_late_request_is_not_held_against_the_next_one():
    device = asked(moving(), 2.2)
    device.request(BeltRequest(t=5.0, speed_m_s=3.2 / 3.6))
    reported = {6: 3.0, 7: 2.4, 8: 2.2, 9: 2.6, 10: 3.0, 11: 3.2}
    assert not faults(x for t, km_h in reported.items() for x in report(device, t, km_h))
    assert faults(report(device, 12.0, 2.2)) == ["belt_control_off"]


def faults(out) -> list[str]:
    return [x.code for x in out if isinstance(x, BeltFault)]


def test_a_stop_is_repeated_until_the_speed_falls():
    device = moving(5.0)
    assert device.request(BeltRequest(t=2.0, speed_m_s=0.0)) == STOP
    assert device.receive(2.1, ftms.CONTROL, H("800801")) == [Answer("")]
    again = []
    for tenths in range(22, 60):
        again += writes(device.tick(tenths / 10))
        if tenths % 10 == 0:
            again += writes(report(device, tenths / 10, 5.0 if tenths < 50 else 4.0))
    assert again.count("0801") in (2, 3)
    more = [x for tenths in range(60, 65) for x in device.tick(tenths / 10)]
    assert not more
    report(device, 6.5, 0.0)
    assert not [x for tenths in range(66, 200) for x in device.tick(tenths / 10)]


def test_a_belt_that_does_not_stop_is_reported_repeatedly():
    device = moving(5.0)
    device.request(BeltRequest(t=2.0, speed_m_s=0.0))
    faults, sent = [], 0
    for tenths in range(21, 320):
        t = tenths / 10
        out = device.tick(t) + (report(device, t, 5.0) if tenths % 10 == 0 else [])
        faults += [x for x in out if isinstance(x, BeltFault)]
        sent += writes(out).count("0801")
    assert [round(f.t) for f in faults] == [7, 17, 27]
    assert all(f.code == "belt_wont_stop" and "pull the safety key" in f.text for f in faults)
    assert sent >= 25


def test_a_stop_needs_no_known_speed_and_without_one_raises_no_fault():
    device = treadmill(control=True)
    assert device.request(BeltRequest(t=2.0, speed_m_s=0.0)) == STOP
    out = [x for tenths in range(21, 400) for x in device.tick(tenths / 10)]
    assert not [x for x in out if isinstance(x, BeltFault)]
    assert len(writes(out)) <= 12


def test_a_request_goes_out_without_control_that_is_never_granted():
    device = moving()
    device.request(BeltRequest(t=2.0, speed_m_s=3.2 / 3.6))
    assert device.tick(2.2) == []
    assert writes(device.tick(2.31)) == ["024001"]
    assert [x for x in report(device, 3.0, 3.2) if isinstance(x, Answer)] == [Answer("")]


def test_no_faster_belt_while_the_machine_reports_a_stop():
    device = moving()
    device.receive(1.5, ftms.STATUS, H("0202"))
    (answer,) = device.request(BeltRequest(t=2.0, speed_m_s=3.2 / 3.6))
    assert "not faster" in answer.why
    assert device.request(BeltRequest(t=3.0, speed_m_s=0.0)) == STOP


def test_a_request_refused_by_the_link_is_over():
    device = moving()
    (write,) = device.request(BeltRequest(t=2.0, speed_m_s=3.2 / 3.6))
    (answer,) = device.refused(2.1, write, "procedure already in progress")
    assert "procedure already in progress" in answer.why
    assert isinstance(device.request(BeltRequest(t=2.5, speed_m_s=3.2 / 3.6))[0], Write)


# --- telling a treadmill from a bike, and straps


@pytest.mark.parametrize(
    ("data", "treadmill"),
    [("010100", True), ("01", True), ("", True), ("010001", True), ("010000", True),
     ("012000", False), ("011000", False), ("010200", False)],
)  # fmt: skip
def test_a_bike_is_not_proposed_as_a_treadmill(data, treadmill):
    advert = Advert("A", "machine", (ftms.SERVICE,), service_data={ftms.SERVICE: H(data)})
    assert ftms.matches(advert) == treadmill


def test_a_chest_strap_that_counts_steps_is_not_proposed_as_a_treadmill():
    assert rsc.matches(Advert("A", "Stryd", (rsc.SERVICE,)))
    assert not rsc.matches(Advert("A", "HRM-Pro", (rsc.SERVICE, sig(0x180D))))


def rates(frames: list[tuple[float, str]]) -> list[float]:
    strap = heart_rate.HeartRateStrap(NoOptions(), "strap")
    out = [x for t, frame in frames for x in strap.receive(t, HEART_RATE, H(frame))]
    return [x.bpm for x in out if isinstance(x, HeartRate)]


def test_a_strap_off_the_skin_is_unknown_after_a_minute_of_one_value():
    worn = [(float(t), "10 75 7203 2702") for t in range(3)]
    off = [(3.0 + t, "00 6f") for t in range(300)]
    found = rates(worn + off)
    assert found[:64] == [117.0] * 3 + [111.0] * 61
    assert set(found[64:]) == {0.0}
    assert rates(worn + off + [(400.0, "10 70 0004")])[-1] == 112.0


def test_a_steady_rate_with_intervals_is_a_heart():
    assert set(rates([(float(t), "10 3c 0004") for t in range(200)])) == {60.0}


def test_a_strap_is_polled_before_it_disconnects():
    strap = heart_rate.HeartRateStrap(NoOptions(), "hr")
    asked = [t for t in range(300) if strap.tick(float(t))]
    assert asked == [60, 120, 180, 240]
