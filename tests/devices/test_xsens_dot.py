"""A DOT: how it is started, and what its samples say."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import xsens_dot
from cued.devices.device import Write
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
