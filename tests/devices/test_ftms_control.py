"""A treadmill that is asked for another speed or incline."""

from __future__ import annotations

import struct

import msgspec
import pytest

from cued.devices import ftms
from cued.devices.device import Answer, Read, Subscribe, Write
from cued.model import Belt, BeltFault, BeltRequest
from tests.devices.frames import H
from tests.devices.treadmills import STOP, moving, report, treadmill, writes


def refused(device: ftms.Ftms, **request) -> str:
    (answer,) = device.request(BeltRequest(t=100.0, **request))
    assert isinstance(answer, Answer)
    assert answer.why
    return answer.why


def test_without_consent_nothing_is_written_to_the_machine():
    device = treadmill()
    report(device, 1.0, 4)
    assert "control" in refused(device, speed_m_s=1.2)
    assert Subscribe(ftms.CONTROL) not in ftms.Ftms(ftms.Config(), "b").start([])


def test_a_standing_belt_is_never_started():
    assert "stands" in refused(treadmill(control=True), speed_m_s=1.0)
    assert "stands" in refused(moving(0.0), speed_m_s=1.0)


def test_limits_of_the_configuration_and_of_the_machine_hold():
    assert "limits" in refused(moving(4.0, max_speed_m_s=1.3), speed_m_s=1.35)
    assert "faster" in refused(moving(4.0), speed_m_s=1.5)
    assert "limits" in refused(moving(4.0), incline_percent=16.0)
    assert "limits" in refused(moving(4.0), incline_percent=-1.0)
    device = moving(4.0)
    device.receive(1.0, ftms.SPEED_RANGE, struct.pack("<HHH", 350, 420, 10))
    assert "limits" in refused(device, speed_m_s=4.3 / 3.6)
    assert "limits" in refused(device, speed_m_s=3.3 / 3.6)
    assert device.request(BeltRequest(t=2.0, speed_m_s=4.1 / 3.6))
    device = moving(4.0)
    device.receive(1.0, ftms.INCLINE_RANGE, struct.pack("<hhH", 10, 60, 5))
    assert "limits" in refused(device, incline_percent=6.5)
    assert "limits" in refused(device, incline_percent=0.5)
    assert device.request(BeltRequest(t=2.0, incline_percent=5.5))


def test_speed_and_incline_are_set_in_turn_after_asking_for_control():
    device = moving(4.0)
    ask = device.request(BeltRequest(t=2.0, speed_m_s=1.25, incline_percent=1.5))
    assert ask == [Write(ftms.CONTROL, H("00"))]
    assert device.receive(2.1, ftms.CONTROL, H("800001")) == [Write(ftms.CONTROL, H("02c201"))]
    assert device.receive(2.2, ftms.CONTROL, H("800201")) == [Write(ftms.CONTROL, H("030f00"))]
    assert device.receive(2.3, ftms.CONTROL, H("800301")) == [Answer("")]
    again = device.request(BeltRequest(t=3.0, speed_m_s=1.2))
    assert again == [Write(ftms.CONTROL, H("02b001"))]


def test_an_answer_to_another_command_changes_nothing():
    device = moving(4.0)
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    assert device.receive(2.1, ftms.CONTROL, H("800201")) == []
    assert device.receive(2.2, ftms.CONTROL, H("800001")) == [Write(ftms.CONTROL, H("02b001"))]


def test_a_request_whose_turn_comes_once_the_belt_has_slowed_is_dropped():
    device = moving(6.0)
    device.request(BeltRequest(t=2.0, speed_m_s=6.5 / 3.6))
    report(device, 2.1, 4.0)
    (answer,) = device.receive(2.2, ftms.CONTROL, H("800001"))
    assert "faster at once" in answer.why


@pytest.mark.parametrize(
    ("char", "limits"),
    [
        (ftms.SPEED_RANGE, struct.pack("<HHH", 80, 2000, 60000)),
        (ftms.SPEED_RANGE, struct.pack("<HHH", 80, 2000, 1500)),
        (ftms.INCLINE_RANGE, struct.pack("<hhH", -20474, 20000, 30000)),
    ],
)
def test_a_step_that_no_machine_has_rounds_nothing(char, limits):
    device = moving(4.0)
    device.receive(1.0, char, limits)
    device.request(BeltRequest(t=2.0, speed_m_s=4.2 / 3.6, incline_percent=3.0))
    assert device.receive(2.1, ftms.CONTROL, H("800001")) == [Write(ftms.CONTROL, H("02a401"))]
    assert device.receive(2.2, ftms.CONTROL, H("800201")) == [Write(ftms.CONTROL, H("031e00"))]


def test_a_request_after_a_refused_one_may_ask_for_control_again():
    device = moving(4.0)
    for t in (2.0, 20.0):
        device.request(BeltRequest(t=t, speed_m_s=1.2))
        device.receive(t + 0.1, ftms.CONTROL, H("800001"))
        answer = device.receive(t + 0.2, ftms.CONTROL, H("800205"))
        assert answer == [Write(ftms.CONTROL, H("00"))]
        device.receive(t + 0.3, ftms.CONTROL, H("800001"))
        assert isinstance(device.receive(t + 0.4, ftms.CONTROL, H("800205"))[0], Answer)


