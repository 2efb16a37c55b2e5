"""A speed that a treadmill keeps reporting after it halted or its clock stopped."""

from __future__ import annotations

import struct

import pytest

from cued.devices import ftms
from cued.devices._standstill import Standstill
from tests.devices.frames import H
from tests.devices.treadmills import belts, treadmill


def running(seconds: int = 20) -> Standstill:
    """Return a treadmill whose elapsed time has counted each second."""
    belt = Standstill()
    for second in range(seconds + 1):
        belt.ticked(float(second), float(second))
    return belt


def test_the_speed_of_a_running_belt_is_used():
    assert running().doubt(20.5, 1.2) == ""


def test_a_clock_that_stands_still_is_a_reason_for_doubt():
    assert running().doubt(40.0, 1.2) == "clock"


def test_a_distance_that_keeps_counting_outweighs_the_clock():
    belt = running()
    for second in range(20, 41):
        belt.went(float(second), 24.0 + second)
    assert belt.doubt(40.0, 1.2) == ""


def test_a_pause_lasts_until_the_belt_is_started():
    belt = running()
    belt.halted(20.5, "paused", 1.2)
    belt.ticked(21.0, 21.0)
    assert belt.doubt(21.0, 1.2) == "paused"
    belt.started()
    assert belt.doubt(21.5, 1.2) == ""


def test_a_rising_speed_means_a_running_belt():
    belt = running()
    belt.halted(20.5, "stopped", 1.2)
    assert belt.doubt(21.0, 0.4) == "stopped"
    assert belt.doubt(22.0, 0.5) == ""


def test_no_speed_needs_no_doubt():
    belt = running()
    belt.halted(20.5, "safety_key", 1.2)
    assert belt.doubt(21.0, 0.0) == ""


def test_a_clock_that_jumped_is_found_standing_as_fast_as_another():
    belt = running()
    belt.ticked(21.0, 65535.0)
    belt.ticked(22.0, 22.0)
    assert belt.doubt(25.5, 1.2) == "clock"


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


def test_a_clock_of_coarse_steps_is_waited_for():
    device = treadmill()
    for t in range(60):
        data = H("0004 f401") + struct.pack("<H", 5 + t // 5 * 5)
        assert belts(device.receive(float(t), ftms.DATA, data))[0].doubt == ""


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
