"""SVOX Pico: its voices, and a run that writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from cued.actuators.voices import pico
from cued.actuators.voices.voice import VoiceMissing, VoiceOptions


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it"])
def test_it_has_a_voice_for_each_of_the_five_languages(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(pico, "program_version", lambda _: "pico2wave 1")
    pico.Pico(VoiceOptions(language)).open()
    with pytest.raises(VoiceMissing, match="no voice 'sv'"):
        pico.Pico(VoiceOptions(language, "sv")).open()


def test_a_run_that_writes_nothing_is_left_to_the_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pico, "speak", lambda _: None)
    pico.Pico(VoiceOptions("en")).write("word", tmp_path / "out.raw")
    assert list(tmp_path.iterdir()) == []
