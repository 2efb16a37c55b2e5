"""The options of the voice, and the clips that they select."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import ValidationError, convert

from cued.actuators import _wav
from cued.actuators._speech_options import Config
from cued.coach.voice import phrases
from cued.config import Site


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"volume": 1.1}, "volume"),
        ({"rate_wpm": 20}, "rate_wpm"),
        ({"renderer": "pyttsx"}, "pyttsx3"),
    ],
)
def test_an_impossible_option_is_refused(option: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        convert(option, Config)


def test_language_voice_and_pace_select_the_clips(tmp_path: Path) -> None:
    sites = [Site(cache=str(tmp_path), language=language) for language in ("en", "de")]
    options = [Config(renderer="espeak_ng"), Config(renderer="espeak_ng", rate_wpm=150)]
    files = {one.clips_at(site).path("Tall") for site in sites for one in options}
    assert len(files) == 4
    assert {file.parent for file in files} == {tmp_path / "speech"}


def test_a_coachs_own_recording_is_used_for_its_phrase(tmp_path: Path) -> None:
    text = phrases.load("en").names()["look_ahead-1"]
    sound = 0.3 * np.sin(np.arange(44_100) / 10)
    _wav.write(_wav.to_clip(sound), tmp_path / "look_ahead-1.wav")
    site = Site(cache=str(tmp_path / "cache"))
    assert Config(clips=str(tmp_path)).clips_at(site).load([text]) == []
    assert Config().clips_at(site).load([text]) == [text]
