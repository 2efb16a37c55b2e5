"""Try the voice: speak a text, sound a tone, or play or write every phrase there is."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from cued import app
from cued.actuators import _phrase_book as phrase_book
from cued.actuators import speech
from cued.actuators._tones import names as tones
from cued.commands._options import add_config, load_config
from cued.config import Config

NAME = "say"
HELP = "try the voice"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("text", nargs="?", help="what to say; with --tone, the name of a tone")
    what.add_argument("--all", action="store_true", help="say every phrase, each with its name")
    parser.add_argument("--tone", action="store_true", help=f"one of {', '.join(tones())}")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="with --all: write a WAV of each instead"
    )
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Speak; return 1 and print a line if it cannot have been heard."""
    if (args.tone or args.out) and args.tone == args.all:
        print("cued say: --tone goes with a text, --out with --all", file=sys.stderr)
        return 2
    if args.tone and args.text not in tones():
        there = ", ".join(tones())
        print(f"cued say: no tone {args.text!r}; there are {there}", file=sys.stderr)
        return 2
    why = asyncio.run(_say(args, load_config(args)))
    if why:
        print(f"cued say: {why}", file=sys.stderr)
    return 1 if why else 0


async def _say(args: argparse.Namespace, config: Config) -> str:
    where = app.site(config)
    options: speech.Config = config.part("actuators", "speech") or speech.Config()
    if args.out:
        return await phrase_book.write(args.out, options, where)
    if args.all:
        return await phrase_book.play(options, where, print)
    text, tone = ("", args.text) if args.tone else (args.text, "")
    return await speech.say(text, options, where, tone=tone)
