"""Files of other software become an equal recording, or one line and no file."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cued import __main__
from cued.recording.tables.table import read_table
from tests.recording.imports.exports import (
    ACC,
    GYR,
    T,
    fit,
    folder,
    imported,
    lines,
    phyphox,
    refused,
    same,
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


def test_text_in_another_encoding_is_read_with_a_note(tmp_path, capsys):
    source = tmp_path / "trunk.csv"
    source.write_bytes(lines("t_s,ax (m/s²),ay (m/s²),az (m/s²)", T, ACC).encode("latin-1"))
    made = imported(tmp_path, source)
    same(made.sensors[0], gyr=None)
    assert "not UTF-8, read as Latin-1" in capsys.readouterr().err


def test_a_missing_file_is_reported_before_missing_options(tmp_path, capsys):
    assert __main__.main(["import", str(tmp_path / "nowhere")]) != 0
    assert capsys.readouterr().err.endswith("nowhere: there is no such file or folder\n")
