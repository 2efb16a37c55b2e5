"""The espeak-ng program: how it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from cued.actuators.voices import espeak_ng
from cued.actuators.voices.voice import VoiceOptions


@pytest.mark.parametrize(("voice", "who"), [("", "fr"), ("mb-fr1", "mb-fr1")])
def test_a_text_is_never_taken_for_an_option(
    monkeypatch: pytest.MonkeyPatch, voice: str, who: str
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(espeak_ng, "speak", asked.append)
    espeak_ng.EspeakNg(VoiceOptions("fr", voice, 150)).write("-v un", Path("out.raw"))
    assert asked == [
        ["espeak-ng", "-v", who, "-s", "150", "-w", "out.raw", "--", "-v un"],
    ]
