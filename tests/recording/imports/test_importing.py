"""Files of other software become an equal recording, or one line and no file."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cued import __main__
from cued.recording.tables.table import read_table
from tests.recording.imports.exports import (
    ACC,
    BEGAN,
    GYR,
    T,
    fit,
    folder,
    imported,
    lines,
    phyphox,
    refused,
    rows,
    sensor_logger,
    zipped,
)

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


@pytest.mark.once
@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_a_damaged_file_gives_a_whole_recording_or_one_line_and_no_folder(
    name, data, tmp_path_factory, capsys
):
    whole = KINDS[name]
    at = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.sampled_from([b"", b"\xff", b"\0", b"7"]))
    tmp_path = tmp_path_factory.mktemp("cut")
    source = tmp_path / name
    source.write_bytes(whole[:at] + (wrong + whole[at + 1 :] if wrong else b""))
    capsys.readouterr()
    made = imported(tmp_path, source, "--placement", "waist")
    said = capsys.readouterr().err
    if made is None:
        assert said.count("\n") == 1
        assert [p.name for p in tmp_path.iterdir()] == [name]


def test_an_existing_recording_is_not_overwritten(tmp_path, capsys):
    source = folder(tmp_path / "in", {"trunk.csv": lines("t_s,ax,ay,az", T, ACC)})
    folder(tmp_path / "out", {"mine.txt": "mine"})
    assert __main__.main(["import", str(source), "--out", str(tmp_path / "out")]) == 1
    assert "already exists" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_the_placement_is_required(tmp_path, capsys):
    text = lines("t_s,ax,ay,az", T, ACC)
    source = folder(tmp_path / "in", {"a.csv": text, "b.csv": text})
    assert "where was a worn? Say --placement a=PLACE" in refused(tmp_path, capsys, source)
    said = refused(tmp_path, capsys, source, "--placement", "waist")
    assert "say which of a, b" in said
    assert "no sensor c" in refused(tmp_path, capsys, source, "--placement", "c=waist")
    words = ["--placement", "a=foot_left", "--placement", "b=lower_back"]
    made = imported(tmp_path, source, *words)
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
    outputs = []
    for name, source in (
        ("a", zipped(tmp_path / "a.zip", files)),
        ("b", folder(tmp_path / "in", {"phone.csv": text})),
    ):
        imported(tmp_path, source, "--placement", "lower_back", out=name)
        capsys.readouterr()
        __main__.main(["replay", str(tmp_path / name)])
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert "footfall" in outputs[0]


def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path, capsys):
    (tmp_path / "p.xls").write_bytes(b"\xd0\xcf\x11\xe0" * 99)
    assert imported(tmp_path, tmp_path / "p.xls", "--placement", "waist") is None
    said = capsys.readouterr().err
    assert "export as CSV" in said
    assert said.count("\n") == 1


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


def test_belt_of_a_watch_and_strides_of_a_phone_are_joined_by_time_of_day(tmp_path):
    (tmp_path / "a.fit").write_bytes(fit())
    files = {"TotalAcceleration.csv": sensor_logger(ACC, T + 1.0)}
    phone = zipped(tmp_path / "p.zip", files)
    made = imported(tmp_path, tmp_path / "a.fit", phone, "--placement", "lower_back")
    assert made.sensors[0].t[0] == pytest.approx(1.0, abs=1e-3)  # one second after FIT's epoch
    assert [b.t for b in made.belt] == [0, 2, 3]


def test_exports_of_different_days_are_not_joined(tmp_path, capsys):
    (tmp_path / "a.fit").write_bytes(fit())
    text = sensor_logger(ACC, T).replace(str(int(BEGAN) // 100000), str(int(BEGAN) // 100000 + 1))
    phone = zipped(tmp_path / "p.zip", {"TotalAcceleration.csv": text})
    said = refused(tmp_path, capsys, tmp_path / "a.fit", phone, "--placement", "waist")
    assert "not recorded at the same time" in said
