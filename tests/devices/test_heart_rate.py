"""A strap: polled so that it stays connected, and unknown when it is off the skin."""

from __future__ import annotations

import numpy as np

from cued.devices import heart_rate
from cued.devices._gatt import BATTERY_LEVEL, HEART_RATE
from cued.devices.device import Read
from cued.model import HeartRate
from cued.parts import NoOptions
from tests.devices.frames import H


def rates(frames: list[tuple[float, str]]) -> list[float]:
    strap = heart_rate.HeartRateStrap(NoOptions(), "strap")
    out = [x for t, frame in frames for x in strap.receive(t, HEART_RATE, H(frame))]
    return [x.bpm for x in out if isinstance(x, HeartRate)]


def test_a_strap_off_the_skin_is_unknown_after_a_minute_of_one_value():
    worn = [(float(t), "10 75 7203 2702") for t in range(3)]
    off = [(3.0 + t, "00 6f") for t in range(300)]
    found = rates(worn + off)
    assert found[:64] == [117.0] * 3 + [111.0] * 61
    assert set(found[64:]) == {0.0}
    assert rates(worn + off + [(400.0, "10 70 0004")])[-1] == 112.0
    assert rates(worn + off + [(400.0, "00 70")])[-1] == 112.0


def test_a_steady_rate_with_intervals_is_a_heart():
    assert set(rates([(float(t), "10 3c 0004") for t in range(200)])) == {60.0}


def test_a_strap_is_polled_within_the_150_s_after_which_an_h10_disconnects():
    strap = heart_rate.HeartRateStrap(NoOptions(), "hr")
    asked = [t for t in range(900) if strap.tick(float(t)) == [Read(BATTERY_LEVEL)]]
    assert asked[:4] == [60, 120, 180, 240]
    assert np.diff([0, *asked]).max() < 150
