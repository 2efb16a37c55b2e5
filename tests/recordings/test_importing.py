"""What other software wrote becomes a recording that means the same, or one line and no file."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cued import __main__
from cued.recording.imports.headings import heading
from cued.recording.tables.table import read_table

N, RATE_HZ, G = 400, 100.0, 9.80665
T = np.arange(N) / RATE_HZ
ACC = np.column_stack([np.sin(6 * T), 0.3 * np.cos(9 * T), G + 2 * np.sin(12 * T)])
GYR = np.column_stack([0.2 * np.sin(6 * T), np.cos(6 * T), 0.1 * T])
BEGAN = 1.7e9
ABOUT = "version,platform,appVersion,standardisation\n3,{},1.40,{}\n"


def lines(head, *columns, separator=",", form="{:.9E}", comma=False):
    rows = np.column_stack(columns)
    text = "\n".join(separator.join(form.format(v) for v in row) for row in rows)
    return head + "\n" + (text.replace(".", ",") if comma else text) + "\n"


def sensor_logger(values, t=T):
    rows = zip(t, values[:, ::-1], strict=True)
    body = "".join(
        f"{int((BEGAN + at) * 1e9)},{at:.9f},{z:.9f},{y:.9f},{x:.9f}\n" for at, (z, y, x) in rows
    )
    return "time,seconds_elapsed,z,y,x\n" + body


def phyphox(name, unit, values, separator=",", comma=False, t=T):
    heads = ["Time (s)", *(f"{name} {axis} ({unit})" for axis in "xyz")]
    head = separator.join(f'"{h}"' for h in heads)
    return lines(head, t, values, separator=separator, comma=comma)


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def folder(path, files):
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


def imported(tmp_path, *words, out="out"):
    status = __main__.main(["import", *map(str, words), "--out", str(tmp_path / out)])
    return status, read_table(tmp_path / out) if status == 0 else None


def same(track, acc=ACC, gyr=GYR, within=2e-5):
    np.testing.assert_allclose(track.t, T, atol=1e-6)
    np.testing.assert_allclose(track.acc, acc, atol=within)
    if gyr is None:
        assert track.gyr is None
    else:
        np.testing.assert_allclose(track.gyr, gyr, atol=within)


def refused(tmp_path, capsys, *words):
    status, _ = imported(tmp_path, *words)
    said = capsys.readouterr().err
    assert status == 1
    assert said.count("\n") == 1, said
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*.new"))
    return said


# --- Sensor Logger ------------------------------------------------------------------------------


def test_android_with_gravity_is_taken_as_it_is(tmp_path):
    files = {
        "Accelerometer.csv": sensor_logger(ACC - [0, 0, G]),
        "TotalAcceleration.csv": sensor_logger(ACC),
        "Gyroscope.csv": sensor_logger(GYR),
        "Metadata.csv": ABOUT.format("android", "false"),
    }
    _, made = imported(tmp_path, zipped(tmp_path / "a.zip", files), "--placement", "lower_back")
    same(made.sensors[0])
    assert made.sensors[0].placement == "lower_back"
    assert made.sensors[0].rate_hz == RATE_HZ


@pytest.mark.parametrize(("standardised", "sign"), [("false", -1.0), ("true", 1.0)])
def test_an_iphones_signs_are_turned_round_unless_the_app_did_so(tmp_path, standardised, sign):
    gravity = np.tile([0.0, 0.0, G], (N, 1))
    files = {
        "Accelerometer.csv": sensor_logger(sign * (ACC - gravity)),
        "Gravity.csv": sensor_logger(sign * gravity),
        "Gyroscope.csv": sensor_logger(GYR),
        "Metadata.csv": ABOUT.format("ios", standardised),
    }
    _, made = imported(tmp_path, zipped(tmp_path / "i.zip", files), "--placement", "waist")
    same(made.sensors[0])


def test_a_gyroscope_that_ticks_apart_is_brought_onto_the_accelerations(tmp_path):
    late = T + 0.004
    gyr = np.column_stack([np.sin(3 * late), np.cos(3 * late), late])
    files = {"TotalAcceleration.csv": sensor_logger(ACC), "Gyroscope.csv": sensor_logger(gyr, late)}
    source = folder(tmp_path / "in", files)
    _, made = imported(tmp_path, source, "--placement", "lower_back")
    true = np.column_stack([np.sin(3 * T), np.cos(3 * T), T])
    assert np.isfinite(made.sensors[0].gyr).all()
    np.testing.assert_allclose(made.sensors[0].gyr[1:], true[1:], atol=2e-4)


def test_a_gap_in_the_gyroscope_is_unknown_and_not_a_line(tmp_path):
    there = (T < 1.0) | (T > 2.0)
    files = {
        "TotalAcceleration.csv": sensor_logger(ACC),
        "Gyroscope.csv": sensor_logger(GYR[there], T[there]),
    }
    _, made = imported(tmp_path, folder(tmp_path / "in", files), "--placement", "lower_back")
    gone = np.isnan(made.sensors[0].gyr).all(axis=1)
    assert gone[105:195].all()
    assert not gone[:99].any()


def test_acceleration_without_gravity_is_refused(tmp_path, capsys):
    files = {"Accelerometer.csv": sensor_logger(ACC - [0, 0, G])}
    path = zipped(tmp_path / "a.zip", files)
    said = refused(tmp_path, capsys, path, "--placement", "waist")
    assert "a.zip/Accelerometer.csv, line 1: this is without gravity" in said


def test_without_metadata_the_signs_that_were_taken_are_told(tmp_path, capsys):
    files = {
        "Accelerometer.csv": sensor_logger(ACC - [0, 0, G]),
        "Gravity.csv": sensor_logger(np.tile([0.0, 0.0, G], (N, 1))),
    }
    path = zipped(tmp_path / "a.zip", files)
    _, made = imported(tmp_path, path, "--placement", "waist")
    same(made.sensors[0], gyr=None)
    assert "signs were taken for Android's" in capsys.readouterr().err
    upright = "[[1,0,0],[0,1,0],[0,0,1]]"
    words = [path, "--placement", "waist", "--mounting", upright, "--signs", "ios"]
    assert imported(tmp_path, *words, out="turned")[0] == 1
    assert "upside down, or all signs are" in capsys.readouterr().err


def test_rows_written_twice_are_left_out_and_told(tmp_path, capsys):
    text = sensor_logger(ACC).split("\n")
    text.insert(50, text[50])
    files = {"TotalAcceleration.csv": "\n".join(text)}
    _, made = imported(tmp_path, folder(tmp_path / "in", files), "--placement", "waist")
    same(made.sensors[0], gyr=None)
    assert "1 rows that repeat the row" in capsys.readouterr().err


# --- phyphox ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("separator", "comma"), [(",", False), (";", True), ("\t", False)])
def test_phyphox_is_read_with_any_separator(tmp_path, separator, comma):
    files = {
        "Accelerometer.csv": phyphox("Acceleration", "m/s^2", ACC, separator, comma),
        "Gyroscope.csv": phyphox("Gyroscope", "rad/s", GYR, separator, comma),
        "meta/device.csv": '"property","value"\n"deviceModel","x"\n',
    }
    _, made = imported(tmp_path, zipped(tmp_path / "p.zip", files), "--placement", "chest")
    same(made.sensors[0])
    assert made.source == "imported from phyphox"


def test_one_phyphox_file_with_filled_up_columns_is_enough(tmp_path):
    text = phyphox("Acceleration", "m/s^2", ACC) + "NaN,NaN,NaN,NaN\n" * 3
    source = folder(tmp_path / "in", {"Raw Data.csv": text}) / "Raw Data.csv"
    _, made = imported(tmp_path, source, "--placement", "chest")
    same(made.sensors[0], gyr=None)


def test_phyphox_without_gravity_is_refused(tmp_path, capsys):
    text = phyphox("Linear Acceleration", "m/s^2", ACC - [0, 0, G])
    source = folder(tmp_path / "in", {"Linear.csv": text})
    assert "without gravity; with it" in refused(tmp_path, capsys, source, "--placement", "chest")


# --- columns ------------------------------------------------------------------------------------


def test_headings_tell_the_units(tmp_path):
    head = "time_ms,acc_x_g,acc_y_g,acc_z_g,gyro_x_dps,gyro_y_dps,gyro_z_dps,note"
    text = lines(head, T * 1e3, ACC / G, np.degrees(GYR), np.zeros(N)).replace("0.0E", "x")
    belt = lines("Time [s],Speed (km/h),incline_percent", [0, 2], [3.6, 7.2], [0, 1])
    files = {"foot_left.csv": text, "Foot_Right.csv": text, "belt.csv": belt}
    truth = "t_s,kind,side,value\n1.0,contact,left,\n"
    source = folder(tmp_path / "in", {**files, "truth.csv": truth})
    _, made = imported(tmp_path, source, "--height", "1.7", "--subject", "x-01")
    places = {s.name: s.placement for s in made.sensors}
    assert places == {"foot_left": "foot_left", "Foot_Right": "foot_right"}
    same(made.sensors[0])
    assert [(b.t, b.speed_m_s, b.incline_percent) for b in made.belt] == [(0, 1, 0), (2, 2, 1)]
    assert made.person.height_m == 1.7
    assert [row.kind for row in made.truth] == ["contact"]


def test_the_columns_of_a_table_recording_mean_what_they_mean_there(tmp_path):
    text = lines("t_s,ax,ay,az,gx,gy,gz", T, ACC, GYR)
    source = folder(tmp_path / "in", {"trunk.csv": text})
    _, made = imported(tmp_path, source, "--belt", "1.2", "--incline", "3")
    same(made.sensors[0])
    assert [(b.speed_m_s, b.incline_percent) for b in made.belt] == [(1.2, 3.0)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (lines("t_s,acc_x,acc_y,acc_z", T, ACC), "'acc_x' names no unit; write it there or say"),
        (lines("t_s,ax,ay,az", T, ACC / G), "this looks like g"),
        (lines("time (s),acc x (mg),acc y (mg),acc z (mg)", T, ACC), "mean vector of 0.0"),
        (lines("t_s,ax,ay,az,gx,gy,gz", T, ACC, 400 * GYR), "degrees a second"),
        (lines("t_s,ax,ay,az", T * 1e3, ACC), "is the unit of time right"),
        (lines("t_s,ax,ay,az", T[::-1], ACC), "line 3: time runs backward"),
        (lines("t_s,ax,ay,az", 0 * T, ACC), "line 3: time does not move on"),
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
def test_what_cannot_be_meant_is_refused_with_its_place(tmp_path, capsys, text, told):
    source = folder(tmp_path / "in", {"trunk.csv": text})
    said = refused(tmp_path, capsys, source)
    assert told in said
    assert ", line " in said


def test_units_may_be_said_where_no_heading_has_them(tmp_path):
    text = lines("timestamp,acc_x,acc_y,acc_z", (BEGAN + T) * 1e3, ACC / G, form="{:.6f}")
    source = folder(tmp_path / "in", {"trunk.csv": text})
    _, made = imported(tmp_path, source, "--units", "ms,g")
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
    assert found.scale is not None


@pytest.mark.parametrize(
    "text", ["Absolute acceleration (m/s^2)", "mag_x", "Magnetic field x (µT)", "temp", "", "x"]
)
def test_other_headings_mean_nothing(text):
    assert heading(text) is None


# --- FIT ----------------------------------------------------------------------------------------


def fit(acc=None, speeds=(1.0, 1.0, 2.0, 2.0)):
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.accelerometer_data_message import AccelerometerDataMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.record_message import RecordMessage

    builder = FitFileBuilder(auto_define=True)
    about = FileIdMessage()
    about.manufacturer, about.product, about.serial_number = 255, 0, 1
    about.time_created = int(BEGAN * 1000)
    builder.add(about)
    for second, speed in enumerate(speeds):
        message = RecordMessage()
        message.timestamp = int(BEGAN + second) * 1000
        message.enhanced_speed, message.grade = speed, 1.5
        builder.add(message)
    for start in range(0, 0 if acc is None else N, 25):
        message = AccelerometerDataMessage()
        message.timestamp = int(BEGAN + start // 100) * 1000
        message.timestamp_ms = start % 100 * 10
        message.sample_time_offset = list(range(0, 250, 10))
        for axis, name in enumerate("xyz"):
            setattr(
                message, f"calibrated_accel_{name}", (acc[start : start + 25, axis] / G).tolist()
            )
        builder.add(message)
    return builder.build().to_bytes()


def test_a_fit_file_gives_the_belt_and_accelerations_if_it_has_them(tmp_path):
    (tmp_path / "a.fit").write_bytes(fit(ACC))
    _, made = imported(tmp_path, tmp_path / "a.fit", "--placement", "foot_left")
    same(made.sensors[0], gyr=None, within=1e-4)
    steps = [(b.t, b.speed_m_s, b.incline_percent) for b in made.belt]
    assert steps == [(0, 1, 1.5), (2, 2, 1.5), (3, 2, 1.5)]


def test_a_fit_file_without_accelerations_gives_a_belt_that_replays(tmp_path, capsys):
    (tmp_path / "a.fit").write_bytes(fit())
    _, made = imported(tmp_path, tmp_path / "a.fit")
    assert made.sensors == ()
    assert "only the belt's speed was taken" in capsys.readouterr().err
    assert __main__.main(["replay", str(tmp_path / "out")]) == 0
    assert __main__.main(["evaluate", str(tmp_path / "out")]) == 0


def test_a_watchs_belt_and_a_phones_strides_are_put_together_by_the_time_of_day(tmp_path):
    (tmp_path / "a.fit").write_bytes(fit())
    files = {"TotalAcceleration.csv": sensor_logger(ACC, T + 1.0)}
    phone = zipped(tmp_path / "p.zip", files)
    _, made = imported(tmp_path, tmp_path / "a.fit", phone, "--placement", "lower_back")
    assert made.sensors[0].t[0] == pytest.approx(1.0, abs=1e-3)  # FIT's 0 is a second before
    assert [b.t for b in made.belt] == [0, 2, 3]


def test_exports_of_different_days_are_not_put_together(tmp_path, capsys):
    (tmp_path / "a.fit").write_bytes(fit())
    text = sensor_logger(ACC, T).replace(str(int(BEGAN) // 100000), str(int(BEGAN) // 100000 + 1))
    phone = zipped(tmp_path / "p.zip", {"TotalAcceleration.csv": text})
    said = refused(tmp_path, capsys, tmp_path / "a.fit", phone, "--placement", "waist")
    assert "not recorded at the same time" in said


# --- whatever it is -----------------------------------------------------------------------------

WHOLE = io.BytesIO()
zipped(
    WHOLE,
    {
        "Accelerometer.csv": phyphox("Acceleration", "m/s^2", ACC),
        "Gyroscope.csv": phyphox("Gyroscope", "rad/s", GYR),
    },
)
KINDS = {
    "p.zip": WHOLE.getvalue(),
    "a.fit": fit(ACC),
    "c.csv": lines("t_s,ax,ay,az", T, ACC, form="{:.5f}").encode(),
}


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_cut_or_damaged_anywhere_it_is_whole_or_one_line_and_no_folder(
    name, data, tmp_path_factory, capsys
):
    whole = KINDS[name]
    at = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.sampled_from([b"", b"\xff", b"\0", b"7"]))
    tmp_path = tmp_path_factory.mktemp("cut")
    source = tmp_path / name
    source.write_bytes(whole[:at] + (wrong + whole[at + 1 :] if wrong else b""))
    capsys.readouterr()
    status, _ = imported(tmp_path, source, "--placement", "waist")
    said = capsys.readouterr().err
    assert status in (0, 1)
    if status:
        assert said.count("\n") == 1
        assert [p.name for p in tmp_path.iterdir()] == [name]


def test_what_is_there_is_not_replaced(tmp_path, capsys):
    source = folder(tmp_path / "in", {"trunk.csv": lines("t_s,ax,ay,az", T, ACC)})
    folder(tmp_path / "out", {"mine.txt": "mine"})
    assert __main__.main(["import", str(source), "--out", str(tmp_path / "out")]) == 1
    assert "there is something already" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_where_it_was_worn_is_asked_for(tmp_path, capsys):
    text = lines("t_s,ax,ay,az", T, ACC)
    source = folder(tmp_path / "in", {"a.csv": text, "b.csv": text})
    assert "where was a worn? Say --placement a=PLACE" in refused(tmp_path, capsys, source)
    said = refused(tmp_path, capsys, source, "--placement", "waist")
    assert "say which of a, b" in said
    assert "no sensor c" in refused(tmp_path, capsys, source, "--placement", "c=waist")
    words = ["--placement", "a=foot_left", "--placement", "b=lower_back"]
    status, made = imported(tmp_path, source, *words)
    assert status == 0
    assert [s.placement for s in made.sensors] == ["foot_left", "lower_back"]


@pytest.mark.data
def test_a_real_walk_through_sensor_logger_gives_the_same_footfalls(data, tmp_path, capsys):
    walk = next(iter(sorted((data / "overground_walk").glob("voisard-*"))))
    trunk = next(s for s in read_table(walk).sensors if s.placement == "lower_back")
    files = {
        "TotalAcceleration.csv": sensor_logger(trunk.acc, trunk.t),
        "Gyroscope.csv": sensor_logger(trunk.gyr, trunk.t),
    }
    text = lines("t_s,ax,ay,az,gx,gy,gz", trunk.t, trunk.acc, trunk.gyr)
    told = []
    for name, source in (
        ("a", zipped(tmp_path / "a.zip", files)),
        ("b", folder(tmp_path / "in", {"phone.csv": text})),
    ):
        imported(tmp_path, source, "--placement", "lower_back", out=name)
        capsys.readouterr()
        __main__.main(["replay", str(tmp_path / name)])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert "footfall" in told[0]


def test_a_text_of_another_encoding_is_read_with_a_note(tmp_path, capsys):
    source = tmp_path / "trunk.csv"
    source.write_bytes(lines("t_s,ax (m/s²),ay (m/s²),az (m/s²)", T, ACC).encode("latin-1"))
    _, made = imported(tmp_path, source)
    same(made.sensors[0], gyr=None)
    assert "not UTF-8, read as Latin-1" in capsys.readouterr().err
