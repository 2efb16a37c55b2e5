"""What the commands about sessions share: where sessions are, and engines made from them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from cued import app, config
from cued.commands._options import load_config, settings
from cued.config import Config
from cued.model import AnyEvent
from cued.recording import folder
from cued.recording.opening import Opening, configuration
from cued.recording.session import Part, Session


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add ``--folder``."""
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="folder of sessions; default: the daemon's own, as the configuration says",
    )


def sessions_folder(args: argparse.Namespace) -> Path:
    """Return the folder of sessions that arguments or configuration name."""
    if getattr(args, "folder", None):
        return args.folder
    loaded = config.load(getattr(args, "config", None))
    options = loaded.parts.get("sinks", {}).get("recorder")
    named = getattr(options, "folder", "")
    return Path(named) if named else folder.of(app.site(loaded).state)


def chosen_config(args: argparse.Namespace, opening: Opening) -> Config:
    """Return the session's own configuration, or the one that is asked for with its sensors."""
    own = configuration(opening, settings(args))
    return replace(load_config(args), sensors=own.sensors) if args.config else own


def concluded(session: Session, part: Part, config: Config) -> Iterator[AnyEvent]:
    """Feed a part to a new engine with this configuration; what it concludes."""
    made, _ = app.remake(config, part.opening)
    for item in session.inputs(part):
        yield from made.feed(item)
