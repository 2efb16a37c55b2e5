"""A WalkingPad: polled, read, moved with consent, stopped at once."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from cued.devices import walkingpad
from cued.devices.device import Advert, Answer
from cued.model import Belt, BeltFault, BeltRequest, DecodeError
from tests.devices.frames import H
from tests.devices.treadmills import writes

PAD = H("f8a2 01 23 01 000006 000000 000005 00 000200 d4 fd")


def status(km_h: float, mode: int = 1, state: int = 1) -> bytes:
    body = bytes((0xA2, state, round(km_h * 10), mode)) + bytes(13)
    return b"\xf8" + body + bytes((sum(body) & 0xFF, 0xFD))


def pad(km_h: float = 3.0, **options) -> walkingpad.WalkingPad:
    device = walkingpad.WalkingPad(msgspec.convert(options, walkingpad.Config), "belt")
    device.start([walkingpad.NOTIFY, walkingpad.COMMAND])
    device.receive(1.0, walkingpad.NOTIFY, status(km_h))
    return device


def test_a_captured_status_of_a_pad_decodes():
    found = walkingpad.decode(PAD)
    assert found == walkingpad.PadStatus(1, 3.5, 1, 6, 0, 5)


def test_a_damaged_status_is_refused():
    for at in range(len(PAD)):
        damaged = bytearray(PAD)
        damaged[at] ^= 0x10
        with pytest.raises(DecodeError):
            walkingpad.decode(bytes(damaged))


def test_a_pad_is_polled_once_a_second():
    device = pad()
    asked = [t / 10 for t in range(100) if writes(device.tick(t / 10))]
    assert [round(b - a, 1) for a, b in pairwise(asked)] == [1.0] * 9


def test_a_pads_speed_becomes_a_belt():
    (belt,) = pad().receive(2.0, walkingpad.NOTIFY, PAD)
    assert isinstance(belt, Belt)
    assert belt.speed_m_s == pytest.approx(3.5 / 3.6)


def test_a_pad_that_repeats_a_frozen_status_is_doubted():
    device = pad()
    doubts = [device.receive(t, walkingpad.NOTIFY, PAD)[0].doubt for t in range(2, 14)]
    assert doubts[0] == ""
    assert doubts[-1] == "clock"


@pytest.mark.parametrize("state", [0, 5])
def test_a_standing_pad_that_still_reports_a_speed_is_doubted_and_not_made_faster(state):
    device = pad(2.5, control=True)
    (belt,) = device.receive(2.0, walkingpad.NOTIFY, status(2.5, state=state))
    assert belt.doubt == "stopped"
    (answer,) = device.request(BeltRequest(t=3.0, speed_m_s=0.75))
    assert "was stopped" in answer.why


def test_a_pad_is_not_moved_without_consent_standing_or_in_automatic_mode():
    for device, why in (
        (pad(), "control = true"),
        (pad(0.0, control=True), "stands"),
        (pad(control=True), "faster"),
    ):
        (answer,) = device.request(BeltRequest(t=2.0, speed_m_s=1.3))
        assert why in answer.why
    device = pad(control=True)
    device.receive(1.5, walkingpad.NOTIFY, status(3.0, mode=0))
    (answer,) = device.request(BeltRequest(t=2.0, speed_m_s=0.8))
    assert "manual" in answer.why


def test_a_request_to_a_pad_is_done_when_the_pad_follows():
    device = pad(control=True)
    assert writes(device.request(BeltRequest(t=2.0, speed_m_s=2.8 / 3.6))) == ["f7a2011cbffd"]
    assert Answer("") in device.receive(3.0, walkingpad.NOTIFY, status(2.8))


def test_a_request_waits_until_the_pad_can_take_it():
    device = pad(control=True)
    assert writes(device.tick(2.0)) == [walkingpad.ASK.hex()]
    assert writes(device.request(BeltRequest(t=2.1, speed_m_s=2.8 / 3.6))) == []
    assert writes(device.tick(2.5)) == []
    assert writes(device.tick(2.7)) == ["f7a2011cbffd"]


def test_a_stop_goes_out_at_once_and_again_until_the_pad_slows():
    device = pad(control=True)
    device.tick(2.0)
    assert writes(device.request(BeltRequest(t=2.1, speed_m_s=0.0))) == ["f7a20100a3fd"]
    sent, faults = 0, []
    for tenths in range(22, 100):
        out = device.tick(tenths / 10)
        if tenths % 10 == 0:
            out += device.receive(tenths / 10, walkingpad.NOTIFY, status(3.0))
        sent += writes(out).count("f7a20100a3fd")
        faults += [x for x in out if isinstance(x, BeltFault)]
    assert sent >= 6
    assert [f.code for f in faults] == ["belt_wont_stop"]
    faster = device.request(BeltRequest(t=10.0, speed_m_s=3.1 / 3.6))
    assert faster == [Answer("not faster while the belt is being stopped")]


def test_a_stop_the_pad_missed_arrives_within_a_second():
    for asked_s in (0.05, 0.3, 0.65):
        device = pad(control=True)
        heard = [2.0 for _ in writes(device.tick(2.0))]  # the question
        messages = writes(device.request(BeltRequest(t=2.0 + asked_s, speed_m_s=0.0)))
        sent = [(2.0 + asked_s, m) for m in messages]
        for n in range(30):
            t = round(2.0 + asked_s + 0.1 * n, 2)
            sent += [(t, m) for m in writes(device.tick(t))]
            device.receive(t, walkingpad.NOTIFY, status(3.0))
        for t, _ in sent:
            heard += [t] if t - heard[-1] >= walkingpad.APART_S - 1e-6 else []
        stops = [t for t, m in sent if m == "f7a20100a3fd" and t in heard]
        assert stops[0] - (2.0 + asked_s) < 0.9
        assert len(stops) >= 2


def test_a_pad_that_disobeys_is_stopped_for_good():
    device = pad(control=True)
    device.request(BeltRequest(t=2.0, speed_m_s=2.8 / 3.6))
    out = device.receive(3.0, walkingpad.NOTIFY, status(4.5))
    assert [x.code for x in out if isinstance(x, BeltFault)] == ["belt_control_off"]
    assert writes(out) == ["f7a20100a3fd"]
    (answer,) = device.request(BeltRequest(t=9.0, speed_m_s=2.8 / 3.6))
    assert "control is off" in answer.why


def test_a_request_that_had_to_wait_is_dropped_if_the_belt_stands_by_then():
    device = pad(control=True)
    assert writes(device.tick(2.0)) == ["f7a20000a2fd"]
    assert device.request(BeltRequest(t=2.1, speed_m_s=3.2 / 3.6)) == []
    device.receive(2.4, walkingpad.NOTIFY, status(0.0, state=0))
    (answer,) = device.tick(2.8)
    assert "stands still" in answer.why
    assert not any(writes(device.tick(3.0 + n / 10)) == ["f7a20120c3fd"] for n in range(70))


def test_a_pad_is_recognised_by_its_service_unless_it_speaks_ftms():
    assert walkingpad.matches(Advert("A", "WalkingPad", (walkingpad.SERVICE,)))
    assert not walkingpad.matches(Advert("A", "KS-HD-Z1D", (walkingpad.SERVICE,)))
    assert not walkingpad.matches(Advert("A", "WalkingPad"))
