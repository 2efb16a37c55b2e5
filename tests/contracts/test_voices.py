"""Promises of every voice, and quirks of each, with stand-ins for missing programs."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from cued import parts
from cued.actuators import _render, _wav, speech
from cued.actuators.voices import pyttsx3
from cued.actuators.voices.voice import RenderError, Voice, VoiceMissing, VoiceOptions
from tests.helpers.program import program

EVERY = parts.names("voices")


def made(name: str, **asked: str | int) -> Voice:
    return parts.load("voices", name).build(VoiceOptions("en", **asked))  # pyright: ignore


def test_only_known_voices_can_be_chosen() -> None:
    assert {"espeak_ng", "pico", "piper", "pyttsx3"} <= set(EVERY)
    for name in EVERY:
        assert speech.Config(renderer=name).renderer == name
    with pytest.raises(ValueError, match="renderer: no 'espeek'; did you mean espeak_ng"):
        speech.Config(renderer="espeek")


@pytest.mark.parametrize("name", EVERY)
def test_a_voice_that_is_not_installed_says_so_in_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pyttsx3, "PACKAGE", "no_such_package")
    voice = made(name)
    assert voice.version == ""
    with pytest.raises(VoiceMissing) as missing:
        voice.open()
    assert str(missing.value)
    assert "\n" not in str(missing.value)


def test_espeak_ng_replaces_a_missing_voice_and_this_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "espeak-ng", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    voice, instead = _render.opened("pico", VoiceOptions("de", "de-DE"))
    assert "libttspico-utils" in instead
    assert type(voice).__name__ == "EspeakNg"


def test_pico_gets_language_pace_and_a_file_name_ending_in_wav(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "pico2wave", f'for a; do echo "$a" >>{tmp_path}/asked; done; echo w >"$4"')
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    voice = parts.load("voices", "pico").build(VoiceOptions("de", rate_wpm=132))
    voice.open()
    voice.write("Kurz & leicht", tmp_path / "out.raw")
    assert (tmp_path / "asked").read_text().splitlines() == [
        "-l", "de-DE", "-w", str(tmp_path / "out.wav"),
        '<speed level="80">Kurz &amp; leicht</speed>',
    ]  # fmt: skip
    assert (tmp_path / "out.raw").read_text() == "w\n"


def test_pico_refuses_a_voice_it_does_not_have(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "pico2wave", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VoiceMissing, match="no voice 'xx'; it has en-GB"):
        made("pico", voice="xx").open()


def test_a_failing_program_is_reported_with_its_last_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "espeak-ng", "echo first >&2; echo no such voice >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError, match=r"^no such voice$"):
        made("espeak_ng").write("word", tmp_path / "out")


def test_a_16_khz_voice_under_a_22_khz_header_lasts_as_long_as_it_should(tmp_path: Path) -> None:
    path = tmp_path / "mbrola.wav"
    with wave.open(str(path), "wb") as wav:
        wav.setparams((1, 2, 22_050, 0, "NONE", ""))
        wav.writeframes(bytes(2 * 16_000))
    pyttsx3.correct_rate(path, 16_000)
    sound, rate = _wav.read(path)
    assert sound.size / rate == 1.0


def test_a_new_voice_file_makes_new_clips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("cued.actuators.voices.piper.package_version", lambda _: "piper-tts 1")
    model = tmp_path / "voice.onnx"
    versions: set[str] = set()
    for size in (1, 2):
        model.write_bytes(bytes(size))
        versions.add(made("piper", voice=str(model)).version)
    assert len(versions) == 2
