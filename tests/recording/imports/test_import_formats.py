"""Files of other software: each becomes the same four seconds of movement."""

from __future__ import annotations

import io
import json
import os
import zipfile

import numpy as np
import pytest

from cued import __main__
from cued.recording.imports.headings import heading
from cued.recording.tables.table import has_gravity
from tests.recording.imports.exports import ACC, GYR, G, N, T, imported

DPS = np.degrees(GYR)
BEGAN = 1_700_000_000
ISO = [f"2023-11-14T22:13:{20 + t:09.6f}" for t in T]


def rows(*columns, separator=",", comma=False, form="{:.9g}"):
    """Return lines of text without a heading; a column of text is used unchanged."""

    def cell(value):
        text = value if isinstance(value, str) else form.format(value)
        return text.replace(".", ",") if comma and not isinstance(value, str) else text

    flat = [c if isinstance(c, list) or c.ndim == 1 else None for c in columns]
    parts = [[x] if x is not None else list(c.T) for x, c in zip(flat, columns, strict=True)]
    lines = zip(*[column for part in parts for column in part], strict=True)
    return "".join(separator.join(map(cell, line)) + "\n" for line in lines)


def same(made, *, gyr=True, within=2e-3):
    (track,) = made.sensors
    np.testing.assert_allclose(track.t - track.t[0], T, atol=1e-3)
    np.testing.assert_allclose(track.acc, ACC, atol=within)
    if gyr:
        np.testing.assert_allclose(track.gyr, GYR, atol=within)


SHIMMER = ["Timestamp_Unix_CAL", *(f"Accel_LN_{a}_CAL" for a in "XYZ"), "Accel_WR_X_RAW",
           *(f"Gyro_{a}_CAL" for a in "XYZ")]  # fmt: skip
