"""How an export would be imported: each column's meaning, and the command to type."""

from __future__ import annotations

import pytest

from cued import __main__
from tests.recording.imports.exports import ACC, GYR, G, T, rows


def test_inspecting_refuses_what_importing_would(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("t_s,ax,ay,az\n" + rows(T, ACC - [0, 0, G]))
    __main__.main(["import", "--look", str(tmp_path / "a.csv")])
    said = capsys.readouterr().out
    assert "without gravity" in said
    assert "type:" not in said


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
