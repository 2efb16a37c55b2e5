"""Try the motors: give one pattern; ``none`` only makes sure that both are off."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import sys
from typing import Any, cast, get_args

from cued import app
from cued.actuators import haptic
from cued.commands._options import add_config, load_config
from cued.model import Pattern

NAME = "buzz"
HELP = "try the motors"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    patterns = get_args(Pattern)
    parser.add_argument(
        "pattern", choices=patterns, metavar="PATTERN", help=f"one of {', '.join(patterns)}"
    )
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Buzz; return 1 and print a line if it cannot have been felt."""
    config = load_config(args)
    actuators = config.parts.get("actuators", {})
    if "pod_haptic" in actuators and "haptic" not in actuators:
        pods: Any = importlib.import_module("cued.commands._buzz_pods")  # bleak is slow
        why = asyncio.run(pods.buzz(args.pattern, config))
    else:
        options = cast("haptic.Config", actuators.get("haptic", haptic.Config()))
        why = asyncio.run(haptic.buzz(args.pattern, options, app.site(config)))
    if why:
        print(f"cued buzz: {why}", file=sys.stderr)
    return 1 if why else 0