MS = (BEGAN + T) * 1e3
ACTILIFE = (
    "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.4 at 100 Hz ------\n"
    "Serial Number: TAS1\nStart Time 22:13:20\nStart Date 11/14/2023\n"
    "Epoch Period (hh:mm:ss) 00:00:00\nDownload Time 1\nDownload Date 1\n"
    "Current Memory Address: 0\nCurrent Battery Voltage: 4.2     Mode = 12\n----------\n"
)
FILES = {
    "xsens dot": (
        "sep=,\nDeviceTag:,D1\nFirmwareVersion:,2.0.0\nOutputRate:,100Hz\n\n"
        "PacketCounter,SampleTimeFine,Euler_X,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z\n"
        + rows(np.arange(N), (2**32 - 2e6 + T * 1e6) % 2**32, 0 * T, ACC, DPS, form="{:.12g}"),
        ["--units", "m/s2,deg/s"],
    ),
    "metabase": (
        "epoc (ms),timestamp (-0500),elapsed (s),x-axis (g),y-axis (g),z-axis (g)\n"
        + rows(MS, ISO, T, ACC / G, form="{:.13g}"),
        [],
    ),
    "polar sensor logger": (
        "Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]\n"
        + rows(ISO, T * 1e9 + 5e17, ACC / G * 1e3, separator=";", form="{:.19g}"),
        [],
    ),
    "witmotion": (
        "StartTime: 2023-11-14 22:13:20.000\n"
        "address\tTime(s)\tax(g)\tay(g)\taz(g)\twx(deg/s)\twy(deg/s)\twz(deg/s)\tAngleX(deg)\n"
        + rows(["0x50"] * N, T, ACC / G, DPS, 0 * T, separator="\t"),
        [],
    ),
    "witmotion in Chinese": (
        "时间\t设备名称\t加速度X(g)\t加速度Y(g)\t加速度Z(g)\t角速度X(°/s)\t角速度Y(°/s)\t"
        "角速度Z(°/s)\t角度X(°)\n"
        + rows([i.replace("T", " ") for i in ISO], ["WT"] * N, ACC / G, DPS, 0 * T, separator="\t"),
        [],
    ),
    "shimmer": (
        "sep=\\t\n" + "\t".join(f"Shimmer_5ECB_{h}" for h in SHIMMER) + "\n"
        "ms\tm/(s^2)\tm/(s^2)\tm/(s^2)\tno_units\tdeg/s\tdeg/s\tdeg/s\n"
        + rows(MS, ACC, 0 * T + 7, DPS, separator="\t", form="{:.13g}"),
        [],
    ),
    "sensorlog": (
        "loggingTime(txt),accelerometerTimestamp_sinceReboot(s),accelerometerAccelerationX(G),"
        "accelerometerAccelerationY(G),accelerometerAccelerationZ(G),motionRotationRateX(rad/s),"
        "motionRotationRateY(rad/s),motionRotationRateZ(rad/s),motionYaw(rad)\n"
        + rows(ISO, T + 9e4, ACC / G, GYR, 0 * T, form="{:.12g}"),
        [],
    ),
    "gravity apart": (
        "time (s),motionUserAccelerationX(G),motionUserAccelerationY(G),motionUserAccelerationZ(G),"
        "motionGravityX(G),motionGravityY(G),motionGravityZ(G)\n"
        + rows(T, ACC / G - [0, 0, 1], np.tile([0.0, 0.0, 1.0], (N, 1))),
        [],
    ),
    "physics toolbox": (
        "time,gFx,gFy,gFz,wx,wy,wz\n"
        + rows([f"22:13:{int(20 + t):02d}:{round(t % 1 * 1000):03d}" for t in T], ACC / G, GYR),
        ["--units", "rad/s"],
    ),
    "matlab mobile": (
        "Timestamp,X,Y,Z\n" + rows([f"14-Nov-2023 22:13:{20 + t:06.3f}" for t in T], ACC),
        ["--units", "m/s2"],
    ),
    "iso times, spaces in headings, a row of units": (
        "# made by hand\nDate Time , Acc X , Acc Y , Acc Z , note\n ,g,g,g,\n"
        + rows(ISO, ACC / G, ["a"] * N),
        [],
    ),
    "semicolons and decimal commas": (
        "Zeit;time (s);acc_x (g);acc_y (g);acc_z (g)\n"
        + rows(["x"] * N, T, ACC / G, separator=";", comma=True),
        [],
    ),
    "spaces": ("time_s acc_x_g acc_y_g acc_z_g\n" + rows(T, ACC / G, separator="  "), []),
    "milli-degrees and a line of its own": (
        "t_ms,ax_mg,ay_mg,az_mg,gx_mdps,gy_mdps,gz_mdps\n"
        + rows(T * 1e3, ACC / G * 1e3, DPS * 1e3),
        [],
    ),
    "AngVel": (
        "time(s),Acc_X(m/s^2),Acc_Y(m/s^2),Acc_Z(m/s^2),AngVel_X(deg/s),AngVel_Y(deg/s),"
        "AngVel_Z(deg/s)\n" + rows(T, ACC, DPS),
        [],
    ),
    "actilife": (
        ACTILIFE + "Accelerometer X,Accelerometer Y,Accelerometer Z\n" + rows(ACC / G),
        [],
    ),
    "phyphox in German": (
        "Zeit (s);Beschleunigung x (m/s^2);Beschleunigung y (m/s^2);Beschleunigung z (m/s^2)\n"
        + rows(T, ACC, separator=";", comma=True),
        [],
    ),
    "in French, bars between": (
        "Temps (ms)|Accélération X (g)|Accélération Y (g)|Accélération Z (g)\n"
        + rows(T * 1e3, ACC / G, separator="|"),
        [],
    ),
    "groups above the headings, with AngVel": (
        "Accelerometer,,,,Gyroscope,,\ntime,x,y,z,x,y,z\n" + rows(T, ACC, GYR),
        ["--units", "s,m/s2,rad/s"],
    ),
    "since 1970 without saying so": (
        "timestamp,ax_ms2,ay_ms2,az_ms2\n" + rows(MS, ACC, form="{:.13g}"),
        [],
    ),
    "past midnight": (
        "time,ax_g,ay_g,az_g\n"
        + rows(
            [f"23:59:{s:06.3f}" if s < 60 else f"00:00:{s - 60:06.3f}" for s in 58 + T], ACC / G
        ),
        [],
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
    ),
    "morning and afternoon": (
        "Time,Acc X (g),Acc Y (g),Acc Z (g)\n"
        + rows([f"11/14/2023 10:13:{20 + t:06.3f} PM" for t in T], ACC / G),
        [],
    ),
    "units with raised numbers, with AngVel": (
        "t (s),ax (m·s⁻²),ay (m·s⁻²),az (m·s⁻²),gx (°·s⁻¹),gy (°·s⁻¹),gz (°·s⁻¹)\n"
        + rows(T, ACC, DPS),
        [],
    ),
    "a counter of microseconds that wraps": (
        "micros,ax_g,ay_g,az_g\n" + rows((2**32 - 2e6 + T * 1e6) % 2**32, ACC / G, form="{:.12g}"),
        [],
    ),
    "physics toolbox, all sensors, with AngVel": (
        "time,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,p\n" + rows(T, ACC / G, ACC - [0, 0, G], GYR, 0 * T),
        ["--units", "s,rad/s"],
    ),
    "sensorlog with two gyroscopes": (
        "gyroTimestamp_sinceReboot(s),accelerometerAccelerationX(G),accelerometerAccelerationY(G),"
        "accelerometerAccelerationZ(G),gyroRotationX(rad/s),gyroRotationY(rad/s),"
        "gyroRotationZ(rad/s),motionRotationRateX(rad/s),motionRotationRateY(rad/s),"
        "motionRotationRateZ(rad/s)\n" + rows(T + 9e4, ACC / G, GYR, 2 * GYR, form="{:.12g}"),
        [],
    ),
    "actilife with semicolons": (
        ACTILIFE
        + "Accelerometer X;Accelerometer Y;Accelerometer Z\n"
        + rows(ACC / G, separator=";", comma=True),
        [],
    ),
    "actilife of a GT9X, with AngVel": (
        ACTILIFE + "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z,Temperature,"
        "Gyroscope X,Gyroscope Y,Gyroscope Z,Magnetometer X,Magnetometer Y,Magnetometer Z\n"
        + rows([f"{i}0" for i in ISO], ACC / G, 0 * T, DPS, 0 * ACC),
        [],
    ),
    "omgui": (rows([i.replace("T", " ") for i in ISO], ACC / G), []),
}
WITH_GYRO = ("dot", "witmotion", "shimmer", "sensorlog", "physics", "milli", "AngVel")


