"""Try the voice: speak a text, or sound a tone, on the configured sound card."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import cast

from cued import app
from cued.actuators import speech
from cued.commands._options import add_config, load_config

NAME = "say"
HELP = "try the voice"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("text", help="what to say; with --tone, the name of a tone")
    parser.add_argument("--tone", action="store_true", help=f"one of {', '.join(speech.tones())}")
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Speak; 1 and a line if nobody can have heard it."""
    config = load_config(args)
    if args.tone and args.text not in speech.tones():
        there = ", ".join(speech.tones())
        print(f"cued say: no tone {args.text!r}; there are {there}", file=sys.stderr)
        return 2
    options = config.parts.get("actuators", {}).get("speech", speech.Config())
    saying = speech.say(
        "" if args.tone else args.text,
        cast("speech.Config", options),
        app.site(config),
        tone=args.text if args.tone else "",
    )
    why = asyncio.run(saying)
    if why:
        print(f"cued say: {why}", file=sys.stderr)
    return 1 if why else 0