def test_lost_control_is_requested_once_more():
    device = moving(4.0)
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    device.receive(2.1, ftms.CONTROL, H("800001"))
    assert device.receive(2.2, ftms.CONTROL, H("800205")) == [Write(ftms.CONTROL, H("00"))]
    assert device.receive(2.3, ftms.CONTROL, H("800001")) == [Write(ftms.CONTROL, H("02b001"))]
    (answer,) = device.receive(2.4, ftms.CONTROL, H("800205"))
    assert "permit" in answer.why


def test_zero_is_a_stop_and_slowing_down_has_no_step_limit():
    device = moving(8.0)
    assert device.request(BeltRequest(t=2.0, speed_m_s=1.0)) == [Write(ftms.CONTROL, H("00"))]
    device = moving(8.0)
    assert device.request(BeltRequest(t=2.0, speed_m_s=0.0)) == STOP


def test_a_belt_that_is_being_stopped_is_made_no_faster():
    device = moving(4.0)
    assert device.request(BeltRequest(t=99.0, speed_m_s=0.0)) == STOP
    device.receive(99.1, ftms.CONTROL, H("800001"))
    assert device.receive(99.2, ftms.CONTROL, H("800801")) == [Answer("")]
    assert "being stopped" in refused(device, speed_m_s=1.2)
    report(device, 100.5, 0.0)
    assert "stands still" in refused(device, speed_m_s=1.2)


def test_one_request_at_a_time():
    device = moving(4.0)
    device.request(BeltRequest(t=99.0, speed_m_s=1.2))
    assert "last request" in refused(device, speed_m_s=1.2)
    assert device.request(BeltRequest(t=104.5, speed_m_s=1.2))


def test_a_stop_does_not_wait_for_the_answer_to_another_request():
    device = moving(4.0)
    device.request(BeltRequest(t=99.0, speed_m_s=1.2))
    assert device.request(BeltRequest(t=100.0, speed_m_s=0.0)) == STOP
    assert device.receive(100.1, ftms.CONTROL, H("800001")) == []
    assert device.receive(100.2, ftms.CONTROL, H("800801")) == [Answer("")]


def test_an_abandoned_request_does_not_take_effect_later():
    device = moving(4.0)
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    assert device.receive(7.5, ftms.CONTROL, H("800001")) == []
    ask = device.request(BeltRequest(t=8.0, speed_m_s=1.2))
    assert ask == [Write(ftms.CONTROL, H("00"))]


def test_a_stop_before_a_speed_was_written_cancels_it():
    device = moving(4.0)
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    report(device, 2.1, 0.0)
    (answer,) = device.receive(2.2, ftms.CONTROL, H("800001"))
    assert "stands" in answer.why


@pytest.mark.parametrize("options", [{}, {"incline_factor": 0}])
def test_a_machine_without_a_usable_incline_counts_as_level(options):
    device = ftms.Ftms(msgspec.convert({"control": True, **options}, ftms.Config), "belt")
    chars = [ftms.DATA, ftms.CONTROL, ftms.SPEED_RANGE]
    device.start([*chars, ftms.INCLINE_RANGE] if options else chars)
    report(device, 1.0, 4)
    assert device.request(BeltRequest(t=1.5, incline_percent=0.0)) == [Answer()]
    assert device.request(BeltRequest(t=2.0, speed_m_s=0.0, incline_percent=0.0)) == STOP
    assert device.receive(2.2, ftms.CONTROL, H("800801")) == [Answer()]


def test_an_invalid_request_or_one_the_machine_cannot_take_is_refused():
    assert "nothing" in refused(moving(4.0))
    device = ftms.Ftms(ftms.Config(control=True), "belt")
    device.start([ftms.DATA, ftms.SPEED_RANGE])
    report(device, 1.0, 4)
    assert "no requests" in refused(device, speed_m_s=1.2)
    assert "ignored" in refused(moving(4.0, incline_factor=0), incline_percent=2.0)


@pytest.mark.parametrize("status", ["01", "ff"])
def test_control_taken_back_by_the_machine_is_requested_with_the_next_request(status):
    device = moving(4.0)
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    for answer in ("800001", "800201"):
        device.receive(2.1, ftms.CONTROL, H(answer))
    assert device.request(BeltRequest(t=3.0, speed_m_s=1.0)) == [Write(ftms.CONTROL, H("026801"))]
    device.receive(3.1, ftms.CONTROL, H("800201"))
    device.receive(4.0, ftms.STATUS, H(status))
    assert device.request(BeltRequest(t=5.0, speed_m_s=1.2)) == [Write(ftms.CONTROL, H("00"))]


def test_ranges_are_read_where_the_machine_has_them():
    device = ftms.Ftms(ftms.Config(control=True), "belt")
    actions = device.start([ftms.DATA, ftms.CONTROL, ftms.SPEED_RANGE])
    assert Read(ftms.SPEED_RANGE) in actions
    assert Read(ftms.INCLINE_RANGE) not in actions


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


def test_an_incline_request_includes_the_offset():
    device = treadmill(control=True, incline_offset_percent=-6.0)
    report(device, 1.0, 3.0)
    assert granted(device, incline_percent=2.0) == "035000"


@pytest.mark.parametrize("nonsense", ["000000000000", "00000000", "e803 2c01 0a00"])
def test_an_invalid_range_does_not_forbid_every_request(nonsense):
    device = moving(3.0)
    device.receive(1.5, ftms.SPEED_RANGE, H(nonsense))
    assert device.request(BeltRequest(t=2.0, speed_m_s=2.8 / 3.6)) == STOP[:1]


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