@pytest.mark.parametrize("kind", FILES)
def test_a_file_means_what_was_measured(tmp_path, kind):
    text, words = FILES[kind]
    source = tmp_path / "anything.csv"
    source.write_text(text, encoding="utf-8")
    made = imported(tmp_path, source, "--placement", "lower_back", *words)
    same(made, gyr=any(word in kind for word in WITH_GYRO))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_common_encodings_are_read(tmp_path, encoding):
    text = "time (s),acc x (m/s²),acc y (m/s²),acc z (m/s²)\n" + rows(T, ACC)
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    same(imported(tmp_path, tmp_path / "a.txt", "--placement", "chest"), gyr=False)


@pytest.mark.parametrize(("code", "word"), [("gbk", "时间(s)"), ("shift_jis", "時間(s)")])
def test_headings_in_east_asian_encodings_are_read(tmp_path, capsys, code, word):
    text = f"{word},加速度X(g),加速度Y(g),加速度Z(g)\n" + rows(T, ACC / G)
    (tmp_path / "a.txt").write_bytes(text.encode(code))
    same(imported(tmp_path, tmp_path / "a.txt", "--placement", "chest"), gyr=False)
    assert "not UTF-8, read as" in capsys.readouterr().err


@pytest.mark.parametrize("names", ["{side}_foot_{what}_{axis}", "{side}Foot{What}{Axis}"])
def test_two_feet_in_one_file_are_two_sensors(tmp_path, names):
    heads = [
        names.format(side=side, what=what, What=what.title(), axis=axis, Axis=axis.upper())
        for side in ("left", "right")
        for what in ("acc", "gyr")
        for axis in "xyz"
    ]
    text = f"time (s),{','.join(heads)},mag\n" + rows(
        T, ACC, GYR, ACC[:, [2, 0, 1]], 2 * GYR, 0 * T
    )
    (tmp_path / "walk.csv").write_text(text)
    made = imported(tmp_path, tmp_path / "walk.csv", "--units", "m/s2,rad/s")
    left, right = made.sensors
    assert (left.placement, right.placement) == ("foot_left", "foot_right")
    np.testing.assert_allclose(left.acc, ACC, atol=2e-3)
    np.testing.assert_allclose(right.acc, ACC[:, [2, 0, 1]], atol=2e-3)
    np.testing.assert_allclose(right.gyr, 2 * GYR, atol=2e-3)
    assert "left out mag" in made.notes
    assert "foot" not in made.notes.lower()


