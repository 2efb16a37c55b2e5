from __future__ import annotations

import re

import pytest

from cued.coach.voice.phrases import LANGUAGES, load
from cued.model import ConfigError

TONES = {"metronome", "praise", "fall_possible", "clip_missing"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_key_and_is_silent_in_the_same_ones(language: str) -> None:
    words = load(language)
    assert words.keys() == load("en").keys()
    assert {k for k in words.keys() if not words.say(k, **blanks(words, k))} == TONES  # noqa: SIM118


def blanks(words: object, key: str) -> dict[str, float]:
    return {"belt_at": {"speed": 2.0}, "incline_at": {"percent": 3.0}}.get(key, {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_more_than_five_words_or_lasts_two_seconds(language: str) -> None:
    words = load(language)
    for text in words.texts():
        assert len(re.findall(r"[\w'’]+(?:[,.]\d+)?", text)) <= 5, text
        assert 0.0 < words.seconds(text) < 2.0, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_hold_everything_that_can_be_said(language: str) -> None:
    words = load(language)
    texts = set(words.texts())
    for key in words.keys():  # noqa: SIM118
        for turn in range(4):
            text = words.say(key, turn, **blanks(words, key))
            assert not text or text in texts
    for speed in (0.3, 1.44, 2.88, 7.2, 25.0):
        assert words.say("belt_at", speed=speed) in texts


def test_wordings_alternate() -> None:
    words = load("en")
    said = [words.say("overlong_stride", turn) for turn in range(6)]
    assert said[0] != said[1] != said[2]
    assert said[:3] == said[3:]


def test_numbers_are_written_as_the_language_does() -> None:
    assert load("en").say("belt_at", speed=2.4) == "Belt at 2.4"
    assert load("de").say("belt_at", speed=2.4) == "Band auf 2,4"


def test_an_unknown_language_is_one_clear_line() -> None:
    with pytest.raises(ConfigError, match="no phrases for language 'xx'; there are en, de"):
        load("xx")
