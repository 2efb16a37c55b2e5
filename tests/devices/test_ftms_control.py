"""A treadmill that is asked for another speed or incline."""

from __future__ import annotations

import struct

import msgspec
import pytest

from cued.devices import ftms
from cued.devices.device import Answer, Read, Subscribe, Write
from cued.model import BeltRequest
from tests.devices.treadmills import STOP, H, moving, report, treadmill


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
