"""The whole book of phrases, played one after another or written to files.

The files are named as a coach's own recordings are (``[actuators.speech] clips``): whoever wants to
speak the phrases writes the book, listens, records over what they like and names that folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from cued.actuators import _wav
from cued.actuators.speech import Config, Speech
from cued.coach.voice import phrases
from cued.config import Site
from cued.model import Cue, CueDone, Notice, Priority


async def write(folder: Path, config: Config, site: Site) -> str:
    """Write every phrase as ``NAME.wav``; return why some are missing, or nothing."""
    clips, names = config.clips_at(site), phrases.load(site.language).names()
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        why = [
            f"{answer.text!r}: {answer.why}"
            async for answer in clips.render(clips.load(names.values()))
            if answer.why
        ]
        for name, text in names.items():
            clip = clips.find(text)
            if clip is not None:
                await asyncio.to_thread(_wav.write, clip, folder / f"{name}.wav")
    except OSError as error:
        return f"{folder}: {error.strerror}"
    why = [*clips.refused, *why]
    return f"{why[0]} ({len(why)} in all)" if why else ""


async def play(config: Config, site: Site, tell: Callable[[str], None]) -> str:
    """Play every phrase, telling name and text of each; return why one failed, or nothing."""
    done: asyncio.Queue[CueDone] = asyncio.Queue()

    def report(item: CueDone | Notice) -> None:
        if isinstance(item, CueDone):
            done.put_nowait(item)

    names = phrases.load(site.language).names()
    async with Speech(config, site, report, texts=names.values()) as speech:
        await speech.rendered()
        for name, text in names.items():
            tell(f"{name}: {text}")
            speech.give(Cue(t=0.0, key=name, text=text, pattern="none",
                            priority=Priority.INFO, verdict="given"))  # fmt: skip
            heard = await done.get()
            if not heard.ok:
                return f"{name}: {heard.why}"
    return ""