MOTION = {"acc": ACC, "gyro": GYR}


def axes(values):
    return dict(zip("zyx", values[::-1].tolist(), strict=True))


def samples():
    for t, acc, gyr in zip(T, ACC, GYR, strict=True):
        for name, values in (("TotalAcceleration", acc), ("Gyroscope", gyr)):
            yield int((BEGAN + t) * 1e9), t, name, axes(values)


def sensor_logger_json(cut=0):
    about = {"platform": "android", "standardisation": "false", "sensor": "Metadata"}
    readings = [
        {"sensor": name, "time": f"{ns}", "seconds_elapsed": f"{t}"}
        | {k: f"{x}" for k, x in v.items()}
        for ns, t, name, v in samples()
    ]
    text = json.dumps([about, *readings])
    return text[: len(text) - cut]


def pushed():
    payload = [{"name": name.lower(), "time": ns, "values": v} for ns, _, name, v in samples()]
    messages = [payload[at : at + 80] for at in range(0, 2 * N, 80)]
    messages[2:4] = messages[3:1:-1]  # one overtakes another
    return "".join(json.dumps({"messageId": 1, "payload": m}) + "\n" for m in messages)


def a_record_a_line():
    records = (
        {"t_ms": 1e3 * t, "acc": acc.tolist(), "gyro": axes(gyr)}
        for t, acc, gyr in zip(T, ACC, GYR, strict=True)
    )
    return "".join(json.dumps(r) + "\n" for r in records)


def columns_of_axes():
    named = {key: dict(zip("xyz", a.T.tolist(), strict=True)) for key, a in MOTION.items()}
    return json.dumps({"person": "p", "samples": {"t_ms": (1e3 * T).tolist(), **named}})


def columns_of_vectors():
    named = {key: a.tolist() for key, a in MOTION.items()}
    return json.dumps({"t_ms": (1e3 * T).tolist(), **named})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (sensor_logger_json(), []),
        (pushed(), []),
        (a_record_a_line(), ["--units", "m/s2,rad/s"]),
        (columns_of_axes(), ["--units", "m/s2,rad/s"]),
        (columns_of_vectors(), ["--units", "m/s2,rad/s"]),
    ],
    ids=["exported", "pushed", "own", "columns", "vectors"],
)
def test_records_in_json(tmp_path, text, words):
    (tmp_path / "walk.json").write_text(text)
    same(imported(tmp_path, tmp_path / "walk.json", "--placement", "chest", *words))


def test_truncated_json_is_read_to_its_end_and_reported(tmp_path, capsys):
    (tmp_path / "walk.json").write_text(sensor_logger_json(cut=200))
    assert (
        imported(tmp_path, tmp_path / "walk.json", "--placement", "chest").sensors[0].t.size > 390
    )
    assert "the incomplete end was left out" in capsys.readouterr().err


