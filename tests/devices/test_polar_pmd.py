"""A Polar sensor: asked, started, restarted or refused; its samples timed and paired."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import polar_pmd
from cued.devices._gatt import BATTERY_LEVEL, DEGREE, HEART_RATE, G
from cued.devices.device import Read, Subscribe, Write
from cued.model import DecodeError, LinkChanged
from tests.devices.frames import H, delta_block, only


def h10_frame(end_ns: int, n: int = 36) -> bytes:
    samples = struct.pack("<3h", 100, -200, 980) * n
    return struct.pack("<BQB", 2, end_ns, 1) + samples


def test_a_polar_rate_of_zero_is_refused():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    with pytest.raises(DecodeError):
        device.receive(1.0, polar_pmd.CONTROL, H("f001020000 00 01 0000"))
    assert len(only(device.receive(2.0, polar_pmd.DATA, h10_frame(10**9))).acc) == 36


def test_an_h10_is_asked_for_its_settings_and_started_with_one_of_each():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    actions = device.start([polar_pmd.CONTROL, polar_pmd.DATA, BATTERY_LEVEL, HEART_RATE])
    assert actions[:2] == [Subscribe(polar_pmd.CONTROL), Subscribe(polar_pmd.DATA)]
    assert actions[-1] == Read(polar_pmd.CONTROL)
    ask = device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    assert ask == [Write(polar_pmd.CONTROL, H("0102"))]
    assert device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15)) == []  # BlueZ's echo
    offer = H("f00102000000 04 1900 3200 6400 c800 01 01 1000 02 03 0200 0400 0800")
    start = device.receive(1.1, polar_pmd.CONTROL, offer)
    assert start == [Write(polar_pmd.CONTROL, H("0202 0001c800 01011000 02010800"))]
    assert device.receive(1.2, polar_pmd.CONTROL, H("f00202000001")) == []
    packet = only(device.receive(2.0, polar_pmd.DATA, h10_frame(10**9)))
    assert packet.acc[0] == pytest.approx(np.array([0.1, -0.2, 0.98]) * G)
    assert packet.rate_hz == 200
    assert packet.gyr is None
    assert device.stop() == [Write(polar_pmd.CONTROL, H("0302"))]


def test_polar_sample_times_run_from_the_end_of_the_frame_before():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    device.receive(1.0, polar_pmd.CONTROL, H("f0010200000001c800"))
    period = 1 / 202.0  # the crystal is 1 % fast
    ends = [0.0, 36 * period, 72 * period, 180 * period]
    packets = [
        only(device.receive(2.0, polar_pmd.DATA, h10_frame(10**12 + round(e * 1e9)))) for e in ends
    ]
    assert np.diff(packets[0].ticks) == pytest.approx(1 / 200)
    assert np.diff(packets[2].ticks) == pytest.approx(period, rel=1e-6)
    assert np.diff(packets[3].ticks) == pytest.approx(1 / 200)  # after a loss
    assert packets[3].ticks[-1] - packets[0].ticks[-1] == pytest.approx(ends[3])


def test_a_polar_stream_that_is_still_on_is_restarted():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    already = device.receive(1.0, polar_pmd.CONTROL, H("f002020600"))
    assert already == [Write(polar_pmd.CONTROL, H("0302"))]
    assert device.receive(1.0, polar_pmd.CONTROL, H("f003020000")) == [
        Write(polar_pmd.CONTROL, H("0102"))
    ]


def test_a_polar_refusal_ends_the_connection_with_its_reason():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    (refused,) = device.receive(1.0, polar_pmd.CONTROL, H("f002020d00"))
    assert isinstance(refused, LinkChanged)
    assert "charger" in refused.why


def test_polar_acceleration_and_angular_rate_are_paired_in_time():
    device = polar_pmd.PolarPmd(polar_pmd.Config(rate_hz=52), "arm")
    device.receive(1.0, polar_pmd.CONTROL, H("0f24") + bytes(15))
    offer = H("f001020000 0001 3400 0101 1000 0201 0800 0401 03")
    start = device.receive(1.0, polar_pmd.CONTROL, offer)
    assert start == [Write(polar_pmd.CONTROL, H("0202 00013400 01011000 02010800 040103"))]
    assert device.receive(1.0, polar_pmd.CONTROL, H("f002020000")) == [
        Write(polar_pmd.CONTROL, H("0105"))
    ]
    device.receive(1.0, polar_pmd.CONTROL, H("f001050000 0001 3400 0201 d007 0401 03"))
    device.receive(1.0, polar_pmd.CONTROL, H("f002050000"))
    out = []
    for k in range(5):
        end = 10**9 + k * 10**9
        acc = struct.pack("<BQB", 2, end, 1) + b"".join(
            struct.pack("<3h", k * 52 + i, 0, 1000) for i in range(1, 53)
        )
        first = k * 52 + 1
        gyr = struct.pack("<BQB3h", 5, end, 0x80, first, 0, 0)
        gyr += delta_block([[1, 0, 0]] * 51, 2)
        out += device.receive(2.0 + k, polar_pmd.DATA, acc)
        out += device.receive(2.0 + k, polar_pmd.DATA, gyr)
    acc = np.concatenate([p.acc for p in out])
    gyr = np.concatenate([p.gyr for p in out])
    assert len(acc) == 260
    counts = gyr[:, 0] / DEGREE / (2000 / 32768)
    assert counts == pytest.approx(acc[:, 0] / (1e-3 * G), abs=0.01)
