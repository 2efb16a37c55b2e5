"""Tones: one meaning each, made once, and a stand-in for words."""

from __future__ import annotations

import numpy as np
import pytest

from cued.actuators._tones import SCORES, instead, names, rest, tone
from cued.actuators._wav import FULL_SCALE, RATE
from cued.model import Priority


def test_a_stand_in_is_as_grave_as_the_words_it_replaces() -> None:
    assert [instead(p) for p in (Priority.FALL, Priority.STUMBLE, Priority.LINK)] == [
        "alarm", "stumble", "lost",
    ]  # fmt: skip
    assert instead(Priority.FALL + 1) == "alarm"
    assert instead(Priority.LIMIT - 1) == "clip"


def test_a_tone_is_made_once_and_cannot_be_changed() -> None:
    tick = tone("tick")
    assert tone("tick") is tick
    with pytest.raises(ValueError, match="read-only"):
        tick[0] = 1


def test_a_tone_lasts_as_long_as_its_notes_and_gaps() -> None:
    assert set(names()) == set(SCORES)
    # two notes of 0.2 s with 0.12 s between them
    assert tone("unsteady").size / RATE == pytest.approx(0.52, abs=1e-3)
    assert rest(0.5).tolist() == [0] * (RATE // 2)


def test_the_tick_leaves_room_for_words() -> None:
    assert np.abs(tone("tick").astype(int)).max() == round(0.2 * FULL_SCALE)
