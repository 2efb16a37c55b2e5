"""A MetaMotion: set up for its chip, its two streams joined."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import metamotion
from cued.devices._gatt import DEGREE, G
from cued.model import DecodeError, Packet
from tests.devices.frames import H


def test_a_metamotion_is_set_up_for_the_chip_it_has():
    for chip, acc, range_code in ((1, "28", "08"), (4, "a8", "02")):
        device = metamotion.MetaMotion(metamotion.Config(), "foot")
        writes = [w.data for w in device.receive(1.0, metamotion.NOTIFY, bytes((3, 0x80, chip, 1)))]
        assert writes[0] == H(f"0303 {acc} {range_code}")
        assert H("1303 28 00") in writes
        assert writes[3] == H("030101")
        assert len(device.stop()) == 6


def test_a_metamotions_two_streams_are_joined_by_count():
    device = metamotion.MetaMotion(metamotion.Config(), "foot")
    out = []
    for i in range(0, 300, 3):
        acc = H("031c") + b"".join(struct.pack("<3h", i + j, 0, 4096) for j in range(3))
        gyr = H("1307") + b"".join(struct.pack("<3h", i + j, 0, 0) for j in range(3))
        out += device.receive(i / 100, metamotion.NOTIFY, acc)
        out += device.receive(i / 100 + 0.005, metamotion.NOTIFY, gyr)
    packets = [p for p in out if isinstance(p, Packet)]
    acc = np.concatenate([p.acc for p in packets])
    gyr = np.concatenate([p.gyr for p in packets])
    assert acc[:, 0] / G * 4096 == pytest.approx(gyr[:, 0] / DEGREE * 16.4)
    assert acc[0, 2] == pytest.approx(G)
    assert packets[0].rate_hz == 100


def test_an_unknown_chip_or_register_is_refused():
    device = metamotion.MetaMotion(metamotion.Config(), "foot")
    with pytest.raises(DecodeError, match="type 2"):
        device.receive(1.0, metamotion.NOTIFY, H("03 80 02 00"))
    assert device.stop() == []  # nothing was started
    for message in ("03 05 000000000010", "14 04 000000000010"):
        with pytest.raises(DecodeError, match="MetaMotion message"):
            device.receive(1.0, metamotion.NOTIFY, H(message))


def test_a_count_is_worth_what_the_range_says():
    module, acc = metamotion.decode(H("03 04 0010 00f0 0000"), range_g=8)
    assert (module, acc.tolist()) == (metamotion.ACC, [[1.0, -1.0, 0.0]])
    _, gyr = metamotion.decode(H("13 05 a400 0000 0000"))
    assert gyr[0, 0] == pytest.approx(10.0)  # deg/s
