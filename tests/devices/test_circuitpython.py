"""An Adafruit board: its periods set, its two streams joined."""

from __future__ import annotations

import numpy as np
import pytest

from cued.devices import circuitpython
from cued.devices.device import Subscribe, Write
from cued.model import Packet
from tests.devices.frames import H


def test_an_adafruit_board_is_addressed_by_service_and_joined_by_count():
    device = circuitpython.CircuitPython(circuitpython.Config(), "foot")
    actions = device.start([circuitpython.ACC, circuitpython.GYRO])
    periods = [a for a in actions if isinstance(a, Write)]
    assert periods[0].char == f"{circuitpython.ACC_SERVICE}/{circuitpython.PERIOD}"
    assert periods[1] == Write(
        f"{circuitpython.GYRO_SERVICE}/{circuitpython.PERIOD}", H("14000000")
    )
    out = []
    for i in range(180):
        acc, gyr = (np.array([i / 4, 0, 9.8], "<f4").tobytes() for _ in range(2))
        out += device.receive(i / 45, circuitpython.ACC, acc)
        out += device.receive(i / 45, circuitpython.GYRO, gyr)
    packets = [p for p in out if isinstance(p, Packet)]
    assert packets[0].rate_hz == pytest.approx(45, rel=0.05)
    assert all(np.array_equal(p.acc[:, 0], p.gyr[:, 0]) for p in packets)


def test_without_its_gyroscope_a_board_sends_acceleration_alone():
    config = circuitpython.Config(gyroscope=False)
    device = circuitpython.CircuitPython(config, "foot")
    actions = device.start([circuitpython.ACC, circuitpython.GYRO])
    assert Subscribe(circuitpython.GYRO) not in actions
    sample = np.array([0, 0, 9.8], "<f4").tobytes()
    out = [x for k in range(51) for x in device.receive(k / 50, circuitpython.ACC, sample)]
    (packet,) = out
    assert (packet.rate_hz, packet.gyr) == (50.0, None)
    assert device.receive(2.0, circuitpython.GYRO, sample) == []
    stop = Write(f"{circuitpython.ACC_SERVICE}/{circuitpython.PERIOD}", H("ffffffff"))
    assert device.stop() == [stop]
