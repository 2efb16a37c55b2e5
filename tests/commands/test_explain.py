"""`cued explain`: a moment in text and as a picture, from signal to decision."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cued.__main__ import main
from cued.recording.tables.table import SensorTrack, TableRecording
from cued.recording.tables.write import write_table
from tests.gait.moves import stumbling


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    block = stumbling(8.0).block()
    eye = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    assert block.gyr is not None
    track = SensorTrack("trunk", "waist", 100.0, np.array(block.t), block.acc, block.gyr, eye)
    recording = TableRecording(name="one", title="stumble", subject="x", sensors=(track,))
    write_table(tmp_path / "one", recording)
    return tmp_path / "one"


def test_a_stumble_is_explained_from_its_signs_to_the_cue(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["explain", str(folder), "--at", "8", "--text"]) == 0
    said = capsys.readouterr().out
    evidence, decision = said.split("\nevents\n")
    assert "stumble: jolt" in evidence
    assert "kind stumble" in evidence
    assert "stumble of 8." in decision


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml")])
def test_a_picture_is_drawn_of_the_kind_that_its_name_says(
    folder: Path, tmp_path: Path, name: str, begins: bytes
):
    out = tmp_path / name
    assert main(["explain", str(folder), "--at", "8", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    "wrong", [["--at", "99"], ["--at", "nan"], ["--at", "8", "--out", "a.gif"]]
)
def test_what_cannot_be_explained_is_refused_in_one_line(
    folder: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main(["explain", str(folder), *wrong]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("link", [False, True])
def test_a_file_that_is_no_table_gets_no_explanation(tmp_path, capsys, link):
    path = tmp_path / "walk"
    if link:
        path.symlink_to(path)
    else:
        path.write_text("hello")
    assert main(["explain", str(path), "--at", "1"]) == 1
    assert "this is not a table recording" in capsys.readouterr().err
