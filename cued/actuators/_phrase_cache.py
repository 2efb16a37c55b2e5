"""Phrases ready to play, and the task that renders missing ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from cued.actuators._clips import Clips, plain
from cued.actuators._wav import Samples

STUBBORN = 3  # phrases failing one after another: then the renderer is at fault, not the phrases
NoticeLevel: TypeAlias = Literal["info", "warning", "error"]
Notify: TypeAlias = Callable[[NoticeLevel, str, str], None]


class PhraseCache:
    """Clips by text, and the texts needed. ``notify`` takes level, code and text of a notice."""

    def __init__(self, clips: Clips, notify: Notify) -> None:
        self._clips = clips
        self._notify = notify
        self._wanted: dict[str, None] = {}
        self._unspeakable: set[str] = set()
        self._wake, self._idle = asyncio.Event(), asyncio.Event()

    def find(self, text: str) -> Samples | None:
        """Return the sound of a text; if it has no clip, have one rendered for the next time."""
        clip = self._clips.find(text)
        if clip is None:
            self._want([plain(text)])
        return clip

    async def prepare(self, texts: Iterable[str]) -> None:
        """Load the clips of these texts, and have missing ones rendered."""
        self._want(await asyncio.to_thread(self._clips.load, list(texts)))
        for why in self._clips.refused[:1]:
            self._notify("warning", "clip_refused", f"{why}; this phrase is synthesised")

    async def rendered(self) -> set[str]:
        """Wait until nothing is left to render; return the texts that can't be spoken."""
        if self._wanted:
            self._idle.clear()
            await self._idle.wait()
        return set(self._unspeakable)

    async def run(self) -> None:
        """Render missing phrases until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            texts = list(self._wanted)
            self._unspeakable |= await self._render_stubbornly(texts)
            for text in texts:
                self._wanted.pop(text, None)
            if self._wanted:
                self._wake.set()
            else:
                self._idle.set()

    def _want(self, texts: Iterable[str]) -> None:
        self._wanted.update((t, None) for t in texts if t not in self._unspeakable)
        if self._wanted:
            self._wake.set()

    async def _render_stubbornly(self, texts: list[str]) -> set[str]:
        """Render texts together; retry each failed one alone; return those that still fail."""
        lost: set[str] = set()
        in_a_row = 0
        for text in await self._render(texts):
            if in_a_row < STUBBORN and not await self._render([text]):
                in_a_row = 0
            else:
                in_a_row += 1
                lost.add(text)
        return lost

    async def _render(self, texts: list[str]) -> dict[str, str]:
        """Render texts; return those that failed, and why."""
        failed = dict.fromkeys(texts, "the renderer gave no answer")
        async for answer in self._clips.render(texts):
            failed.pop(answer.text, None)
            if answer.why:
                failed[answer.text] = answer.why
            elif answer.instead:
                why = f"espeak-ng speaks instead: {answer.instead}"
                self._notify("info", "voice_fallback", why)
        for text, why in list(failed.items())[:1]:
            self._notify("warning", "words_missing", f"can't speak {text!r}: {why}; tones instead")
        return failed
