"""Options that several commands share."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from cued import config
from cued.config import Config
from cued.model import CuedError


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
            help="one value laid over the configuration, such as coach.free_run=true",
        )


def load_config(args: argparse.Namespace) -> Config:
    """Read the configuration that the arguments name."""
    settings: dict[str, str] = {}
    for item in getattr(args, "settings", []):
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise config.ConfigError(f"--set {item}: write SECTION.KEY=VALUE")
        settings[key.strip()] = value.strip()
    return config.load(args.config, settings)


def non_negative(text: str) -> float:
    """Parse a number that is not negative (argparse type)."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 up")
    return value


@contextlib.contextmanager
def lines_to(target: str | None) -> Iterator[Callable[[bytes], None] | None]:
    """Open where event lines go: a file, ``-`` for standard output, or nowhere."""
    if target is None:
        yield None
    elif target == "-":
        write = sys.stdout.buffer.write
        yield lambda line: (write(line + b"\n"), None)[1]
        sys.stdout.buffer.flush()
    else:
        try:
            file = Path(target).open("wb")
        except OSError as error:
            raise CuedError(f"{target}: cannot be written: {error.strerror}") from None
        with file:
            yield lambda line: (file.write(line + b"\n"), None)[1]
