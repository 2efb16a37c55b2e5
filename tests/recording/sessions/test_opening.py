"""Openings: which are read, and what they hold of a configuration."""

from __future__ import annotations

import msgspec
import pytest

from cued.config import convert
from cued.gait.fusion.chains import GaitConfig
from cued.model import (
    RecordingError,
)
from cued.recording.sessions import records
from cued.recording.sessions.opening import FORMAT, Opening, configuration, tables
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionFile


def opened(record):
    file = SessionFile()
    file._about(records.OPENING, record)
    return file.drain()


def test_a_newer_format_is_refused_with_its_writer(tmp_path):
    path = tmp_path / "new.mcap"
    path.write_bytes(opened({"format": FORMAT + 1, "cued": "9.0"}))
    with pytest.raises(RecordingError, match=f"format {FORMAT + 1}, written by cued 9.0"):
        RecordedSession(path)


def test_a_key_added_by_a_later_version_is_ignored(tmp_path):
    path = tmp_path / "later.mcap"
    path.write_bytes(opened({"format": FORMAT, "weather": "fine"}))
    assert len(RecordedSession(path).parts) == 1


def test_a_part_that_the_opening_does_not_name_is_off():
    rules = configuration(Opening(config={"rules": {}})).parts.get("rules", {})
    assert not rules


def test_settings_are_laid_over_the_tables():
    changed = configuration(Opening(), {"station.language": "de"})
    assert changed.station.language == "de"


def test_an_opening_includes_the_engine_options():
    chosen = convert(
        {
            "gait": {"starts_forward": True},
            "metrics": {"bounce_cm": {"enabled": False}},
            "sensors": {"back": {"device": "bangle", "placement": "lower_back", "name": "B 1"}},
        }
    )
    again = configuration(Opening(config=msgspec.json.decode(msgspec.json.encode(tables(chosen)))))
    assert again.gait == chosen.gait != GaitConfig()
    assert again.parts["metrics"] == chosen.parts["metrics"]
    assert again.parts["rules"] == chosen.parts["rules"]
    assert again.sensors["back"].placement == "lower_back"
    assert again.sensors["back"].name == ""
