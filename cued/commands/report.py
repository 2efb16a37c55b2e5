"""Make a report of a session, or of all sessions of a runner: one HTML file."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from cued.commands._options import add_config
from cued.commands._sessions import add_folder, sessions_folder
from cued.model import CuedError, RecordingError
from cued.recording import folder
from cued.recording.session import Session
from cued.report.digest import Digest, digest

NAME = "report"
HELP = "make a page with pictures of a session or of a runner"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("session", help="session by name or path, last, or a runner's name")
    parser.add_argument("--out", type=Path, metavar="FILE", help="file to write (NAME.html)")
    add_config(parser)
    add_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Write the page."""
    try:
        page = importlib.import_module("cued.report.page")
    except ModuleNotFoundError as missing:
        raise CuedError(
            f"reports need {missing.name}; install it with: pip install 'cued[report]'"
        ) from None
    there = sessions_folder(args)
    try:
        session = Session(folder.find(there, args.session))
    except RecordingError as error:
        digests = of_runner(there, args.session)
        if not digests:
            raise error from None
        name, text = args.session, page.runner_page(args.session, digests)
    else:
        name = session.path.stem
        notes = _notes(session)
        text = page.session_page(name, [digest(session, p) for p in session.parts], notes)
    out = args.out or Path(f"{name}.html")
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CuedError(f"{out}: {error.strerror}") from None
    print(out)
    return 0


def of_runner(there: Path, runner: str) -> list[Digest]:
    """Gather a runner's sessions; what cannot be read is left out."""
    out: list[Digest] = []
    for path in folder.files(there):
        try:
            session = Session(path)
            own = [p for p in session.parts if session.ending(p).runner == runner]
            out += [digest(session, part) for part in own]
        except RecordingError:
            continue
    return out


def _notes(session: Session) -> list[str]:
    if session.cut_at is None:
        return []
    return ["The recording was cut short; the page shows what is there."]
