"""Write a session for other software: FIT for training diaries, its strides as CSV or Parquet."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cued.commands._options import add_config
from cued.commands._sessions import add_folder, found
from cued.model import CuedError
from cued.parts import extra
from cued.recording.sessions.session import RecordedSession
from cued.report import tables
from cued.report.digest import Digest, digest
from cued.report.places import write_whole

NAME = "export"
HELP = "write a session as FIT, CSV or Parquet"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("session", help="session by name or path, or last")
    chosen = parser.add_argument_group("what to write (at least one)")
    chosen.add_argument("--fit", type=Path, metavar="FILE", help="FIT activity")
    chosen.add_argument("--csv", type=Path, metavar="FILE", help="strides, comma-separated")
    chosen.add_argument("--parquet", type=Path, metavar="FILE", help="strides, Parquet")
    parser.add_argument(
        "--dialect",
        choices=tables.DIALECTS,
        default="plain",
        help="of the CSV: excel marks it as UTF-8; excel-de also uses ; and decimal commas",
    )
    add_config(parser)
    add_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Write the requested files."""
    if not (args.fit or args.csv or args.parquet):
        raise CuedError("say what to write: --fit FILE, --csv FILE or --parquet FILE")
    session = RecordedSession(found(args, args.session))
    digests = [digest(session, part) for part in session.parts]
    if session.damage:
        print(f"cued: {session.path.stem}: {session.damage}", file=sys.stderr)
    if args.fit:
        for path in _fit(args.fit, digests):
            print(path)
    if args.csv:
        tables.write_csv(args.csv, digests, args.dialect)
        print(args.csv)
    if args.parquet:
        tables.write_parquet(args.parquet, digests)
        print(args.parquet)
    return 0


def _fit(path: Path, digests: list[Digest]) -> list[Path]:
    """Write one activity, or numbered ones for the parts of a joined session."""
    fit = extra("cued.report.fit", "fit", "FIT")
    written: list[Path] = []
    for number, d in enumerate(digests, 1):
        to = path if len(digests) == 1 else path.with_stem(f"{path.stem}_{number}")
        write_whole(to, fit.fit_bytes(d))
        written.append(to)
    return written
