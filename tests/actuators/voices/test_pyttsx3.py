"""pyttsx3, with a stand-in for its engine: only what was really spoken counts."""

from __future__ import annotations

import sys
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cued.actuators.voices import pyttsx3
from cued.actuators.voices.pyttsx3 import Pyttsx3
from cued.actuators.voices.voice import RenderError, VoiceMissing, VoiceOptions, VoiceStuck


class Engine:
    """Says that it has finished, or that something went wrong, as told."""

    def __init__(self, says: str) -> None:
        self.says, self.set, self.asked = says, {}, []
        self.heard: dict[str, Any] = {}
        self.proxy = SimpleNamespace(setBusy=lambda _: None)
        self.connect = self.heard.__setitem__
        self.setProperty = self.set.__setitem__

    def save_to_file(self, text: str, path: str) -> None:
        self.asked.append((text, path))

    def runAndWait(self) -> None:  # noqa: N802 (as pyttsx3 calls it)
        if self.says == "error":
            self.heard["error"](name=None, exception=KeyError("no such voice"))
        if self.says:
            self.heard["finished-utterance"](name=None, completed=True)


def opened(monkeypatch: pytest.MonkeyPatch, says: str) -> tuple[Pyttsx3, Engine]:
    engine = Engine(says)
    espeak = SimpleNamespace(IsPlaying=lambda: False, dll=None)
    package = SimpleNamespace(init=lambda driver: {"espeak": engine}[driver])
    monkeypatch.setitem(sys.modules, "pyttsx3", package)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "pyttsx3.drivers._espeak", espeak)  # type: ignore[arg-type]
    monkeypatch.setattr(pyttsx3, "SPOKEN_WITHIN_S", 0.01)
    voice = Pyttsx3(VoiceOptions("de", rate_wpm=150))
    voice.open()
    return voice, engine


def test_voice_and_rate_are_set_once_before_the_first_phrase(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    voice, engine = opened(monkeypatch, "finished")
    assert engine.set == {"voice": "de", "rate": 150}
    engine.set.clear()
    voice.write("Kurz", tmp_path / "a")
    voice.write("Lang", tmp_path / "b")
    assert engine.set == {}
    assert [text for text, _ in engine.asked] == ["Kurz", "Lang"]


def test_an_engine_that_never_finishes_is_stuck(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    voice, engine = opened(monkeypatch, "finished")
    voice.write("Kurz", tmp_path / "a")
    engine.says = ""
    with pytest.raises(VoiceStuck, match="did not finish"):
        voice.write("Lang", tmp_path / "b")


def test_an_error_it_only_signals_refuses_this_phrase_and_all_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    voice, engine = opened(monkeypatch, "error")
    for _ in range(2):
        with pytest.raises(RenderError, match="no such voice"):
            voice.write("Kurz", tmp_path / "a")
    assert len(engine.asked) == 1


def test_a_library_that_cannot_be_loaded_is_a_missing_voice_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def init(_driver: str) -> None:
        raise RuntimeError("libespeak.so:\nnot found")

    monkeypatch.setitem(sys.modules, "pyttsx3", SimpleNamespace(init=init))  # type: ignore[arg-type]
    with pytest.raises(VoiceMissing, match=r"^pyttsx3: libespeak\.so: not found$"):
        Pyttsx3(VoiceOptions("en")).open()


def test_a_header_that_is_right_or_missing_is_left_alone(tmp_path: Path) -> None:
    pyttsx3.correct_rate(tmp_path / "absent.wav", 16_000)
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as wav:
        wav.setparams((1, 2, 22_050, 0, "NONE", ""))
        wav.writeframes(b"\1\0" * 5)
    before = path.read_bytes()
    pyttsx3.correct_rate(path, 22_050)
    assert path.read_bytes() == before
