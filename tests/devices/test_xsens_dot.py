"""A DOT: how it is started, and what its samples say."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import xsens_dot
from cued.devices.device import Write
from cued.model import Battery, DecodeError
from tests.devices.frames import H, only


def test_a_dot_sample_has_its_time_and_both_quantities():
    device = xsens_dot.XsensDot(xsens_dot.Config(), "foot")
    actions = device.start([xsens_dot.MEDIUM])
    rate = H("10") + bytes(23) + H("3c00") + bytes(6)
    assert Write(xsens_dot.DEVICE_CONTROL, rate) in actions
    assert actions[-1] == Write(xsens_dot.CONTROL, H("010115"))
    times = (2**32 - 10000, 6667)  # across the wrap
    samples = [
        only(device.receive(1.0, xsens_dot.MEDIUM, struct.pack("<I6f12x", us, 1, 2, 9.8, 90, 0, 0)))
        for us in times
    ]
    assert samples[1].ticks[0] - samples[0].ticks[0] == pytest.approx(0.016667)
    assert samples[0].acc[0] == pytest.approx([1, 2, 9.8])
    assert samples[0].gyr[0] == pytest.approx([np.pi / 2, 0, 0])


def test_a_dot_sample_that_comes_twice_is_a_decode_error():
    device = xsens_dot.XsensDot(xsens_dot.Config(), "foot")
    sample = struct.pack("<I6f12x", 5000, 1, 2, 9.8, 90, 0, 0)
    assert device.receive(1.0, xsens_dot.MEDIUM, sample)
    with pytest.raises(DecodeError, match="not later"):
        device.receive(1.1, xsens_dot.MEDIUM, sample)


def test_a_dots_battery_is_percent_and_charging():
    device = xsens_dot.XsensDot(xsens_dot.Config(), "foot")
    assert device.receive(1.0, xsens_dot.BATTERY, H("5001")) == [Battery(1.0, "foot", 80.0)]
    with pytest.raises(DecodeError, match="101 %"):
        device.receive(1.0, xsens_dot.BATTERY, H("6500"))


def test_acceleration_lies_behind_the_quaternion_in_mode_26():
    data = struct.pack("<I10f", 7, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6)
    us, acc, gyr = xsens_dot.decode(data, 26)
    assert (us, acc.tolist(), gyr.tolist()) == (7, [1, 2, 3], [4, 5, 6])
    with pytest.raises(DecodeError, match="mode 5"):
        xsens_dot.decode(data, 5)
