"""Dead links, recognised by their data alone."""

from __future__ import annotations

import numpy as np
import pytest

from cued.model import HeartRate, Packet
from cued.sources._ble_watching import Watch

pytestmark = pytest.mark.alone


def packet(t: float, tick: float | None = None) -> Packet:
    ticks = None if tick is None else np.array([tick])
    return Packet(t, "s", ticks, np.zeros((1, 3)), None, 100.0)


def watch(placement: str = "foot_left") -> Watch:
    out = Watch(placement)
    out.begin(0.0)
    return out


def test_a_sensor_has_ten_seconds_to_begin_and_three_to_pause():
    one = watch()
    assert one.verdict(9.9) == ""
    assert "nothing" in one.verdict(10.1)
    one.note(packet(10.0))
    assert one.verdict(12.9) == ""
    assert "silent" in one.verdict(13.1)


def test_a_straps_heart_rate_does_not_vouch_for_its_motion():
    chest = watch("chest")
    chest.note(packet(1.0))
    for t in range(1, 6):
        chest.note(HeartRate(float(t), "s", 70.0))
        chest.readable(float(t))
    assert "silent" in chest.verdict(5.0)


def test_a_strap_off_the_skin_and_an_idle_treadmill_are_left_alone():
    strap = watch("heart_rate")
    for t in range(40):
        strap.readable(float(t))  # messages of 0 beats a minute become no input
    assert strap.verdict(40.0) == ""
    assert "silent" in strap.verdict(60.0)


def test_late_data_are_no_sign_of_life():
    one = watch()
    for k in range(100):
        one.note(packet(k / 10, k / 10))
    for k in range(100, 140):
        one.note(packet(k / 10 + 1.5, k / 10))
    assert "late" in one.verdict(14.0)


@pytest.mark.parametrize("ppm", [-200, 200])
def test_a_clock_that_drifts_is_not_mistaken_for_lag(ppm):
    one = watch()
    for k in range(0, 36000, 5):  # an hour
        t = k / 10
        one.note(packet(t, t * (1 + ppm * 1e-6)))
    assert one.verdict(3600.0) == ""


def test_a_device_that_restarts_its_clock_is_not_mistaken_for_lag():
    one = watch()
    for k in range(100):
        one.note(packet(k / 10, 1000 + k / 10))
    one.note(packet(10.1, 0.0))
    assert one.verdict(12.0) == ""


def test_duplicates_are_equal_bytes_at_the_same_moment():
    one = watch()
    assert not one.duplicate(1.0, "a", b"x")
    assert one.duplicate(1.001, "a", b"x")
    assert not one.duplicate(1.002, "a", b"y")
    assert not one.duplicate(2.0, "a", b"y")
    assert not one.duplicate(2.001, "b", b"y")
