"""Phrases without a clip are rendered for the next time, and a renderer at fault is given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from cued.actuators._phrase_cache import PhraseCache
from cued.actuators._render import Rendered


class Clips:
    """Clips that render any text but the unspeakable; ``asked`` is each call's texts."""

    def __init__(self, *unspeakable: str, instead: str = "") -> None:
        self.refused: list[str] = []
        self.asked: list[list[str]] = []
        self.made: set[str] = set()
        self._unspeakable, self._instead = unspeakable, instead

    def find(self, text: str) -> str | None:
        return text if text in self.made else None

    def load(self, texts: list[str]) -> list[str]:
        return [text for text in texts if text not in self.made]

    async def render(self, texts: list[str]) -> AsyncIterator[Rendered]:
        self.asked.append(texts)
        for text in texts:
            await asyncio.sleep(0)
            if text in self._unspeakable:
                yield Rendered(text, "silence")
            else:
                self.made.add(text)
                yield Rendered(text, "", self._instead)


@pytest.fixture
async def cache():
    """Return a function that makes a cache of clips that renders until the test's end."""
    tasks: list[asyncio.Task[None]] = []

    def make(clips: Clips, said: list[Any]) -> PhraseCache:
        made = PhraseCache(clips, lambda *notice: said.append(notice))  # type: ignore[arg-type]
        tasks.append(asyncio.create_task(made.run()))
        return made

    yield make
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def rendered(one: PhraseCache) -> set[str]:
    async with asyncio.timeout(5.0):
        return await one.rendered()


async def test_a_phrase_that_was_missing_is_there_the_next_time(cache) -> None:
    clips, said = Clips(), []
    one = cache(clips, said)
    assert one.find("Stand  tall") is None
    assert await rendered(one) == set()
    assert one.find("Stand tall") == "Stand tall"
    assert (clips.asked, said) == ([["Stand tall"]], [])


async def test_a_failed_phrase_is_tried_again_alone_and_then_no_more(cache) -> None:
    clips, said = Clips("Hm"), []
    one = cache(clips, said)
    await one.prepare(["Hm", "Tall"])
    assert await rendered(one) == {"Hm"}
    assert clips.asked == [["Hm", "Tall"], ["Hm"]]
    assert one.find("Hm") is None
    assert await rendered(one) == {"Hm"}
    assert len(clips.asked) == 2
    assert {code for _, code, _ in said} == {"words_missing"}
    assert said[0][2] == "can't speak 'Hm': silence; tones instead"


async def test_after_three_failures_in_a_row_no_phrase_is_tried_alone(cache) -> None:
    texts = [f"phrase {n}" for n in range(10)]
    clips = Clips(*texts)
    one = cache(clips, [])
    await one.prepare(texts)
    assert await rendered(one) == set(texts)
    assert clips.asked == [texts, *[[text] for text in texts[:3]]]


async def test_another_voice_and_a_bad_recording_are_reported(cache) -> None:
    clips, said = Clips(instead="pico2wave is not installed"), []
    clips.refused = ["tall-1.wav: not a WAV file", "small-1.wav: not a WAV file"]
    one = cache(clips, said)
    await one.prepare(["Tall"])
    await rendered(one)
    assert said == [
        ("warning", "clip_refused", "tall-1.wav: not a WAV file; this phrase is synthesised"),
        ("info", "voice_fallback", "espeak-ng speaks instead: pico2wave is not installed"),
    ]
