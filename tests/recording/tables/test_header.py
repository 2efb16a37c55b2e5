"""A recording's description of itself is read, or refused with line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from cued.model import RecordingError
from cued.recording.tables.table import read_table
from tests.recording.tables.recordings import TOML

BAD_TOML = {
    "missing": ("", 1, "empty"),
    "not toml": (TOML.replace("[belt]", "[belt"), 4, "not valid TOML"),
    "no sensor": ("format = 1\n", 1, "sensor"),
    "newer format": (TOML.replace("format = 1", "format = 2"), 1, "format 2"),
    "wrong type": (TOML.replace("rate_hz = 50.0", 'rate_hz = "50"'), 18, "sensor[1].rate_hz"),
    "out of range": (TOML.replace("rate_hz = 50.0", "rate_hz = 0"), 18, ">= 5.0"),
    "missing key": (TOML.replace("rate_hz = 50.0\n", ""), 14, "rate_hz"),
    "slip in a key": (
        TOML.replace("rate_hz = 50.0", "ratehz = 50.0"),
        18,
        "did you mean 'rate_hz'",
    ),
    "slip in a section": (TOML.replace("[belt]", "[belts]"), 4, "did you mean 'belt'"),
    "placement": (TOML.replace('"foot_left"', '"left_foot"'), 16, "placement 'left_foot'"),
    "same name": (TOML.replace('"left"', '"trunk"'), 15, "two sensors named 'trunk'"),
    "skewed mounting": (TOML.replace("[0, 1, 0]", "[1, 0, 0]"), 12, "perpendicular"),
    "mirrored mounting": (TOML.replace("[0, 1, 0]", "[0, -1, 0]"), 12, "right-handed"),
    "short mounting": (TOML.replace("[0, 1, 0], ", ""), 12, "mounting"),
    "other folder": (TOML.replace('"trunk.csv"', '"../trunk.csv"'), 10, "sensor[0].file"),
}


@pytest.mark.parametrize("case", BAD_TOML)
def test_a_wrong_header_is_refused_with_line_and_reason(folder: Path, case: str):
    text, line, reason = BAD_TOML[case]
    (folder / "recording.toml").write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_table(folder)
    message = str(refused.value)
    assert f"recording.toml, line {line}: " in message
    assert reason in message


def test_keys_that_resemble_no_known_one_are_kept_as_notes(folder: Path):
    (folder / "recording.toml").write_text(
        "weather = 'rain'\n" + TOML + "\n[person]\nmass_kg = nan\n"
    )
    assert read_table(folder).person.mass_kg is None
