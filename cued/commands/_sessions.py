"""Shared by the commands about sessions: where sessions are, and engines made from them.

The service keeps sessions in its own folder (``StateDirectory`` in systemd/), not in the folder of
the user who runs a command. With the service's configuration its folder is searched first, then the
user's.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from cued import app, config
from cued.commands._options import load_config, settings
from cued.config import Config
from cued.model import AnyEvent, CuedError
from cued.recording.sessions import folder
from cued.recording.sessions.opening import Opening, configuration
from cued.recording.sessions.session import RecordedSession, SessionPart

SERVICE = Path("/var/lib/cued")


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add ``--folder``."""
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="folder of sessions; default: the daemon's, according to the configuration",
    )


def sessions_folder(args: argparse.Namespace) -> Path:
    """Return the folder of sessions that arguments or configuration name, or the daemon's.

    Raises CuedError when it exists but may not be read.
    """
    if getattr(args, "folder", None):
        return args.folder
    loaded = config.load(getattr(args, "config", None))
    options = loaded.part("sinks", "recorder")
    named = getattr(options, "folder", "")
    return Path(named) if named else folder.of(str(state_folder(args, loaded)))


def state_folder(args: argparse.Namespace, loaded: Config) -> Path:
    """Return the folder in which the daemon of a configuration keeps its state."""
    own = Path(app.site(loaded).state)
    service = _of_service(getattr(args, "config", None))
    if service is None or loaded.station.state or os.environ.get("STATE_DIRECTORY"):
        return own
    try:
        kept = bool(os.listdir(service))
    except FileNotFoundError:
        return own
    except OSError as error:
        raise CuedError(
            f"{service}, where the service keeps its sessions: {error.strerror}; "
            f"try sudo, or point elsewhere with --folder {folder.of(str(own))}"
        ) from None
    return service if kept or not own.exists() else own


def found(args: argparse.Namespace, name: str) -> Path:
    """Find a session by its path, or by name in the folder of sessions."""
    path = Path(name)
    return path if path.is_file() else folder.find(sessions_folder(args), name)


def _of_service(chosen: Path | None) -> Path | None:
    """Return the state folder of the service with this configuration; None without one."""
    path = chosen or config.searched()
    if path is None or path.parent not in [Path(name).parent for name in config.SEARCHED]:
        return None
    # The service cued@left has a subfolder, left.
    return SERVICE if str(path) in config.SEARCHED else SERVICE / path.stem


def chosen_config(args: argparse.Namespace, opening: Opening) -> Config:
    """Return the session's configuration, or that of ``--config`` with the session's sensors."""
    own = configuration(opening, settings(args))
    return replace(load_config(args), sensors=own.sensors) if args.config else own


def concluded(session: RecordedSession, part: SessionPart, config: Config) -> Iterator[AnyEvent]:
    """Feed a part to a new engine with this configuration; yield its events."""
    made, _ = app.remake(config, part.opening)
    for item in session.inputs(part):
        yield from made.feed(item)
