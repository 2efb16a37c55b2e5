"""FitShow treadmills: polled, their captured answers read, their pauses noticed."""

from __future__ import annotations

import struct
from functools import reduce
from operator import xor

import pytest

from cued.devices import fitshow, ftms
from cued.devices.device import Advert
from cued.model import DecodeError
from tests.devices.frames import H
from tests.devices.treadmills import writes


@pytest.mark.parametrize(
    ("frame", "km_h", "elapsed"),
    [
        ("02 51 03 08 00 1000 0300 0100 0000 00 00 48 03", 0.8, 16),
        ("02 51 03 0a 00 7000 1a00 0a00 0000 00 00 38 03", 1.0, 112),
        ("02 51 00 51 03", 0.0, None),
    ],
)
def test_captured_answers_of_a_fitshow_treadmill_decode(frame, km_h, elapsed):
    found = fitshow.decode(H(frame))
    assert found is not None
    assert (found.speed_km_h, found.elapsed_s) == (pytest.approx(km_h), elapsed)


def test_a_fitshow_treadmill_is_polled_and_doubted_when_it_pauses():
    device = fitshow.FitShow(fitshow.Config(), "belt")
    assert writes(device.tick(0.0)) == ["02515103"]
    assert device.tick(0.5) == []
    body = H("51 0a 08 00 1000 0300 0100 0000 00 00")
    check = 0
    for byte in body:
        check ^= byte
    frame = b"\x02" + body + bytes((check, 3))
    (belt,) = device.receive(1.0, fitshow.NOTIFY, frame)
    assert (belt.speed_m_s, belt.doubt) == (pytest.approx(0.8 / 3.6), "paused")


def test_a_device_that_also_speaks_ftms_is_not_proposed_as_fitshow():
    both = (fitshow.SERVICE, ftms.SERVICE)
    assert not fitshow.matches(Advert("A", "FS-BT-T4", both))
    assert fitshow.matches(Advert("A", "FS-123456", both[:1]))
    assert not fitshow.matches(Advert("A", "Kettle", both[:1]))


def fitshow_frame(state: int, tenths: int, incline: int = 0, elapsed: int = 9) -> bytes:
    body = struct.pack("<BBBbH7x", 0x51, state, tenths, incline, elapsed)
    return b"\x02" + body + bytes((reduce(xor, body), 3))


@pytest.mark.parametrize("state", [fitshow.RUNNING, fitshow.SLOWING, *fitshow.HALTS])
def test_a_running_treadmill_without_a_speed_does_not_stand(state):
    with pytest.raises(DecodeError, match="without its speed"):
        fitshow.decode(bytes((2, 0x51, state, 0x51 ^ state, 3)))


def test_a_damaged_message_is_refused_and_another_kind_left_alone():
    frame = fitshow_frame(3, 30)
    for damaged in (
        frame[:-1],
        frame[:-1] + b"\x04",
        b"\x03" + frame[1:],
        frame[:3] + b"\x1f" + frame[4:],
        frame[:4],
    ):
        with pytest.raises(DecodeError):
            fitshow.decode(damaged)
    assert fitshow.decode(H("02 50 00 50 03")) is None


@pytest.mark.parametrize(
    ("state", "m_s", "error", "doubt"),
    [
        (3, 0.8333, 0.03, ""),
        (4, 0.8333, 0.3, ""),  # slowing down
        (2, 0.0, 0.03, ""),  # the countdown
        (6, 0.8333, 0.03, "safety_key"),
    ],
)
def test_the_state_decides_what_a_speed_is_worth(state, m_s, error, doubt):
    device = fitshow.FitShow(fitshow.Config(), "belt")
    (belt,) = device.receive(1.0, fitshow.NOTIFY, fitshow_frame(state, 30, incline=-2))
    assert belt.speed_m_s == pytest.approx(m_s, abs=1e-4)
    assert (belt.error, belt.doubt, belt.incline_percent) == (error, doubt, -2.0)
