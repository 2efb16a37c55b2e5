"""`cued evaluate` on written recordings: its output, files and status."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cued.__main__ import main
from cued.commands import evaluate
from cued.model import Belt
from cued.recording.tables.table import SensorTrack, TableRecording, find_tables
from cued.recording.tables.truth import TruthRow
from cued.recording.tables.write import write_table


def standing(name: str) -> TableRecording:
    """Return 12 s of a standing person's sensor, with a stumble and a fall as its truth."""
    t = np.arange(0, 12, 0.01)
    acc = np.random.default_rng(5).normal([0, 0, 9.8], 0.02, (t.size, 3))
    gyr = np.random.default_rng(6).normal(0, 0.01, (t.size, 3))
    eye = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    contacts = [TruthRow(2 + 0.5 * i, "contact", "left" if i % 2 else "right") for i in range(16)]
    return TableRecording(
        name=name,
        title="walk",
        subject="voisard-x",
        sensors=(SensorTrack("trunk", "lower_back", 100.0, t, acc, gyr, eye),),
        belt=(Belt(0.0, 1.0),),
        truth=(TruthRow(0.0, "direction", value="forward"), *contacts),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        write_table(tmp_path / "walks" / name, standing(name))
    return tmp_path / "walks"


def test_tables_are_printed_and_json_is_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "scores.json"
    assert main(["evaluate", str(folder), "--json", str(out)]) == 0
    output = capsys.readouterr()
    assert "voisard trunk, walking forward" in output.out
    assert "not met" in output.out
    assert output.err == ""  # no progress in a pipe
    report = json.loads(out.read_text())
    assert report["recordings"] == 2
    assert report["scores"]["rows"][0]["contacts"]["recall"] == 0.0


def test_each_gives_a_row_for_each_recording(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", str(folder / "one"), str(folder), "--by", "recording"]) == 0
    output = capsys.readouterr().out
    assert output.count("one trunk, walking forward") == output.count("two trunk, walking forward")


def test_a_refused_recording_is_named_and_the_others_are_scored(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / "one" / "truth.csv").write_text("nonsense\n")
    assert main(["evaluate", str(folder)]) == 1
    output = capsys.readouterr()
    assert "truth.csv, line 1: " in output.err
    assert "voisard trunk, walking forward" in output.out


def test_a_folder_without_recordings_is_an_error_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["evaluate", str(tmp_path / "nothing")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_many_recordings_give_the_same_figures_on_several_processes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    alone = evaluate.evaluate([folder])
    monkeypatch.setattr(evaluate, "ALONE_UP_TO", 1)
    assert evaluate.evaluate([folder]) == alone


@pytest.mark.data
def test_a_real_recording_of_each_collection_is_scored(data: Path):
    firsts = {path.parent: path for path in reversed(find_tables(data))}
    report = evaluate.evaluate(firsts.values())
    assert report.recordings == len(firsts)
    assert not report.refused


def test_meaningless_truth_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    recording = standing("walk")
    named = [replace(row, kind="heelstrike") for row in recording.truth]
    write_table(tmp_path / "named", replace(recording, truth=tuple(named)))
    write_table(tmp_path / "none", replace(recording, truth=()))
    assert main(["evaluate", str(tmp_path)]) == 0
    output = capsys.readouterr().err
    assert "named: rows of kind heelstrike are not scored" in output
    assert "none: there is no truth" in output


def test_json_that_cannot_be_written_is_a_line_after_the_tables(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["evaluate", str(folder), "--json", str(tmp_path / "none" / "x.json")]) == 1
    output = capsys.readouterr()
    assert "voisard trunk" in output.out
    assert output.err.endswith("x.json: No such file or directory\n")


def test_by_person_pools_the_recordings_of_one_person(folder: Path, tmp_path: Path):
    other = replace(standing("three"), subject="voisard-y")
    write_table(folder / "three", other)
    out = tmp_path / "scores.json"
    assert main(["evaluate", str(folder), "--by", "person", "--json", str(out)]) == 0
    rows = json.loads(out.read_text())["scores"]["rows"]
    found = {row["group"]["data"]: row["recordings"] for row in rows}
    assert found == {"voisard-x": 2, "voisard-y": 1}


def test_without_belt_the_engine_knows_no_speed(folder: Path, monkeypatch: pytest.MonkeyPatch):
    fed: list[object] = []

    class Deaf:
        def feed(self, given: object) -> list[object]:
            fed.append(given)
            return []

    monkeypatch.setattr(evaluate.app, "engine", lambda *_: Deaf())
    assert main(["evaluate", str(folder / "one"), "--without", "belt"]) == 0
    assert fed
    assert not any(isinstance(given, Belt) for given in fed)
