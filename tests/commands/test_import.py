"""The command that imports: its options, and what it prints."""

from __future__ import annotations

import pytest

from cued import __main__
from cued.commands import import_
from tests.recording.imports.exports import ACC, G, T, alike, imported, rows


def test_a_heading_cannot_send_escape_codes_to_the_terminal(tmp_path, capsys):
    (tmp_path / "chest.csv").write_text("t_s,ax,ay,az,a\x1b[2J\n" + rows(T, ACC, 0 * T))
    __main__.main(["import", "--look", str(tmp_path / "chest.csv")])
    imported(tmp_path, tmp_path / "chest.csv")
    assert "\x1b" not in "".join(capsys.readouterr())


def test_columns_can_be_named_and_lines_skipped(tmp_path):
    text = "a,b,c,d\n1,2,3,4\nwhen,one,two,three\n" + rows(T * 1e3, ACC / G)
    (tmp_path / "a.csv").write_text(text)
    words = ["--skip", "2", "--columns", "t=when,ax=one,ay=two,az=three", "--units", "ms,g"]
    alike(imported(tmp_path, tmp_path / "a.csv", "--placement", "waist", *words), gyr=False)


def test_a_missing_file_is_reported_before_missing_options(tmp_path, capsys):
    assert __main__.main(["import", str(tmp_path / "nowhere")]) != 0
    assert capsys.readouterr().err.endswith("nowhere: there is no such file or folder\n")


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--units", "ms,stone", "stone is not one of s, "),
        ("--columns", "t=when,mass=kg", "mass is not one of t, ax"),
        ("--columns", "t=", "t is not one of"),
        ("--placement", "phone=pocket", "pocket is not one of"),
        ("--mounting", "[[1,0,0],[0,1,0]]", "[[1,0,0],[0,1,0]]: "),
        ("--mounting", "a=[[1,0,0],[0,-1,0],[0,0,1]]", "right-handed"),
    ],
)
def test_an_option_that_cannot_be_meant_is_answered_with_what_can(option, value, why, capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main(["import", "x.csv", option, value])
    assert ended.value.code == 2
    assert why in capsys.readouterr().err


def test_options_may_name_a_sensor_or_a_quantity():
    eye = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    assert import_.placed("phone=waist") == ("phone", "waist")
    assert import_.placed("waist") == ("", "waist")
    assert import_.mounted("[[1,0,0],[0,1,0],[0,0,1]]") == ("", eye)
    assert import_.units("ms,gyr=deg/s,g") == {"time": "ms", "gyr": "deg/s", "acc": "g"}
