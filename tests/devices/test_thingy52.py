"""A Thingy:52: how it is set up, and the scales of its samples."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import thingy52
from cued.devices.device import Write
from cued.model import DecodeError
from cued.parts import NoOptions
from tests.devices.frames import H, only


def test_a_thingy_scales_as_its_firmware_does():
    acc, gyr, field = thingy52.decode(struct.pack("<9h", 1024, -512, 0, 32, -64, 0, 16, 0, -32))
    assert acc.tolist() == [[1.0, -0.5, 0.0]]
    assert gyr.tolist() == [[1.0, -2.0, 0.0]]
    assert field.tolist() == [[1.0, 0.0, -2.0]]
    write = thingy52.Thingy52(NoOptions(), "foot").start([])[0]
    assert write == Write(thingy52.CONFIGURE, H("e803f401f401640001"))


def test_a_thingys_samples_come_in_si_units_once_their_rate_is_known():
    device = thingy52.Thingy52(NoOptions(), "foot")
    sample = struct.pack("<9h", 0, 0, 1024, 32 * 90, 0, 0, 0, 0, 0)  # 1 g, 90 deg/s
    early = [device.receive(k / 100, thingy52.RAW, sample) for k in range(100)]
    assert early == [[]] * 100
    packet = only(device.receive(1.0, thingy52.RAW, sample))
    assert packet.rate_hz == 100.0
    assert packet.acc[0] == pytest.approx([0, 0, 9.80665])
    assert packet.gyr[0] == pytest.approx([np.pi / 2, 0, 0])
    for wrong in (sample[:17], 2 * sample):
        with pytest.raises(DecodeError, match=f"{len(wrong)} bytes"):
            device.receive(1.1, thingy52.RAW, wrong)


def test_a_thingy_is_slowed_to_10_hz_at_the_end():
    stop = thingy52.Thingy52(NoOptions(), "foot").stop()
    assert stop == [Write(thingy52.CONFIGURE, H("e803f401f4010a0001"))]
