"""Treadmills and foot pods: what is read, and when the belt may be changed."""

from __future__ import annotations

import struct

import msgspec
import pytest

from cued.devices import _treadmill_data as td
from cued.devices import ftms, rsc
from cued.devices.device import Answer, Read, Subscribe, Write
from cued.model import Belt, BeltRequest, Cadence, DecodeError, HeartRate

H = bytes.fromhex
STOP = [Write(ftms.CONTROL, H("00")), Write(ftms.CONTROL, H("0801"))]


def treadmill(**options) -> ftms.Ftms:
    device = ftms.Ftms(msgspec.convert(options, ftms.Config), "belt")
    device.start([ftms.DATA, ftms.STATUS, ftms.CONTROL, ftms.SPEED_RANGE, ftms.INCLINE_RANGE])
    return device


def speed(km_h: float) -> bytes:
    return struct.pack("<HH", 0, round(km_h * 100))


def belt(outputs) -> Belt:
    (found,) = [x for x in outputs if isinstance(x, Belt)]
    return found


def test_speed_and_incline_become_a_belt():
    device = treadmill()
    data = struct.pack("<HHhh", 0x0008, 500, 25, 14)
    assert belt(device.receive(1.0, ftms.DATA, data)) == Belt(
        1.0, pytest.approx(5 / 3.6), pytest.approx(2.5), 0.03, "belt"
    )


def test_an_incline_that_the_machine_does_not_know_is_none():
    for unknown, percent in ((0x7FFF, 0.0), (0xFFF1, -1.5)):
        data = struct.pack("<HHHH", 0x0008, 500, unknown, 0x7FFF)
        found = belt(treadmill().receive(1.0, ftms.DATA, data))
        assert found.incline_percent == pytest.approx(percent)


def test_an_empty_status_is_a_decode_error():
    with pytest.raises(DecodeError, match="empty"):
        treadmill().receive(1.0, ftms.STATUS, b"")


def test_a_split_record_is_put_together():
    device = treadmill()
    assert device.receive(1.0, ftms.DATA, H("0900 1900 f1ff")) == []
    found = belt(device.receive(1.1, ftms.DATA, speed(5.0)))
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
        belt(device.receive(float(t), ftms.DATA, speed(v))).error
        for t, v in enumerate([5, 5, 6, 7, 7, 7, 7, 7])
    ]
    assert errors[1] == 0.03
    assert errors[3] > 0.25
    assert errors[7] == 0.03


def test_a_new_target_makes_the_speed_uncertain_until_it_is_reached():
    device = treadmill()
    device.receive(0.0, ftms.DATA, speed(5))
    device.receive(0.5, ftms.STATUS, b"\x05" + struct.pack("<H", 600))
    assert belt(device.receive(1.0, ftms.DATA, speed(5))).error == pytest.approx(0.2)
    device.receive(2.0, ftms.DATA, speed(6))
    assert belt(device.receive(6.0, ftms.DATA, speed(6))).error == 0.03


def test_a_machine_in_miles_and_one_with_a_senseless_incline_are_put_right():
    device = treadmill(speed_factor=1.609, incline_factor=0)
    data = struct.pack("<HHhh", 0x0008, 310, 999, 0)
    found = belt(device.receive(1.0, ftms.DATA, data))
    assert found.speed_m_s == pytest.approx(3.1 * 1.609 / 3.6)
    assert found.incline_percent == 0


def test_its_heart_rate_counts_only_when_wanted():
    data = struct.pack("<HHB", 0x0100, 500, 120)
    assert HeartRate(1.0, "belt", 120.0) not in treadmill().receive(1.0, ftms.DATA, data)
    assert HeartRate(1.0, "belt", 120.0) in treadmill(heart_rate=True).receive(1.0, ftms.DATA, data)


# --- changing the belt


def refused(device: ftms.Ftms, **wish) -> str:
    (answer,) = device.request(BeltRequest(t=100.0, **wish))
    assert isinstance(answer, Answer)
    assert answer.why
    return answer.why


def moving(km_h: float = 4.0, **options) -> ftms.Ftms:
    device = treadmill(control=True, **options)
    device.receive(1.0, ftms.DATA, speed(km_h))
    return device


def test_without_consent_nothing_is_written():
    device = treadmill()
    device.receive(1.0, ftms.DATA, speed(4))
    assert "control" in refused(device, speed_m_s=1.2)
    assert Subscribe(ftms.CONTROL) not in ftms.Ftms(ftms.Config(), "b").start([])


def test_a_standing_belt_is_never_started():
    assert "stands" in refused(treadmill(control=True), speed_m_s=1.0)
    assert "stands" in refused(moving(0.0), speed_m_s=1.0)


