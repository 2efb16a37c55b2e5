"""Rare or wrong exports: the right values, or one line that says what to do."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest

from cued import __main__
from cued.recording.imports.cells import Writing, number_as, writing
from cued.recording.imports.headings import heading, without_place
from cued.recording.tables.table import read_table
from tests.recording.imports import exports

G = 9.80665
N = 600
T = np.arange(N) / 100.0
ACC = np.column_stack([np.sin(6 * T), 0.3 * np.cos(9 * T) - 3.0, 9.3 + 2 * np.sin(12 * T)])
GYR = np.column_stack([0.2 * np.sin(6 * T), np.cos(6 * T), np.sin(T)])
DPS = np.degrees(GYR)
MG = ACC / G * 1e3
BEGAN = 1_731_000_000.0


def rows(*columns, separator=",", form="{:.10g}", end="\n"):
    flat = []
    for column in columns:
        several = np.atleast_2d(np.array(column).T) if not isinstance(column, list) else [column]
        flat += [[v if isinstance(v, str) else form.format(v) for v in one] for one in several]
    return "".join(separator.join(cells) + end for cells in zip(*flat, strict=True))


def stamps(form):
    at = [datetime.fromtimestamp(round(BEGAN + t, 6), UTC) for t in T]
    return [d.strftime(form).replace("@@@", f"{d.microsecond // 1000:03d}") for d in at]


def german(x, digits=2):
    return f"{x:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def imported(tmp_path, *words):
    status = __main__.main(["import", *map(str, words), "--out", str(tmp_path / "out")])
    return read_table(tmp_path / "out") if status == 0 else None


def same(made, *, gyr=False, within=0.01):
    (track,) = made.sensors
    np.testing.assert_allclose(track.t - track.t[0], T, atol=2e-3)
    np.testing.assert_allclose(track.acc, ACC, atol=within)
    if gyr:
        np.testing.assert_allclose(track.gyr, GYR, atol=within)
    else:
        assert track.gyr is None


ACTILIFE = (
    "------ Data File Created By ActiGraph wGT3XBT ActiLife v6.13.4 date format dd.MM.yy at 100 Hz"
    " Filter Normal -----\n" + "x: 1\n" * 8 + "---------\n"
)
SHIMMER_NAMES = ("Timestamp", *(f"Low Noise Accelerometer {a}" for a in "XYZ"))
OPAL = [f"XI-000123/{what}/{axis}" for what in ("Accelerometer", "Gyroscope") for axis in "XYZ"]
FILES = {
    "numbers of rows as R writes them": (
        '"t" "ax" "ay" "az"\n' + rows([f'"{n + 1}"' for n in range(N)], T, ACC, separator=" "),
        ["--units", "s,m/s2"],
    ),
    "points between thousands": (
        "Zeit (ms);acc x (mg);acc y (mg);acc z (mg)\n"
        + rows(
            [german(t * 1e3, 0) for t in T],
            *([german(v) for v in column] for column in MG.T),
            separator=";",
        ),
        [],
    ),
    "commas between thousands": (
        "time (ms),acc x (mg),acc y (mg),acc z (mg)\n"
        + rows([f'"{t * 1e3:,.0f}"' for t in T], *([f'"{v:,.2f}"' for v in c] for c in MG.T)),
        [],
    ),
    "decimal commas in quotes": (
        "t_s,ax,ay,az\n"
        + rows(*([f'"{v:.5f}"'.replace(".", ",") for v in c] for c in (T, *ACC.T))),
        [],
    ),
    "a date and a time of day in German": (
        "Datum;Uhrzeit;ax (m/s2);ay (m/s2);az (m/s2)\n"
        + rows(stamps("%d.%m.%Y"), stamps("%H:%M:%S,@@@"), ACC, separator=";"),
        [],
    ),
    "a MATLAB timetable": (
        "Time,X,Y,Z\n" + rows([f"{t:.4g} sec" for t in T], ACC),
        ["--units", "m/s2"],
    ),
    "ActiLife without headings": (ACTILIFE + rows(ACC / G), []),
    "ActiLife without headings in German": (
        ACTILIFE + rows(ACC / G, separator=";").replace(".", ","),
        [],
    ),
    "Axivity with a gyroscope": (rows(stamps("%Y-%m-%d %H:%M:%S.@@@"), ACC / G, DPS), []),
    "Axivity with light, battery and temperature": (
        rows(stamps("%Y-%m-%d %H:%M:%S.@@@"), ACC / G, 0 * T + 120, 0 * T + 4, 0 * T + 21),
        [],
    ),
    "Shimmer with formatted times": (
        '"sep=\\t"\n'
        + "\t".join(
            f"Shimmer_B6F4_{n}_CAL"
            for n in (
                "Timestamp_FormattedUnix",
                *(f"Accel_LN_{a}" for a in "XYZ"),
                *(f"Gyro_{a}" for a in "XYZ"),
            )
        )
        + "\t\nyyyy/mm/dd hh:mm:ss.000"
        + "\tm/(s^2)" * 3
        + "\tdeg/s" * 3
        + "\t\n"
        + rows(stamps("%Y/%m/%d %H:%M:%S.@@@"), ACC, DPS, separator="\t", end="\t\n"),
        [],
    ),
    "Shimmer with four lines of headings": (
        "\t".join(["Shimmer_B6F4"] * 4)
        + "\n"
        + "\t".join(SHIMMER_NAMES)
        + "\nCAL\tCAL\tCAL\tCAL\nmSecs\tm/(sec^2)\tm/(sec^2)\tm/(sec^2)\n"
        + rows((BEGAN + T) * 1e3, ACC, separator="\t", form="{:.14g}"),
        [],
    ),
    "APDM Opal": (
        "Format=5,Time," + ",".join(OPAL) + "\n"
        + rows(np.arange(N), (BEGAN + T) * 1e6, ACC, GYR, form="{:.17g}"),
        ["--units", "m/s2,rad/s"],
    ),
    "units behind commas": (
        '"time,s","acc x,mG","acc y,mG","acc z,mG"\n' + rows(T, MG),
        [],
    ),
    "a minus and thousands as a text program sets them": (
        "time (ms);acc x (mg);acc y (mg);acc z (mg)\n"
        + rows([f"{t * 1e3:,.0f}" for t in T], MG, separator=";")
        .replace(",", "\u202f").replace("-", "\u2212"),
        ["--columns", "t=time (ms)"],
    ),
    "a byte order mark twice": ("\ufeff\ufefft_s,ax,ay,az\n" + rows(T, ACC), []),
    "days since 1900": (
        "date,ax (m/s2),ay (m/s2),az (m/s2)\n"
        + rows([f"{25569 + (BEGAN + t) / 86400:.11f}" for t in T], ACC),
        ["--columns", "t=date", "--units", "days"],
    ),
    "Noraxon": (
        "name\nwalk\n\ntime,Activity,Marker,"
        + ",".join(f"Pelvis Accel Sensor {a} (mG)" for a in "XYZ")
        + ","
        + ",".join(f"Noraxon MyoMotion-Segments-Pelvis-Gyroscope-{a} (deg/s)" for a in "xyz")
        + "\n"
        + rows(T, 0 * T, 0 * T, MG, DPS),
        ["--units", "s"],
    ),
    "Delsys, one rate": (
        "X[s]," + ",".join(f"Trigno IM sensor 1: ACC 1.{a} [g]" for a in "XYZ") + "\n"
        + rows(T, ACC / G),
        [],
    ),
    "no numbers as C writes them": (
        "t_s,ax,ay,az,gx,gy,gz,temp\n" + rows(T, ACC, GYR, ["1.#QNAN"] * N),
        [],
    ),
}  # fmt: skip
TURNING = ("with a gyroscope", "formatted times", "Opal", "as C writes")


@pytest.mark.parametrize("kind", FILES)
def test_a_file_means_what_was_measured(tmp_path, kind):
    text, words = FILES[kind]
    (tmp_path / "walk.csv").write_text(text, encoding="utf-8")
    made = imported(tmp_path, tmp_path / "walk.csv", "--placement", "lower_back", *words)
    same(made, gyr=any(word in kind for word in TURNING))


def test_nan_cells_of_c_and_spreadsheets_are_unknown(tmp_path):
    lines = ("t_s,ax,ay,az\n" + rows(T, ACC)).split("\n")
    for at, nothing in enumerate(["1.#QNAN", "-1.#IND", "#NV", "#DIV/0!", "?"], start=20):
        t, _, ay, az = lines[at].split(",")
        lines[at] = ",".join([t, nothing, ay, az])
    (tmp_path / "trunk.csv").write_text("\n".join(lines))
    (track,) = imported(tmp_path, tmp_path / "trunk.csv").sensors
    assert np.isnan(track.acc[:, 0]).sum() == 5


@pytest.mark.parametrize("head", ["sensor", "Position", "device_name", "设备名称"])
def test_interleaved_rows_of_two_sensors_are_two_sensors(tmp_path, head):
    lines = zip(T, ACC, ACC[:, [2, 0, 1]], strict=True)
    text = "".join(
        f"{name},{t},{x},{y},{z}\n"
        for t, left, right in lines
        for name, (x, y, z) in (("left_foot", left), ("right_foot", right))
    )
    (tmp_path / "walk.csv").write_text(f"{head},t_s,ax,ay,az\n{text}")
    left, right = imported(tmp_path, tmp_path / "walk.csv").sensors
    assert (left.placement, right.placement) == ("foot_left", "foot_right")
    np.testing.assert_allclose(left.acc, ACC, atol=1e-3)
    np.testing.assert_allclose(right.acc, ACC[:, [2, 0, 1]], atol=1e-3)


def test_numbered_sensors_are_not_mistaken_for_one(tmp_path, capsys):
    text = "".join(f"{n},{t},{x},{y},{z}\n" for t, (x, y, z) in zip(T, ACC, strict=True)
                   for n in (1, 2))  # fmt: skip
    (tmp_path / "walk.csv").write_text(f"sensor_id,t_s,ax,ay,az\n{text}")
    assert imported(tmp_path, tmp_path / "walk.csv", "--placement", "waist") is None
    assert "say which of sensor_id_1, sensor_id_2" in capsys.readouterr().err


def test_numbered_headings_are_separate_sensors(tmp_path):
    heads = ",".join(f"acc{n}_{axis}" for n in (1, 2) for axis in "xyz")
    (tmp_path / "walk.csv").write_text(f"t_s,{heads}\n" + rows(T, ACC, 1.01 * ACC))
    words = ["--units", "m/s2", "--placement", "1=foot_left", "--placement", "2=foot_right"]
    left, right = imported(tmp_path, tmp_path / "walk.csv", *words).sensors
    np.testing.assert_allclose(left.acc, ACC, atol=1e-3)
    np.testing.assert_allclose(right.acc, 1.01 * ACC, atol=1e-3)


def block(values, start, key, named):
    some = values[start : start + 8].tolist()
    return {"Timestamp": start * 10, key: [dict(zip("xyz", r, strict=True)) for r in some]
            if named else some}  # fmt: skip


@pytest.mark.parametrize("named", [True, False])
def test_movesense_with_turn_rates_in_separate_blocks(tmp_path, named):
    starts = range(0, N, 8)
    whole = {
        "Meas": {
            "Acc": [block(ACC, n, "ArrayAcc", named) for n in starts],
            "Gyro": [block(DPS, n, "ArrayGyro", named) for n in starts],
        }
    }
    (tmp_path / "m.json").write_text(json.dumps(whole))
    same(imported(tmp_path, tmp_path / "m.json", "--placement", "chest"), gyr=True)


@pytest.mark.parametrize(("platform", "scale"), [("android", 1.0), ("ios", -1.0 / G)])
@pytest.mark.parametrize("more", [False, True])
def test_sensor_loggers_uncalibrated_files(tmp_path, platform, scale, more):
    files = {
        "AccelerometerUncalibrated.csv": exports.sensor_logger(scale * ACC, T),
        "GyroscopeUncalibrated.csv": exports.sensor_logger(GYR, T),
        "Metadata.csv": exports.ABOUT.format(platform, "false"),
    }
    if more:
        files["Accelerometer.csv"] = exports.sensor_logger(0.1 * GYR, T)
    exports.zipped(tmp_path / "a.zip", files)
    same(imported(tmp_path, tmp_path / "a.zip", "--placement", "waist"), gyr=True)


def test_turn_rates_too_small_for_movement_are_reported(tmp_path, capsys):
    heads = "t_s,ax,ay,az,gx (deg/s),gy (deg/s),gz (deg/s)\n"
    (tmp_path / "chest.csv").write_text(heads + rows(T, ACC, GYR))
    imported(tmp_path, tmp_path / "chest.csv")
    assert "is the unit in the heading right?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.gpx", b"<?xml version='1.0'?>\n<gpx></gpx>", "no motion of the body"),
        ("a.tcx", b"<TrainingCenterDatabase/>", "no motion of the body"),
        ("a.csv", b"<?xml version='1.0'?>\n<gpx></gpx>", "no motion of the body"),
        ("b.csv", bytes(range(1, 256)) * 9, "not text, despite its name"),
        ("c.csv", b"X[s],X[s],acc x (g),acc y (g),acc z (g)\n1,1,1,1,1\n", "its own heading"),
        ("d.csv", b"t_s,ax,ay,az\n0,0 m/s2,0 m/s2,9.8 m/s2\n1,0,0,9\n", "ax is '0 m/s2'"),
        ("e.csv", b"Export of MyoLab\nwhen;where;what;who\n1;2;3;4\n", "when, where, what, who"),
    ],
)
def test_a_file_without_motion_gives_one_line_with_what_to_do(
    tmp_path, capsys, name, content, message
):
    (tmp_path / name).write_bytes(content)
    assert imported(tmp_path, tmp_path / name, "--placement", "waist") is None
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_a_spreadsheet_under_any_name_is_refused_with_what_to_do(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "a.csv", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    assert imported(tmp_path, tmp_path / "a.csv") is None
    assert "a spreadsheet: export as CSV" in capsys.readouterr().err


def test_a_damaged_fit_file_is_reported(tmp_path, capsys):
    raw = bytearray(exports.fit())
    raw[-1] ^= 0xFF
    (tmp_path / "a.fit").write_bytes(raw)
    assert len(imported(tmp_path, tmp_path / "a.fit").belt) == 3
    assert "the checksum is wrong" in capsys.readouterr().err


def test_contradictory_fit_bytes_give_one_line(tmp_path, capsys):
    raw = bytearray(exports.fit())
    raw[4] = 0
    (tmp_path / "a.fit").write_bytes(raw)
    assert imported(tmp_path, tmp_path / "a.fit") is None
    assert capsys.readouterr().err.count("\n") == 1


def test_fit_records_that_run_backward_are_reported(tmp_path, capsys):
    raw = exports.fit()
    head = bytes([0x45, 0, 0]) + struct.pack("<H", 20) + bytes([2, 253, 4, 0x86, 6, 2, 0x84])
    body = raw[raw[0] : -2] + head
    body += b"".join(b"\5" + struct.pack("<IH", 1_000_000_000 - n, 1300 + n) for n in range(9))
    whole = raw[:4] + struct.pack("<I", len(body)) + raw[8 : raw[0]] + body + raw[-2:]
    (tmp_path / "a.fit").write_bytes(whole)
    imported(tmp_path, tmp_path / "a.fit")
    assert "left out: 9" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "separator", "written"),
    [
        ("0,5;1.000\n", ";", Writing(True, ".")),
        ("0,5;0.010\n1;1.000\n", ";", Writing(True)),  # an unambiguous decimal point
        ("0.5;1.000\n", ";", Writing(True)),
        ("1,234.5;2\n", ";", Writing(False, ",")),
        ("0,5;14.11.2023\n", ";", Writing(True)),
        ('"1,234.5","2"\n', ",", Writing(False, ",")),
        ('"0,25","2"\n', ",", Writing(True)),
        ('"1.234,5","2"\n', ",", Writing(True, ".")),
        ("1,234\n", ",", Writing(False)),
    ],
)
def test_the_number_format_is_judged_from_the_whole_file(text, separator, written):
    assert writing(text, separator) == written


def test_an_ambiguous_comma_is_refused():
    with pytest.raises(ValueError, match="1,234"):
        number_as("1,234", writing('"1,234","5,678"', ","))


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
    ("words", "message"),
    [
        (["report"], "a folder, not a session; cued sessions lists"),
        (["export", "--csv", "x.csv"], "a folder, not a session; cued sessions lists"),
        (["replay"], "a pipe or a device, not a file"),
        (["explain", "--at", "1"], "a pipe or a device, not a file"),
    ],
)
def test_folders_and_pipes_instead_of_a_recording_are_refused(tmp_path, capsys, words, message):
    (tmp_path / "chest.csv").write_text("t_s,ax,ay,az\n" + rows(T, ACC))
    imported(tmp_path, tmp_path / "chest.csv")
    table = next((tmp_path / "out").glob("*.csv*"))
    table.unlink()
    os.mkfifo(table)
    capsys.readouterr()
    assert __main__.main([words[0], str(tmp_path / "out"), *words[1:]]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("link", [False, True])
def test_a_file_that_is_no_table_gets_no_explanation(tmp_path, capsys, link):
    path = tmp_path / "walk"
    if link:
        path.symlink_to(path)
    else:
        path.write_text("hello")
    assert __main__.main(["explain", str(path), "--at", "1"]) == 1
    assert "this is not a table recording" in capsys.readouterr().err
