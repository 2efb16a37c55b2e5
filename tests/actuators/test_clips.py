"""Clips in memory and on disk: found by text, joined from words, or missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cued.actuators import _wav
from cued.actuators._clips import Clips, plain, recordings
from cued.actuators._wav import RATE, Samples
from cued.actuators.voices.voice import VoiceOptions

OPTIONS = VoiceOptions("en")


def clip(value: int, samples: int = 100) -> Samples:
    return np.full(samples, value, dtype=np.int16)


def kept(folder: Path, **clips: int) -> Clips:
    """Return clips of these words, each of one value, loaded."""
    made = Clips(folder, OPTIONS, "espeak_ng")
    for text, value in clips.items():
        _wav.write(clip(value), made.path(text))
    assert made.load(clips) == []
    return made


def test_a_text_without_a_clip_is_listed_once_whatever_its_white_space(tmp_path: Path) -> None:
    made = kept(tmp_path, stage=1)
    assert made.load(["stage", " Stand  tall", "Stand tall\n", ""]) == ["Stand tall"]
    assert len(made) == 1
    assert plain(" a \n b ") == "a b"


def test_words_are_joined_with_30_ms_between_them(tmp_path: Path) -> None:
    made = kept(tmp_path, stage=1, three=3)
    joined = made.find("stage three")
    assert joined is not None
    assert joined.size == 100 + round(0.03 * RATE) + 100
    assert (joined[0], joined[100], joined[-1]) == (1, 0, 3)
    assert made.find("stage four") is None
    assert made.find("") is None


def test_a_clip_cut_short_by_a_power_cut_is_missing(tmp_path: Path) -> None:
    made = Clips(tmp_path, OPTIONS, "espeak_ng")
    path = made.path("stage")
    _wav.write(clip(1), path)
    path.write_bytes(path.read_bytes()[:-10])
    assert made.load(["stage"]) == ["stage"]


def test_a_file_is_named_readably_and_by_what_its_sound_depends_on(tmp_path: Path) -> None:
    made = Clips(tmp_path, OPTIONS, "espeak_ng")
    path = made.path("Stand tall, please!")
    assert path.parent == tmp_path
    assert path.name.startswith("stand-tall-please-")
    slower = Clips(tmp_path, VoiceOptions("en", rate_wpm=150), "espeak_ng")
    assert slower.path("Stand tall, please!") != path
    assert made.path("Stand tall; please!") != path


def test_an_own_recording_that_cannot_be_read_is_named_and_the_phrase_synthesised(
    tmp_path: Path,
) -> None:
    own = tmp_path / "tall-1.wav"
    own.write_bytes(b"no sound")
    made = Clips(tmp_path, OPTIONS, "espeak_ng", {"Tall": own})
    assert made.load(["Tall"]) == ["Tall"]
    assert made.refused == [f"{own}: not a WAV file"]


def test_the_first_recording_of_a_text_that_two_keys_share_is_used(tmp_path: Path) -> None:
    (tmp_path / "b-1.wav").touch()
    names = {"a-1": "Tall", "b-1": "Tall", "c-1": "Small"}
    assert recordings(tmp_path, names) == {"Tall": tmp_path / "b-1.wav"}
    (tmp_path / "a-1.wav").touch()
    assert recordings(tmp_path, names) == {"Tall": tmp_path / "a-1.wav"}