def test_limits_of_the_configuration_and_of_the_machine_hold():
    assert "limits" in refused(moving(max_speed_m_s=1.3), speed_m_s=1.35)
    assert "faster" in refused(moving(), speed_m_s=1.5)
    assert "limits" in refused(moving(), incline_percent=16.0)
    assert "limits" in refused(moving(), incline_percent=-1.0)
    device = moving()
    device.receive(1.0, ftms.SPEED_RANGE, struct.pack("<HHH", 350, 420, 10))
    assert "limits" in refused(device, speed_m_s=4.3 / 3.6)
    assert "limits" in refused(device, speed_m_s=3.3 / 3.6)
    assert device.request(BeltRequest(t=2.0, speed_m_s=4.1 / 3.6))
    device = moving()
    device.receive(1.0, ftms.INCLINE_RANGE, struct.pack("<hhH", 10, 60, 5))
    assert "limits" in refused(device, incline_percent=6.5)
    assert "limits" in refused(device, incline_percent=0.5)
    assert device.request(BeltRequest(t=2.0, incline_percent=5.5))


def test_speed_and_incline_are_set_in_turn_after_asking_for_control():
    device = moving()
    ask = device.request(BeltRequest(t=2.0, speed_m_s=1.25, incline_percent=1.5))
    assert ask == [Write(ftms.CONTROL, H("00"))]
    assert device.receive(2.1, ftms.CONTROL, H("800001")) == [Write(ftms.CONTROL, H("02c201"))]
    assert device.receive(2.2, ftms.CONTROL, H("800201")) == [Write(ftms.CONTROL, H("030f00"))]
    assert device.receive(2.3, ftms.CONTROL, H("800301")) == [Answer("")]
    again = device.request(BeltRequest(t=3.0, speed_m_s=1.2))
    assert again == [Write(ftms.CONTROL, H("02b001"))]


def test_an_answer_to_something_else_moves_nothing_on():
    device = moving()
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    assert device.receive(2.1, ftms.CONTROL, H("800201")) == []
    assert device.receive(2.2, ftms.CONTROL, H("800001")) == [Write(ftms.CONTROL, H("02b001"))]


def test_a_wish_after_one_that_was_refused_may_ask_for_control_once_again():
    device = moving()
    for t in (2.0, 20.0):
        device.request(BeltRequest(t=t, speed_m_s=1.2))
        device.receive(t + 0.1, ftms.CONTROL, H("800001"))
        answer = device.receive(t + 0.2, ftms.CONTROL, H("800205"))
        assert answer == [Write(ftms.CONTROL, H("00"))]
        device.receive(t + 0.3, ftms.CONTROL, H("800001"))
        assert isinstance(device.receive(t + 0.4, ftms.CONTROL, H("800205"))[0], Answer)


def test_control_that_was_lost_is_asked_for_once_more():
    device = moving()
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    device.receive(2.1, ftms.CONTROL, H("800001"))
    assert device.receive(2.2, ftms.CONTROL, H("800205")) == [Write(ftms.CONTROL, H("00"))]
    assert device.receive(2.3, ftms.CONTROL, H("800001")) == [Write(ftms.CONTROL, H("02b001"))]
    (answer,) = device.receive(2.4, ftms.CONTROL, H("800205"))
    assert "permit" in answer.why


def test_nought_is_a_stop_and_slowing_down_has_no_step_limit():
    device = moving(8.0)
    assert device.request(BeltRequest(t=2.0, speed_m_s=1.0)) == [Write(ftms.CONTROL, H("00"))]
    device = moving(8.0)
    assert device.request(BeltRequest(t=2.0, speed_m_s=0.0)) == STOP


def test_a_belt_that_is_being_stopped_is_made_no_faster():
    device = moving()
    assert device.request(BeltRequest(t=99.0, speed_m_s=0.0)) == STOP
    device.receive(99.1, ftms.CONTROL, H("800001"))
    assert device.receive(99.2, ftms.CONTROL, H("800801")) == [Answer("")]
    assert "being stopped" in refused(device, speed_m_s=1.2)
    device.receive(100.5, ftms.DATA, speed(0.0))
    assert "stands still" in refused(device, speed_m_s=1.2)


def test_one_wish_at_a_time():
    device = moving()
    device.request(BeltRequest(t=99.0, speed_m_s=1.2))
    assert "last wish" in refused(device, speed_m_s=1.2)
    assert device.request(BeltRequest(t=104.5, speed_m_s=1.2))


