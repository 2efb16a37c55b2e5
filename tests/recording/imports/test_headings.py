"""Headings: the quantity, axis, unit and place that they name."""

from __future__ import annotations

import pytest

from cued.recording.imports.headings import heading, scale, without_place


@pytest.mark.parametrize("text", ["Quat_W", "Euler_X", "AngleX(°)", "PacketCounter", "mag_x (uT)"])
def test_files_without_motion_are_not_recognised(text):
    assert heading(text) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("XI-000123/Accelerometer/X", ("XI-000123", "Accelerometer/X")),
        ("Avanti sensor 1: Acc 1.X [g]", ("Avanti sensor 1", "Acc_X [g]")),
        ("acc2_x", ("2", "acc_x")),
        ("acc_x (m/s^2)", ("", "acc_x (m/s^2)")),
        ("time (s)", ("", "time (s)")),
    ],
)
def test_headings_identify_the_device(text, place):
    assert without_place(text) == place
    assert heading(place[1]) is not None


@pytest.mark.parametrize(
    ("text", "what", "axis", "unit"),
    [
        ("Acceleration x (m/s^2)", "acc", "x", "m/s^2"),
        ("accY [g]", "acc", "y", "g"),
        ("gyr_z_rad_s", "gyr", "z", "rad_s"),
        ("Angular Velocity X (°/s)", "gyr", "x", "°/s"),
        ("Linear Acceleration x (m/s^2)", "linear", "x", "m/s^2"),
        ("X (m/s²)", "acc", "x", "m/s²"),
        ("seconds_elapsed", "time", "", "seconds"),
        ("speed_m_s", "speed", "", "m_s"),
    ],
)
def test_headings_are_understood_as_people_write_them(text, what, axis, unit):
    found = heading(text)
    assert (found.what, found.axis, found.unit) == (what, axis, unit)
    assert scale(found.what, found.unit) is not None


@pytest.mark.parametrize(
    "text", ["Absolute acceleration (m/s^2)", "mag_x", "Magnetic field x (µT)", "temp", "", "x"]
)
def test_other_headings_mean_nothing(text):
    assert heading(text) is None
