"""Tables of columns from any software."""

from __future__ import annotations

import numpy as np
import pytest

from tests.recording.imports.exports import (
    ACC,
    BEGAN,
    DPS,
    GYR,
    ISO,
    MG,
    G,
    N,
    T,
    alike,
    folder,
    imported,
    is_read,
    lines,
    refused,
    rows,
    same,
    stamps,
)

MS = (BEGAN + T) * 1e3
OPAL = [f"XI-000123/{what}/{axis}" for what in ("Accelerometer", "Gyroscope") for axis in "XYZ"]


def german(x, digits=2):
    return f"{x:,.{digits}f}".translate(str.maketrans(",.", ".,"))


FILES = {
    "xsens dot": (
        "sep=,\nDeviceTag:,D1\nFirmwareVersion:,2.0.0\nOutputRate:,100Hz\n\n"
        "PacketCounter,SampleTimeFine,Euler_X,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z\n"
        + rows(np.arange(N), (2**32 - 2e6 + T * 1e6) % 2**32, 0 * T, ACC, DPS, form="{:.12g}"),
        ["--units", "m/s2,deg/s"],
        True,
    ),
    "metabase": (
        "epoc (ms),timestamp (-0500),elapsed (s),x-axis (g),y-axis (g),z-axis (g)\n"
        + rows(MS, ISO, T, ACC / G, form="{:.13g}"),
        [],
        False,
    ),
    "polar sensor logger": (
        "Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]\n"
        + rows(ISO, T * 1e9 + 5e17, ACC / G * 1e3, separator=";", form="{:.19g}"),
        [],
        False,
    ),
    "witmotion": (
        "StartTime: 2023-11-14 22:13:20.000\n"
        "address\tTime(s)\tax(g)\tay(g)\taz(g)\twx(deg/s)\twy(deg/s)\twz(deg/s)\tAngleX(deg)\n"
        + rows(["0x50"] * N, T, ACC / G, DPS, 0 * T, separator="\t"),
        [],
        True,
    ),
    "witmotion in Chinese": (
        "时间\t设备名称\t加速度X(g)\t加速度Y(g)\t加速度Z(g)\t角速度X(°/s)\t角速度Y(°/s)\t"
        "角速度Z(°/s)\t角度X(°)\n"
        + rows([i.replace("T", " ") for i in ISO], ["WT"] * N, ACC / G, DPS, 0 * T, separator="\t"),
        [],
        True,
    ),
    "sensorlog": (
        "loggingTime(txt),accelerometerTimestamp_sinceReboot(s),accelerometerAccelerationX(G),"
        "accelerometerAccelerationY(G),accelerometerAccelerationZ(G),motionRotationRateX(rad/s),"
        "motionRotationRateY(rad/s),motionRotationRateZ(rad/s),motionYaw(rad)\n"
        + rows(ISO, T + 9e4, ACC / G, GYR, 0 * T, form="{:.12g}"),
        [],
        True,
    ),
    "gravity apart": (
        "time (s),motionUserAccelerationX(G),motionUserAccelerationY(G),motionUserAccelerationZ(G),"
        "motionGravityX(G),motionGravityY(G),motionGravityZ(G)\n"
        + rows(T, ACC / G - [0, 0, 1], np.tile([0.0, 0.0, 1.0], (N, 1))),
        [],
        False,
    ),
    "physics toolbox": (
        "time,gFx,gFy,gFz,wx,wy,wz\n"
        + rows([f"22:13:{int(20 + t):02d}:{round(t % 1 * 1000):03d}" for t in T], ACC / G, GYR),
        ["--units", "rad/s"],
        True,
    ),
    "matlab mobile": (
        "Timestamp,X,Y,Z\n" + rows([f"14-Nov-2023 22:13:{20 + t:06.3f}" for t in T], ACC),
        ["--units", "m/s2"],
        False,
    ),
    "iso times, spaces in headings, a row of units": (
        "# made by hand\nDate Time , Acc X , Acc Y , Acc Z , note\n ,g,g,g,\n"
        + rows(ISO, ACC / G, ["a"] * N),
        [],
        False,
    ),
    "semicolons and decimal commas": (
        "Zeit;time (s);acc_x (g);acc_y (g);acc_z (g)\n"
        + rows(["x"] * N, T, ACC / G, separator=";", comma=True),
        [],
        False,
    ),
    "spaces": (
        "time_s acc_x_g acc_y_g acc_z_g\n" + rows(T, ACC / G, separator="  "),
        [],
        False,
    ),
    "milli-degrees and a line of its own": (
        "t_ms,ax_mg,ay_mg,az_mg,gx_mdps,gy_mdps,gz_mdps\n"
        + rows(T * 1e3, ACC / G * 1e3, DPS * 1e3),
        [],
        True,
    ),
    "rates called AngVel": (
        "time(s),Acc_X(m/s^2),Acc_Y(m/s^2),Acc_Z(m/s^2),AngVel_X(deg/s),AngVel_Y(deg/s),"
        "AngVel_Z(deg/s)\n" + rows(T, ACC, DPS),
        [],
        True,
    ),
    "phyphox in German": (
        "Zeit (s);Beschleunigung x (m/s^2);Beschleunigung y (m/s^2);Beschleunigung z (m/s^2)\n"
        + rows(T, ACC, separator=";", comma=True),
        [],
        False,
    ),
    "in French, bars between": (
        "Temps (ms)|Accélération X (g)|Accélération Y (g)|Accélération Z (g)\n"
        + rows(T * 1e3, ACC / G, separator="|"),
        [],
        False,
    ),
    "groups above the headings": (
        "Accelerometer,,,,Gyroscope,,\ntime,x,y,z,x,y,z\n" + rows(T, ACC, GYR),
        ["--units", "s,m/s2,rad/s"],
        True,
    ),
    "since 1970 without saying so": (
        "timestamp,ax_ms2,ay_ms2,az_ms2\n" + rows(MS, ACC, form="{:.13g}"),
        [],
        False,
    ),
    "past midnight": (
        "time,ax_g,ay_g,az_g\n"
        + rows(
            [f"23:59:{s:06.3f}" if s < 60 else f"00:00:{s - 60:06.3f}" for s in 58 + T], ACC / G
        ),
        [],
        False,
    ),
    "dates as Excel writes them": (
        "Zeit;Acc X (g);Acc Y (g);Acc Z (g)\n"
        + rows(
            [f"14.11.2023 22:13:{int(20 + t):02d},{round(t % 1 * 1e3):03d}" for t in T],
            ACC / G,
            separator=";",
            comma=True,
        ),
        [],
        False,
    ),
    "morning and afternoon": (
        "Time,Acc X (g),Acc Y (g),Acc Z (g)\n"
        + rows([f"11/14/2023 10:13:{20 + t:06.3f} PM" for t in T], ACC / G),
        [],
        False,
    ),
    "units with raised numbers": (
        "t (s),ax (m·s⁻²),ay (m·s⁻²),az (m·s⁻²),gx (°·s⁻¹),gy (°·s⁻¹),gz (°·s⁻¹)\n"
        + rows(T, ACC, DPS),
        [],
        True,
    ),
    "a counter of microseconds that wraps": (
        "micros,ax_g,ay_g,az_g\n" + rows((2**32 - 2e6 + T * 1e6) % 2**32, ACC / G, form="{:.12g}"),
        [],
        False,
    ),
    "physics toolbox, all sensors": (
        "time,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,p\n" + rows(T, ACC / G, ACC - [0, 0, G], GYR, 0 * T),
        ["--units", "s,rad/s"],
        True,
    ),
    "sensorlog with two gyroscopes": (
        "gyroTimestamp_sinceReboot(s),accelerometerAccelerationX(G),accelerometerAccelerationY(G),"
        "accelerometerAccelerationZ(G),gyroRotationX(rad/s),gyroRotationY(rad/s),"
        "gyroRotationZ(rad/s),motionRotationRateX(rad/s),motionRotationRateY(rad/s),"
        "motionRotationRateZ(rad/s)\n" + rows(T + 9e4, ACC / G, GYR, 2 * GYR, form="{:.12g}"),
        [],
        True,
    ),
    "numbers of rows as R writes them": (
        '"t" "ax" "ay" "az"\n' + rows([f'"{n + 1}"' for n in range(N)], T, ACC, separator=" "),
        ["--units", "s,m/s2"],
        False,
    ),
    "points between thousands": (
        "Zeit (ms);acc x (mg);acc y (mg);acc z (mg)\n"
        + rows(
            [german(t * 1e3, 0) for t in T],
            *([german(v) for v in column] for column in MG.T),
            separator=";",
        ),
        [],
        False,
    ),
    "commas between thousands": (
        "time (ms),acc x (mg),acc y (mg),acc z (mg)\n"
        + rows([f'"{t * 1e3:,.0f}"' for t in T], *([f'"{v:,.2f}"' for v in c] for c in MG.T)),
        [],
        False,
    ),
    "decimal commas in quotes": (
        "t_s,ax,ay,az\n"
        + rows(*([f'"{v:.5f}"'.replace(".", ",") for v in c] for c in (T, *ACC.T))),
        [],
        False,
    ),
    "a date and a time of day in German": (
        "Datum;Uhrzeit;ax (m/s2);ay (m/s2);az (m/s2)\n"
        + rows(stamps("%d.%m.%Y"), stamps("%H:%M:%S,@@@"), ACC, separator=";"),
        [],
        False,
    ),
    "a MATLAB timetable": (
        "Time,X,Y,Z\n" + rows([f"{t:.4g} sec" for t in T], ACC),
        ["--units", "m/s2"],
        False,
    ),
    "APDM Opal": (
        "Format=5,Time," + ",".join(OPAL) + "\n"
        + rows(np.arange(N), (BEGAN + T) * 1e6, ACC, GYR, form="{:.17g}"),
        ["--units", "m/s2,rad/s"],
        True,
    ),
    "units behind commas": (
        '"time,s","acc x,mG","acc y,mG","acc z,mG"\n' + rows(T, MG),
        [],
        False,
    ),
    "a minus and thousands as a text program sets them": (
        "time (ms);acc x (mg);acc y (mg);acc z (mg)\n"
        + rows([f"{t * 1e3:,.0f}" for t in T], MG, separator=";")
        .replace(",", "\u202f").replace("-", "\u2212"),
        ["--columns", "t=time (ms)"],
        False,
    ),
    "a byte order mark twice": (
        "\ufeff\ufefft_s,ax,ay,az\n" + rows(T, ACC),
        [],
        False,
    ),
    "days since 1900": (
        "date,ax (m/s2),ay (m/s2),az (m/s2)\n"
        + rows([f"{25569 + (BEGAN + t) / 86400:.11f}" for t in T], ACC),
        ["--columns", "t=date", "--units", "days"],
        False,
    ),
    "Noraxon": (
        "name\nwalk\n\ntime,Activity,Marker,"
        + ",".join(f"Pelvis Accel Sensor {a} (mG)" for a in "XYZ")
        + ","
        + ",".join(f"Noraxon MyoMotion-Segments-Pelvis-Gyroscope-{a} (deg/s)" for a in "xyz")
        + "\n"
        + rows(T, 0 * T, 0 * T, MG, DPS),
        ["--units", "s"],
        False,
    ),
    "Delsys, one rate": (
        "X[s]," + ",".join(f"Trigno IM sensor 1: ACC 1.{a} [g]" for a in "XYZ") + "\n"
        + rows(T, ACC / G),
        [],
        False,
    ),
    "no numbers as C writes them": (
        "t_s,ax,ay,az,gx,gy,gz,temp\n" + rows(T, ACC, GYR, ["1.#QNAN"] * N),
        [],
        True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_file_means_what_was_measured(tmp_path, kind):
    is_read(tmp_path, *FILES[kind])


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


def test_sensor_logger_under_any_name(tmp_path):
    text = "time,seconds_elapsed,z,y,x\n" + rows(
        [str(int((BEGAN + t) * 1e9)) for t in T], T, ACC[:, ::-1]
    )
    (tmp_path / "walk 1.csv").write_text(text)
    alike(imported(tmp_path, tmp_path / "walk 1.csv", "--placement", "waist"), gyr=False)


def test_numbers_without_headings_are_refused_with_what_to_add(tmp_path, capsys):
    (tmp_path / "a.csv").write_text(rows(T, ACC))
    assert imported(tmp_path, tmp_path / "a.csv") is None
    assert "write a line above them, such as t_s,ax,ay,az" in capsys.readouterr().err


def test_ignored_columns_are_reported(tmp_path, capsys):
    text = "t_s,ax,ay,az,mag_x,temp\n" + rows(T, ACC, 0 * T, 0 * T)
    (tmp_path / "trunk.csv").write_text(text)
    imported(tmp_path, tmp_path / "trunk.csv")
    assert "left out mag_x, temp" in capsys.readouterr().err
