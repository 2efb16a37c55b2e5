"""Tables of columns from any software."""

from __future__ import annotations

import numpy as np
import pytest

from cued.recording.imports.headings import heading, scale
from tests.recording.imports.exports import (
    ACC,
    BEGAN,
    GYR,
    G,
    N,
    T,
    folder,
    imported,
    lines,
    refused,
    same,
)


def test_headings_give_the_units(tmp_path):
    head = "time_ms,acc_x_g,acc_y_g,acc_z_g,gyro_x_dps,gyro_y_dps,gyro_z_dps,note"
    text = lines(head, T * 1e3, ACC / G, np.degrees(GYR), np.zeros(N)).replace("0.0E", "x")
    belt = lines("Time [s],Speed (km/h),incline_percent", [0, 2], [3.6, 7.2], [0, 1])
    files = {"foot_left.csv": text, "Foot_Right.csv": text, "belt.csv": belt}
    truth = "t_s,kind,side,value\n1.0,contact,left,\n"
    source = folder(tmp_path / "in", {**files, "truth.csv": truth})
    made = imported(tmp_path, source, "--height", "1.7", "--subject", "x-01")
    places = {s.name: s.placement for s in made.sensors}
    assert places == {"foot_left": "foot_left", "Foot_Right": "foot_right"}
    same(made.sensors[0])
    assert [(b.t, b.speed_m_s, b.incline_percent) for b in made.belt] == [(0, 1, 0), (2, 2, 1)]
    assert made.person.height_m == 1.7
    assert [row.kind for row in made.truth] == ["contact"]


def test_the_columns_of_a_table_recording_mean_what_they_mean_there(tmp_path):
    text = lines("t_s,ax,ay,az,gx,gy,gz", T, ACC, GYR)
    source = folder(tmp_path / "in", {"trunk.csv": text})
    made = imported(tmp_path, source, "--belt", "1.2", "--incline", "3")
    same(made.sensors[0])
    assert [(b.speed_m_s, b.incline_percent) for b in made.belt] == [(1.2, 3.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lines("t_s,acc_x,acc_y,acc_z", T, ACC), "'acc_x' names no unit; write it there or use"),
        (lines("t_s,ax,ay,az", T, ACC / G), "this looks like g"),
        (lines("time (s),acc x (mg),acc y (mg),acc z (mg)", T, ACC), "mean vector of 0.0"),
        (lines("t_s,ax,ay,az,gx,gy,gz", T, ACC, 400 * GYR), "degrees a second"),
        (lines("t_s,ax,ay,az", T * 1e3, ACC), "is the unit of time right"),
        (lines("t_s,ax,ay,az", T[::-1], ACC), "line 3: time runs backward"),
        (lines("t_s,ax,ay,az", 0 * T, ACC), "line 3: time does not advance"),
        (lines("t_s,ax,az", T, ACC[:, :2]), "no column is the acceleration along y"),
        (lines("ax,ay,az", ACC), "no column is a time"),
        (lines("t_s,ax,ay,az", T, ACC) + "5.0,1,oh,9\n", "line 402: ay is 'oh'"),
        (lines("t_s,ax,ay,az", T, ACC) + "5.0,1,9\n", "line 402: 3 cells"),
        ("t_s,ax,ay,az\n", "no rows"),
        ("when,what\n1,2\n", "no columns of acceleration"),
        ("", "line 1: the file is empty"),
        ("t_s,ax,ay,az\n" + "nan,nan,nan,nan\n" * 9, "fewer than two rows have a time"),
    ],
)
def test_impossible_columns_are_refused_with_their_place(tmp_path, capsys, text, message):
    source = folder(tmp_path / "in", {"trunk.csv": text})
    said = refused(tmp_path, capsys, source)
    assert message in said
    assert ", line " in said


def test_units_can_be_given_where_no_heading_has_them(tmp_path):
    text = lines("timestamp,acc_x,acc_y,acc_z", (BEGAN + T) * 1e3, ACC / G, form="{:.6f}")
    source = folder(tmp_path / "in", {"trunk.csv": text})
    made = imported(tmp_path, source, "--units", "ms,g")
    same(made.sensors[0], gyr=None, within=1e-4)


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
