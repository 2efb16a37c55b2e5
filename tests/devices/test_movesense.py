"""A Movesense sensor: measurements whole or in two parts, its battery, its errors."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import movesense
from cued.devices._gatt import DEGREE
from cued.devices.device import Write
from cued.model import Battery, DecodeError
from tests.devices.frames import H, only


def movesense_payload(ms: int, n: int) -> bytes:
    acc = np.array([[i, 0, 9.81] for i in range(n)], "<f4")
    gyr = np.array([[0, 10 * i, 0] for i in range(n)], "<f4")
    return struct.pack("<I", ms) + acc.tobytes() + gyr.tobytes()


def test_movesense_whole_and_split_measurements_are_the_same():
    payload = movesense_payload(1000, 8)
    whole = movesense.Movesense(movesense.Config(), "back")
    split = movesense.Movesense(movesense.Config(), "back")
    one = only(whole.receive(1.0, movesense.NOTIFY, b"\x02\x63" + payload))
    assert split.receive(1.0, movesense.NOTIFY, b"\x02\x63" + payload[:156]) == []
    two = only(split.receive(1.0, movesense.NOTIFY, b"\x03\x63" + payload[156:]))
    assert repr(one) == repr(two)
    assert one.acc[3] == pytest.approx([3, 0, 9.81])
    assert one.gyr[3] == pytest.approx([0, 30 * DEGREE, 0])
    assert np.diff(one.ticks) == pytest.approx(1 / 104)


def test_movesense_a_lost_second_part_costs_one_measurement():
    device = movesense.Movesense(movesense.Config(), "back")
    first, second = movesense_payload(1000, 8), movesense_payload(1154, 8)
    device.receive(1.0, movesense.NOTIFY, b"\x02\x63" + first[:156])
    device.receive(1.1, movesense.NOTIFY, b"\x02\x63" + second[:156])
    packet = only(device.receive(1.1, movesense.NOTIFY, b"\x03\x63" + second[156:]))
    assert len(packet.acc) == 8


def test_movesense_accelerations_are_not_taken_for_angular_rates_of_a_shorter_measurement():
    device = movesense.Movesense(movesense.Config(rate_hz=52), "back")
    only(device.receive(1.0, movesense.NOTIFY, b"\x02\x63" + movesense_payload(1000, 4)))
    cut = b"\x02\x63" + movesense_payload(1077, 4)[: 4 + 2 * 24]
    with pytest.raises(DecodeError, match="cut off"):
        device.receive(1.1, movesense.NOTIFY, cut)


def test_movesense_is_asked_for_motion_and_battery():
    device = movesense.Movesense(movesense.Config(rate_hz=52), "back")
    actions = device.start([movesense.NOTIFY])
    assert Write(movesense.COMMAND, b"\x01\x63/Meas/IMU6/52\0") in actions
    assert device.receive(1.0, movesense.NOTIFY, H("0105 c800 4b")) == [Battery(1.0, "back", 75.0)]


def test_a_movesense_with_a_full_pool_is_restarted():
    device = movesense.Movesense(movesense.Config(), "back")
    assert device.stop() == [Write(movesense.COMMAND, bytes((2, movesense.MOTION)))]
    (refused,) = device.receive(1.0, movesense.NOTIFY, H("0163 ad01"))
    assert "429" in refused.why
    assert device.stop() == [Write(movesense.COMMAND, bytes((7, movesense.RESET, 5)))]


def test_movesense_errors_are_read_in_either_byte_order():
    assert movesense.status(H("f701")) == movesense.status(H("01f7")) == 503


def test_a_second_part_without_a_first_or_an_overlap_is_a_decode_error():
    device = movesense.Movesense(movesense.Config(), "back")
    whole = b"\x02\x63" + movesense_payload(1000, 8)
    with pytest.raises(DecodeError, match="without a first"):
        device.receive(1.0, movesense.NOTIFY, b"\x03" + whole[1:])
    assert device.receive(1.1, movesense.NOTIFY, whole)
    with pytest.raises(DecodeError, match="overlaps"):
        device.receive(1.2, movesense.NOTIFY, b"\x02\x63" + movesense_payload(1060, 8))
