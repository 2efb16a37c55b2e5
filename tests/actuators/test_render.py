"""Words become clips: trimmed, checked, and put in their place only when complete."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from cued.actuators import _wav
from cued.actuators._render import Phrase, make_clip, tidied
from cued.actuators._wav import RATE
from cued.actuators.voices.voice import RenderError
from cued.model import Floats


def tone(seconds: float) -> Floats:
    return 0.3 * np.sin(2 * np.pi * 800.0 * np.arange(round(seconds * RATE)) / RATE)


def rest(seconds: float) -> Floats:
    return np.zeros(round(seconds * RATE))


def test_silence_around_words_is_cut_to_20_ms_and_a_pause_to_80() -> None:
    sound = np.concatenate([rest(0.5), tone(0.3), rest(0.6), tone(0.3), rest(0.5)])
    assert tidied(sound, RATE).size / RATE == pytest.approx(
        0.02 + 0.3 + 0.08 + 0.3 + 0.02, abs=0.01
    )


def test_a_clip_begins_and_ends_without_a_click() -> None:
    clip = tidied(tone(0.5), RATE)
    assert clip[0] == clip[-1] == 0
    assert np.abs(clip[: RATE // 1000].astype(int)).max() < np.abs(clip.astype(int)).max() / 3


def test_a_hum_is_silence() -> None:
    with pytest.raises(RenderError, match="silence"):
        tidied(tone(0.5) / 20, RATE)
    with pytest.raises(RenderError, match="silence"):
        tidied(rest(0.0), RATE)


class Voice:
    """Writes so many seconds of sound, whatever is asked."""

    version = "1"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def open(self) -> None: ...

    def write(self, text: str, path: Path) -> None:
        if self.seconds:
            with wave.open(str(path), "wb") as wav:
                wav.setparams((1, 2, RATE, 0, "NONE", ""))
                wav.writeframes(_wav.to_clip(tone(self.seconds)).tobytes())


def test_a_phrase_is_put_in_its_place_and_no_other_file_is_left(tmp_path: Path) -> None:
    path = tmp_path / "tall.wav"
    make_clip(Phrase("Stand tall", str(path)), 165, Voice(0.8))
    assert list(tmp_path.iterdir()) == [path]
    assert _wav.read(path)[0].size / RATE == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("seconds", "why"),
    [(0.12, r"0\.12 s is not 'Up'"), (1.9, r"1\.90 s is not"), (0.0, "wrote no sound")],
)
def test_a_clip_too_short_or_long_for_its_text_is_refused(
    tmp_path: Path, seconds: float, why: str
) -> None:
    # Two letters take from 0.1 + 2 x 0.02 = 0.14 s to 0.5 + 2 x 0.6 = 1.7 s.
    with pytest.raises(RenderError, match=why):
        make_clip(Phrase("Up", str(tmp_path / "up.wav")), 165, Voice(seconds))
    assert list(tmp_path.iterdir()) == []
