"""Try the voice: speak a text, sound a tone, or play or write every phrase.

The files are named as ``[actuators.speech] clips`` expects: to hear your own voice, write them all,
record over those that you like, and name that folder there.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from cued import app
from cued.actuators import _wav, speech
from cued.actuators._tones import names as tones
from cued.coach.voice import phrases
from cued.commands._options import add_config, load_config
from cued.config import Config, Site
from cued.model import Cue, CuedError, CueDone, Notice, Priority
from cued.reading import meant

NAME = "say"
HELP = "try the voice"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("text", nargs="?", help="what to say; with --tone, the name of a tone")
    what.add_argument("--all", action="store_true", help="say every phrase and print its name")
    parser.add_argument(
        "--tone", action="store_true", help=f"sound a tone instead: {', '.join(tones())}"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="with --all: write a WAV of each instead"
    )
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Speak. Raises CuedError if it cannot have been heard."""
    if (args.tone or args.out) and args.tone == args.all:
        args.own.error("--tone needs a text, --out needs --all")
    if args.tone and args.text not in tones():
        args.own.error(f"no tone {args.text!r}{meant(args.text, tones())}")
    if why := asyncio.run(_say(args, load_config(args))):
        raise CuedError(why)
    return 0


async def _say(args: argparse.Namespace, config: Config) -> str:
    where = app.site(config)
    options: speech.Config = config.part("actuators", "speech") or speech.Config()
    if args.out:
        return await write(args.out, options, where)
    if args.all:
        return await play(options, where)
    text, tone = ("", args.text) if args.tone else (args.text, "")
    return await speech.say(text, options, where, tone=tone)


async def write(folder: Path, options: speech.Config, site: Site) -> str:
    """Write every phrase as ``NAME.wav``; return why some are missing, or ""."""
    clips, names = options.clips_at(site), phrases.load(site.language).names()
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


async def play(options: speech.Config, site: Site) -> str:
    """Play every phrase and print its name and text; return why one failed, or ""."""
    done: asyncio.Queue[CueDone] = asyncio.Queue()

    def report(item: CueDone | Notice) -> None:
        if isinstance(item, CueDone):
            done.put_nowait(item)

    names = phrases.load(site.language).names()
    async with speech.Speech(options, site, report, texts=names.values()) as voice:
        await voice.rendered()
        for name, text in names.items():
            print(f"{name}: {text}")
            voice.give(Cue(t=0.0, key=name, text=text, pattern="none",
                            priority=Priority.INFO, verdict="given"))  # fmt: skip
            heard = await done.get()
            if not heard.ok:
                return f"{name}: {heard.why}"
    return ""
