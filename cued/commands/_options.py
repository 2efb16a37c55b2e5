"""Options that several commands share, and a question at the terminal."""

from __future__ import annotations

import argparse
import math
import re
import sys
from pathlib import Path

from cued import config
from cued.config import Config


def add_config(parser: argparse.ArgumentParser, *, settings: bool = False) -> None:
    """Add ``--config`` and, where it makes sense, ``--set``."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (TOML)")
    if settings:
        parser.add_argument(
            "--set",
            dest="settings",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="override one value of the configuration, such as coach.program=true",
        )


def load_config(args: argparse.Namespace) -> Config:
    """Read the configuration that the arguments name."""
    path = args.config or config.searched()
    args.read = path  # later errors name this file, too
    return config.load(path, settings(args))


def settings(args: argparse.Namespace) -> dict[str, str]:
    """Split what ``--set`` asks for into keys and values."""
    out: dict[str, str] = {}
    for item in getattr(args, "settings", []):
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise config.ConfigError(f"--set {item}: write SECTION.KEY=VALUE")
        out[key.strip()] = value.strip()
    return out


def number(text: str) -> float:
    """Parse a number (argparse type)."""
    try:
        return float(text)
    except ValueError:
        hint = f"; write {text.replace(',', '.')}" if re.fullmatch(r"-?\d+,\d+", text) else ""
        raise argparse.ArgumentTypeError(f"{text} is not a number{hint}") from None


def whole(text: str) -> int:
    """Parse a whole number from 0 up (argparse type)."""
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):  # as many as fit into 64 bits
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 up")
    return int(text)


def non_negative(text: str) -> float:
    """Parse a number from 0 up (argparse type)."""
    value = number(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 up")
    return value


def positive(text: str) -> float:
    """Parse a number above 0 (argparse type)."""
    value = non_negative(text)
    if value == 0:
        raise argparse.ArgumentTypeError("has to be above 0")
    return value


def ask(question: str) -> bool:
    """Ask, and return whether the answer was yes."""
    print(f"{question} [y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower().startswith("y")
