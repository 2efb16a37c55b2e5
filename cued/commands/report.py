"""Make a report of a session, or of all of a runner's sessions: one HTML file, or a picture."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from cued.commands._options import add_config
from cued.commands._sessions import add_folder, found, sessions_folder
from cued.model import RecordingError
from cued.parts import extra
from cued.recording.sessions import folder
from cued.recording.sessions.index import index
from cued.recording.sessions.session import RecordedSession
from cued.report.digest import Digest, digest
from cued.report.places import write_whole
from cued.report.visit import Visit, visits
from cued.words import Words

NAME = "report"
HELP = "make a page with pictures of a session or of a runner"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("session", help="session by name or path, last, or a runner's name")
    parser.add_argument("--out", type=Path, metavar="FILE", help="file to write (NAME.html)")
    parser.add_argument(
        "--png", type=Path, metavar="FILE", help="write a portrait picture for a phone instead"
    )
    add_config(parser)
    add_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Write the page, the picture, or both."""
    page = extra("cued.report.page", "report", "a report")
    phone = extra("cued.report.phone", "report", "a report")
    try:
        session = RecordedSession(found(args, args.session))
    except RecordingError as error:
        name, (weeks, notes) = args.session, of_runner(sessions_folder(args), args.session)
        if not weeks:
            raise error from None
        make_page = partial(page.runner_page, name, weeks, notes)
        make_png = partial(phone.runner_png, name, weeks)
    else:
        name = session.path.stem
        digests = [digest(session, p) for p in session.parts]
        make_page = partial(
            page.session_page,
            name,
            digests,
            _damage(session.path, session.damage, digests[0].words),
            earlier(session.path, digests[0]),
        )
        make_png = partial(phone.session_png, digests)
    if args.png:
        _write(args.png, make_png())
    if args.out or not args.png:
        _write(args.out or Path(f"{name}.html"), make_page().encode())
    return 0


def earlier(path: Path, d: Digest) -> Visit | None:
    """Return the runner's previous session in the same folder, if it can be read."""
    known, kept = index(path.parent), visits(path.parent)
    began = {
        e.began: other
        for other in folder.files(path.parent)
        for e in known.entry(other).endings
        if e.runner == d.runner and e.began < d.began
    }
    known.save()
    if not began:
        return None
    newest = max(began)
    entry = kept.entry(began[newest])
    kept.save()
    return next((v for v in entry.visits if v.began == newest), None)


def _write(out: Path, content: bytes) -> None:
    write_whole(out, content)
    print(out)


def of_runner(there: Path, runner: str) -> tuple[list[Visit], list[str]]:
    """Gather a runner's sessions, oldest first, and say which are damaged or unreadable."""
    out: list[Visit] = []
    unread: list[str] = []
    damaged: list[tuple[Path, str]] = []
    known, kept = index(there), visits(there)
    for path in folder.files(there):
        entry = known.entry(path)
        if not entry.endings:
            unread.append(path.stem)
        elif runner in {e.runner for e in entry.endings}:
            _progress(path)
            seen = kept.entry(path)
            out += [v for v in seen.visits if v.runner == runner]
            damaged.append((path, seen.damage))
    known.save()
    kept.save()
    out.sort(key=lambda v: v.began)
    w = Words(out[-1].language) if out else Words()
    notes = [w.say("report.unread", name=name) for name in unread]
    return out, [*notes, *(line for path, damage in damaged for line in _damage(path, damage, w))]


def _progress(path: Path) -> None:
    if sys.stderr.isatty():
        print(f"\r{path.stem}\033[K\r", end="", file=sys.stderr, flush=True)


def _damage(path: Path, damage: str, w: Words) -> list[str]:
    return [w.say("report.damaged", name=path.stem, damage=w.own(damage))] if damage else []