def test_a_push_message_of_another_version_is_refused_in_one_line(tmp_path, capsys):
    sample = {"name": "gyroscope", "values": {"x": 1}}
    lines = [json.dumps({"payload": [sample | {"time": 10**n}]}) for n in (400, 1)]
    (tmp_path / "a.json").write_text("\n".join(lines))
    assert imported(tmp_path, tmp_path / "a.json") is None
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("text", ["hello", '{"a": [1, 2]}', "[" * 100_000, "[1, 2, 3]"])
def test_other_json_is_refused_in_one_line(tmp_path, capsys, text):
    (tmp_path / "a.json").write_text(text)
    assert imported(tmp_path, tmp_path / "a.json") is None
    said = capsys.readouterr().err
    assert "or JSON of samples" in said
    assert said.count("\n") == 1


def test_a_zip_inside_a_zip_is_read(tmp_path, capsys):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("walk/chest.csv", "t_s,ax,ay,az\n" + rows(T, ACC))
    for name, count in (("one.zip", 1), ("two.zip", 2)):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for n in range(count):
                archive.writestr(f"{n}.zip", inner.getvalue())
    same(imported(tmp_path, tmp_path / "one.zip"), gyr=False)
    assert imported(tmp_path, tmp_path / "two.zip", out="other") is None
    assert "unpack it and import its content: 0.zip, 1.zip" in capsys.readouterr().err


def test_numbers_without_headings_are_refused_with_what_to_add(tmp_path, capsys):
    (tmp_path / "a.csv").write_text(rows(T, ACC))
    assert imported(tmp_path, tmp_path / "a.csv") is None
    assert "write a line above them, such as t_s,ax,ay,az" in capsys.readouterr().err