def test_a_stop_does_not_wait_for_the_answer_to_another_wish():
    device = moving()
    device.request(BeltRequest(t=99.0, speed_m_s=1.2))
    assert device.request(BeltRequest(t=100.0, speed_m_s=0.0)) == STOP
    assert device.receive(100.1, ftms.CONTROL, H("800001")) == []
    assert device.receive(100.2, ftms.CONTROL, H("800801")) == [Answer("")]


def test_a_wish_that_was_given_up_does_not_come_true_later():
    device = moving()
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    assert device.receive(7.5, ftms.CONTROL, H("800001")) == []
    ask = device.request(BeltRequest(t=8.0, speed_m_s=1.2))
    assert ask == [Write(ftms.CONTROL, H("00"))]


def test_a_belt_that_is_stopped_before_it_was_told_its_speed_is_not_told():
    device = moving()
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    device.receive(2.1, ftms.DATA, speed(0.0))
    (answer,) = device.receive(2.2, ftms.CONTROL, H("800001"))
    assert "stands" in answer.why


@pytest.mark.parametrize("options", [{}, {"incline_factor": 0}])
def test_a_machine_without_a_usable_incline_is_level_already(options):
    device = ftms.Ftms(msgspec.convert({"control": True, **options}, ftms.Config), "belt")
    chars = [ftms.DATA, ftms.CONTROL, ftms.SPEED_RANGE]
    device.start([*chars, ftms.INCLINE_RANGE] if options else chars)
    device.receive(1.0, ftms.DATA, speed(4))
    assert device.request(BeltRequest(t=1.5, incline_percent=0.0)) == [Answer()]
    assert device.request(BeltRequest(t=2.0, speed_m_s=0.0, incline_percent=0.0)) == STOP
    assert device.receive(2.2, ftms.CONTROL, H("800801")) == [Answer()]


def test_a_wish_that_the_machine_cannot_hear_or_that_is_none_is_refused():
    assert "nothing" in refused(moving())
    device = ftms.Ftms(ftms.Config(control=True), "belt")
    device.start([ftms.DATA, ftms.SPEED_RANGE])
    device.receive(1.0, ftms.DATA, speed(4))
    assert "no wishes" in refused(device, speed_m_s=1.2)
    assert "ignored" in refused(moving(incline_factor=0), incline_percent=2.0)


@pytest.mark.parametrize("status", ["01", "ff"])
def test_control_that_the_machine_takes_back_is_asked_for_with_the_next_wish(status):
    device = moving()
    device.request(BeltRequest(t=2.0, speed_m_s=1.2))
    for answer in ("800001", "800201"):
        device.receive(2.1, ftms.CONTROL, H(answer))
    assert device.request(BeltRequest(t=3.0, speed_m_s=1.0)) == [Write(ftms.CONTROL, H("026801"))]
    device.receive(3.1, ftms.CONTROL, H("800201"))
    device.receive(4.0, ftms.STATUS, H(status))
    assert device.request(BeltRequest(t=5.0, speed_m_s=1.2)) == [Write(ftms.CONTROL, H("00"))]


def test_a_speed_that_no_belt_has_is_none():
    with pytest.raises(DecodeError):
        treadmill().receive(1.0, ftms.DATA, H("0000 ffff"))


def test_ranges_are_read_where_the_machine_has_them():
    device = ftms.Ftms(ftms.Config(control=True), "belt")
    actions = device.start([ftms.DATA, ftms.CONTROL, ftms.SPEED_RANGE])
    assert Read(ftms.SPEED_RANGE) in actions
    assert Read(ftms.INCLINE_RANGE) not in actions


# --- running speed and cadence


def report(m_s: float, cadence: int) -> bytes:
    return struct.pack("<BHB", 0, round(m_s * 256), cadence)


def test_a_foot_pods_speed_is_a_belt_with_its_uncertainty():
    (found,) = rsc.Rsc(rsc.Config(), "pod").receive(1.0, rsc.MEASUREMENT, report(2.5, 170))
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
def test_the_convention_of_the_cadence_is_found_out(m_s, sent, steps):
    device = rsc.Rsc(rsc.Config(), "pod")
    for t in range(14):
        (belt,) = device.receive(float(t), rsc.MEASUREMENT, report(m_s, sent))
        assert isinstance(belt, Belt)
        assert device.cadence_spm is None
    _, cadence = device.receive(14.0, rsc.MEASUREMENT, report(m_s, sent))
    assert device.cadence_spm == steps
    assert cadence == Cadence(14.0, "pod", steps)


def test_a_few_odd_reports_do_not_change_the_convention():
    device = rsc.Rsc(rsc.Config(), "pod")
    for t in range(15):
        device.receive(float(t), rsc.MEASUREMENT, report(2.5, 60 if t % 4 == 3 else 170))
    assert device.cadence_spm == 170
