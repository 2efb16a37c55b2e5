"""Shared parts of the decoders: device time, heart rate, and values that cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from cued.devices._gatt import (
    BATTERY_LEVEL,
    HEART_RATE,
    G,
    Ticks,
    evenly,
    fields,
    heart_rate,
    packet,
    rows,
    standard,
    standard_start,
)
from cued.devices.device import Read, Subscribe
from cued.model import Battery, DecodeError, HeartRate
from tests.devices.frames import H


def test_ticks_wrap_and_a_restart_shows_as_a_jump():
    ticks = Ticks(16, 1e-3)
    assert ticks.seconds(65000) == 0
    assert ticks.seconds(500) == pytest.approx(1.036)
    assert ticks.seconds(500) == pytest.approx(1.036)
    assert ticks.seconds(100) > 3600


def test_heart_rate_in_both_widths_with_energy_and_intervals():
    assert heart_rate(H("00 46")) == (70, [])
    assert heart_rate(H("01 2c01")) == (300, [])
    assert heart_rate(H("18 46 1000 0004 0002")) == (70, [1.0, 0.5])
    assert standard(1.0, "s", HEART_RATE, H("0000")) == [HeartRate(1.0, "s", 0.0)]  # off the skin


def test_a_rate_that_no_heart_has_counts_as_none():
    beats = H("01 ffff")  # 65535 a minute
    assert standard(3.0, "strap", HEART_RATE, beats) == [HeartRate(3.0, "strap", 0.0)]
    assert standard(3.0, "strap", HEART_RATE, H("00 fa")) == [HeartRate(3.0, "strap", 250.0)]


def test_a_battery_beyond_100_percent_is_a_decode_error():
    assert standard(1.0, "s", BATTERY_LEVEL, H("64")) == [Battery(1.0, "s", 100.0)]
    with pytest.raises(DecodeError, match="101 %"):
        standard(1.0, "s", BATTERY_LEVEL, H("65"))


def test_data_that_are_too_short_are_a_decode_error():
    assert fields("BH", H("01 0203")) == (1, 0x0302)
    with pytest.raises(DecodeError, match="3 bytes where 4 are needed"):
        fields("BH", H("01 0203"), 1)
    for data in (b"", H("0100 0200 03")):
        with pytest.raises(DecodeError, match="rows of 4"):
            rows("<i2", data, 2)


@pytest.mark.parametrize("beyond", [np.nan, 101 * G, -101 * G])
def test_an_acceleration_that_no_sensor_measures_is_a_decode_error(beyond):
    ticks = evenly(10.0, 0.01, 3)
    acc = np.full((3, 3), 99 * G)
    made = packet(1.0, "foot", acc, None, rate_hz=100.0, ticks=ticks)
    assert made.ticks == pytest.approx([10.0, 10.01, 10.02])
    acc[2, 1] = beyond
    with pytest.raises(DecodeError, match="range"):
        packet(1.0, "foot", acc, None, rate_hz=100.0, ticks=ticks)
    with pytest.raises(DecodeError, match="range"):
        packet(1.0, "foot", acc[:2], acc[1:] / G, rate_hz=100.0)


def test_only_what_a_device_has_is_subscribed_to():
    assert standard_start([HEART_RATE]) == [Subscribe(HEART_RATE)]
    assert standard_start([BATTERY_LEVEL]) == [Read(BATTERY_LEVEL), Subscribe(BATTERY_LEVEL)]
    assert standard_start([]) == []
