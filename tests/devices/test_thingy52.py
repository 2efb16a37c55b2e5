"""A Thingy:52: how it is set up, and the scales of its samples."""

from __future__ import annotations

import struct

from cued.devices import thingy52
from cued.devices.device import Write
from cued.parts import NoOptions
from tests.devices.frames import H


def test_a_thingy_scales_as_its_firmware_does():
    acc, gyr, field = thingy52.decode(struct.pack("<9h", 1024, -512, 0, 32, -64, 0, 16, 0, -32))
    assert acc.tolist() == [[1.0, -0.5, 0.0]]
    assert gyr.tolist() == [[1.0, -2.0, 0.0]]
    assert field.tolist() == [[1.0, 0.0, -2.0]]
    write = thingy52.Thingy52(NoOptions(), "foot").start([])[0]
    assert write == Write(thingy52.CONFIGURE, H("e803f401f401640001"))