def test_inspecting_refuses_what_importing_would(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("t_s,ax,ay,az\n" + rows(T, ACC - [0, 0, G]))
    __main__.main(["import", "--look", str(tmp_path / "a.csv")])
    said = capsys.readouterr().out
    assert "without gravity" in said
    assert "type:" not in said


def test_movesense_json(tmp_path):
    def block(start):
        def axes(values):
            return [{"x": x, "y": y, "z": z} for x, y, z in values[start : start + 8].tolist()]

        body = {"Timestamp": round(start * 10), "ArrayAcc": axes(ACC), "ArrayGyro": axes(DPS)}
        return {"imu6": body}

    (tmp_path / "m.json").write_text(json.dumps({"data": [block(n) for n in range(0, N, 8)]}))
    same(imported(tmp_path, tmp_path / "m.json", "--placement", "chest"))


def test_sensor_logger_under_any_name(tmp_path):
    text = "time,seconds_elapsed,z,y,x\n" + rows(
        [str(int((BEGAN + t) * 1e9)) for t in T], T, ACC[:, ::-1]
    )
    (tmp_path / "walk 1.csv").write_text(text)
    same(imported(tmp_path, tmp_path / "walk 1.csv", "--placement", "waist"), gyr=False)


def test_empty_cells_and_words_like_none_are_unknown(tmp_path):
    lines = ("t_s,ax,ay,az\n" + rows(T, ACC)).split("\n")
    for at, nothing in enumerate(["", "NA", "null", "n/a"], start=20):
        t, _, ay, az = lines[at].split(",")
        lines[at] = ",".join([t, nothing, ay, az])
    (tmp_path / "trunk.csv").write_text("\n".join(lines))
    (track,) = imported(tmp_path, tmp_path / "trunk.csv").sensors
    assert np.isnan(track.acc[:, 0]).sum() == 4
    assert track.t.size == N


def test_a_truncated_last_line_is_left_out_and_reported(tmp_path, capsys):
    text = "t_s,ax,ay,az\n" + rows(T, ACC) + "4.00,0.1"
    (tmp_path / "trunk.csv").write_text(text)
    assert imported(tmp_path, tmp_path / "trunk.csv").sensors[0].t.size == N
    assert "the incomplete last line was left out" in capsys.readouterr().err


def test_columns_can_be_named_and_lines_skipped(tmp_path):
    text = "a,b,c,d\n1,2,3,4\nwhen,one,two,three\n" + rows(T * 1e3, ACC / G)
    (tmp_path / "a.csv").write_text(text)
    words = ["--skip", "2", "--columns", "t=when,ax=one,ay=two,az=three", "--units", "ms,g"]
    same(imported(tmp_path, tmp_path / "a.csv", "--placement", "waist", *words), gyr=False)


def test_ignored_columns_are_reported(tmp_path, capsys):
    text = "t_s,ax,ay,az,mag_x,temp\n" + rows(T, ACC, 0 * T, 0 * T)
    (tmp_path / "trunk.csv").write_text(text)
    imported(tmp_path, tmp_path / "trunk.csv")
    assert "left out mag_x, temp" in capsys.readouterr().err


def test_inspecting_shows_each_column_and_the_command(tmp_path, capsys):
    text = "time (ms),acc_x (g),acc_y (g),acc_z (g),temp\n" + rows(T * 1e3, ACC / G, 0 * T)
    (tmp_path / "walk.csv").write_text(text)
    assert __main__.main(["import", "--look", str(tmp_path / "walk.csv")]) == 0
    said = capsys.readouterr().out
    assert "acc_z (g): acceleration along z, g, mean 1" in said
    assert "temp: left out" in said
    assert "400 rows, 100 Hz, mean vector 9." in said
    assert f"type: cued import '{tmp_path / 'walk.csv'}' --placement PLACE --out FOLDER" in said
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize(
    ("scales", "unit"),
    [((1.0, 1.0, 1.0), "s,m/s2,rad/s"), ((1e3, 1 / G, 400.0), "ms,g,deg/s")],
)
def test_inspecting_suggests_units_from_the_numbers(tmp_path, capsys, scales, unit):
    t, acc, gyr = (x * by for x, by in zip((T, ACC, GYR), scales, strict=True))
    (tmp_path / "walk.csv").write_text("t,ax,ay,az,gx,gy,gz\n" + rows(t, acc, gyr))
    __main__.main(["import", "--look", str(tmp_path / "walk.csv")])
    assert capsys.readouterr().out.rstrip().endswith(f"--out FOLDER --units {unit}")


def test_rows_that_share_a_time_are_spread_and_reported(tmp_path, capsys):
    stamps = np.repeat(T[::4], 4)
    (tmp_path / "chest.csv").write_text("t_s,ax,ay,az\n" + rows(stamps, ACC))
    same(imported(tmp_path, tmp_path / "chest.csv"), gyr=False)
    assert "300 rows share their time with others and were spread" in capsys.readouterr().err


def test_a_heading_cannot_send_escape_codes_to_the_terminal(tmp_path, capsys):
    (tmp_path / "chest.csv").write_text("t_s,ax,ay,az,a\x1b[2J\n" + rows(T, ACC, 0 * T))
    __main__.main(["import", "--look", str(tmp_path / "chest.csv")])
    imported(tmp_path, tmp_path / "chest.csv")
    assert "\x1b" not in "".join(capsys.readouterr())


def test_jumping_without_gravity_is_known_by_its_mean():
    jump = np.column_stack([0 * T, 0 * T, 30 * np.sin(2 * np.pi * 2 * T)])
    assert np.median(np.linalg.norm(jump, axis=1)) > 10
    assert not has_gravity(jump, T)
    assert has_gravity(jump + np.array([0, 0, G]), T)


def test_a_pipe_is_refused_at_once(tmp_path, capsys):
    os.mkfifo(tmp_path / "p.csv")
    assert imported(tmp_path, tmp_path / "p.csv", "--placement", "waist") is None
    assert "a pipe or a device" in capsys.readouterr().err


def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path, capsys):
    (tmp_path / "p.xls").write_bytes(b"\xd0\xcf\x11\xe0" * 99)
    assert imported(tmp_path, tmp_path / "p.xls", "--placement", "waist") is None
    said = capsys.readouterr().err
    assert "export as CSV" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("text", ["Quat_W", "Euler_X", "AngleX(°)", "PacketCounter", "mag_x (uT)"])
def test_files_without_motion_are_not_recognised(text):
    assert heading(text) is None
