"""Piper: how it is asked, and what it needs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cued.actuators.voices import piper
from cued.actuators.voices.voice import VoiceMissing, VoiceOptions


def test_a_slower_pace_is_a_longer_length_and_the_text_comes_by_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[list[str], str]] = []
    monkeypatch.setattr(piper, "speak", lambda command, text: asked.append((command, text)))
    piper.Piper(VoiceOptions("en", "/voices/a.onnx", 150)).write("Stand tall", Path("out.raw"))
    how = ["-m", "/voices/a.onnx", "--length-scale", "1.100", "-f", "out.raw"]
    assert asked == [([sys.executable, "-m", "piper", *how], "Stand tall")]  # 165 / 150


def test_without_a_voice_file_it_says_where_to_name_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(piper, "package_version", lambda _: "piper-tts 1")
    absent = str(tmp_path / "a.onnx")
    voice = piper.Piper(VoiceOptions("en", absent))
    assert voice.version == ""
    with pytest.raises(VoiceMissing, match=f"voice = '{absent}' is not one"):
        voice.open()
    (tmp_path / "a.onnx").touch()
    voice.open()
    assert voice.version.startswith("piper-tts 1 0 ")
