"""Detecting training, and releasing resting links."""

from __future__ import annotations

import numpy as np

from cued.model import Belt, Packet
from cued.sources._ble_release import Training


def packet(t: float, shaken: float = 0.0, sensor: str = "back") -> Packet:
    acc = np.array([[0.0, 0.0, 9.8], [0.0, 0.0, 9.8 + shaken]])
    return Packet(t=t, sensor=sensor, ticks=None, acc=acc, gyr=None, rate_hz=100.0)


def test_ten_minutes_without_a_step_are_the_end_of_training():
    training = Training(600.0, begun=0.0)
    training.note(packet(0.0))
    training.note(packet(60.0, shaken=4.0))
    training.note(packet(300.0, shaken=0.2))  # a sensor on a shelf
    assert not training.over(659.0)
    assert training.over(661.0)


def test_a_belt_that_runs_is_training_unless_it_is_doubted():
    training = Training(600.0, begun=0.0)
    training.note(Belt(500.0, 1.0, doubt="clock"))
    assert training.over(601.0)
    training.note(Belt(602.0, 1.0))
    assert not training.over(1200.0)


def test_each_sensor_rests_separately():
    training = Training(600.0, begun=0.0)
    for t in (0.0, 700.0):
        training.note(packet(t, sensor="shelf"))
        training.note(packet(t, shaken=4.0, sensor="shoe"))
    assert training.rests("shelf", 701.0)
    assert not training.rests("shoe", 701.0)
    training.gone("shelf")
    assert not training.rests("shelf", 702.0)  # back again, it counts from its first packet


def test_zero_minutes_mean_never():
    training = Training(0.0, begun=0.0)
    assert not training.over(1e6)
    assert not training.rests("back", 1e6)
