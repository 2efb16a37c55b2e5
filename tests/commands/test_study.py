"""`cued study`: from consent to a recording that can be scored, on the simulated runner."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cued.__main__ import main
from cued.recording.tables.table import find_tables, read_table

pytestmark = pytest.mark.once

SHORT = """
title = "short"
licence = "CC0-1.0"
consent = ["Movement is recorded."]
placements = ["lower_back", "foot_left", "foot_right"]
[[step]]
say = "Stand."
for_s = 6
gait = "stand"
[[step]]
say = "Walk."
for_s = 20
gait = "walk"
speed_m_s = 0.8
[[step]]
say = "Turn round."
for_s = 8
gait = "turn"
[[step]]
say = "Walk backward."
for_s = 20
gait = "walk"
direction = "backward"
speed_m_s = 0.6
"""


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def gives(text: str) -> None:
        monkeypatch.setattr("builtins.input", lambda _prompt: text)

    return gives


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(SHORT)
    return path


def test_from_consent_to_score(
    protocol: Path,
    tmp_path: Path,
    answer: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
):
    answer("yes")
    out = tmp_path / "out"
    asked = ["study", str(protocol), "--simulate", "--person", "p1", "--out", str(out)]
    assert main(asked) == 0
    (folder,) = find_tables(out)
    consent = tomllib.loads((folder / "consent.toml").read_text())
    assert consent["person"] == "p1"
    assert consent["to"] == ["Movement is recorded."]
    recording = read_table(folder)
    assert recording.licence == "CC0-1.0"
    assert {s.placement for s in recording.sensors} == {"lower_back", "foot_left", "foot_right"}
    assert max(belt.speed_m_s for belt in recording.belt) == pytest.approx(0.8)
    capsys.readouterr()
    assert main(["evaluate", str(folder), "--by", "person"]) == 0
    said = capsys.readouterr().out
    assert "simulated-p1 trunk, walking backward" in said
    assert "simulated-p1 foot, walking forward" in said


def test_each_change_is_marked_and_a_bout_starts_once_it_has_settled(
    protocol: Path, tmp_path: Path, answer: Callable[[str], None]
):
    answer("yes")
    assert main(["study", str(protocol), "--simulate", "--out", str(tmp_path / "out")]) == 0
    (folder,) = find_tables(tmp_path / "out")
    rows = read_table(folder).truth
    marks = [(r.kind, r.value, round(r.t)) for r in rows if r.kind not in ("contact", "lift")]
    assert [(value, t) for kind, value, t in marks if kind == "direction"] == [
        ("forward", 0), ("forward", 6), ("unknown", 26), ("backward", 34),
    ]  # fmt: skip
    assert [t for kind, _, t in marks if kind == "bout_start"] == [14, 42]
    assert [t for kind, _, t in marks if kind == "bout_end"] == [26, 54]


@pytest.mark.parametrize("text", ["no", "", "perhaps"])
def test_nothing_is_recorded_without_consent(
    protocol: Path, tmp_path: Path, answer: Callable[[str], None], text: str
):
    answer(text)
    assert main(["study", str(protocol), "--simulate", "--out", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()


def test_a_sensor_that_the_protocol_needs_is_named_before_consent(
    protocol: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    config = tmp_path / "cued.toml"
    config.write_text('[sensors.trunk]\ndevice = "pod"\nplacement = "lower_back"\n')
    assert main(["study", str(protocol), "--config", str(config)]) == 1
    assert "foot_left, foot_right" in capsys.readouterr().err
