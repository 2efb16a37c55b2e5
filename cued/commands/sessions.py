"""List the recorded sessions; rename, join, delete them, or forget a runner."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sqlite3
import sys
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from msgspec import Struct

from cued import app, config
from cued.commands._options import add_config
from cued.commands._sessions import add_folder, sessions_folder, state_folder
from cued.config import Config
from cued.model import CuedError, RecordingError
from cued.recording.history import schema
from cued.recording.history.file import BAD
from cued.recording.history.file import NAME as HISTORY
from cued.recording.sessions import folder, index, rewriting
from cued.recording.sessions.session import SUFFIX, RecordedSession
from cued.recording.sessions.totals import Ending
from cued.report import visit
from cued.sinks._outbox import FOLDER as OUTBOX
from cued.sinks._outbox import Outbox
from cued.words import counted

NAME = "sessions"
HELP = "list recorded sessions; rename, join, delete them, or forget a runner"

COLUMNS = ("session", "runner", "min", "strides", "backward", "cues", "stumbles", "falls", "")
NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class ListedSession(Struct, frozen=True):
    """A session in the list."""

    path: Path
    endings: tuple[Ending, ...] = ()
    trouble: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the columns as text."""
        if not self.endings:
            return (self.path.stem, *[""] * 7, self.trouble)
        e = self.endings
        return (
            self.path.stem,
            ", ".join(dict.fromkeys(x.runner for x in e)),
            f"{sum(x.duration_s for x in e) / 60:.1f}",
            str(sum(x.strides for x in e)),
            f"{sum(x.backward_s for x in e) / 60:.1f}",
            *(str(sum(getattr(x, name) for x in e)) for name in ("cues", "stumbles", "falls")),
            self.trouble,
        )


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser)
    add_folder(parser)
    _add_filters(parser)
    # These may come before or after the subcommand; leaving one out after keeps the one before.
    where = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    add_config(where)
    add_folder(where)
    which = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_filters(which)
    below = parser.add_subparsers(dest="what", metavar="WHAT")
    add = partial(below.add_parser, parents=[where])
    below.add_parser("list", help="list them (the default)", parents=[where, which])
    rename = add("rename", help="give a session a name after its date")
    rename.add_argument("session")
    rename.add_argument("name")
    merge = add("merge", help="join sessions of one runner into one file")
    merge.add_argument("session", nargs="+")
    delete = add("delete", help="delete sessions")
    delete.add_argument("session", nargs="+")
    forget = add("forget", help="delete everything about a runner")
    forget.add_argument("runner_name", metavar="RUNNER")
    forget.add_argument(
        "--retained",
        action="store_true",
        help="clear what the MQTT broker retains, too, unasked",
    )
    for p in (delete, forget):
        p.add_argument("--yes", action="store_true", help="do not ask")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runner", help="only this runner's sessions")
    parser.add_argument("--since", type=day, metavar="DATE", help="only from this day on")
    parser.add_argument("--stumbles", action="store_true", help="only with a stumble or a fall")


def day(text: str) -> float:
    """Parse a date (argparse type) into seconds since 1970."""
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a date such as 2026-03-01") from None
    return datetime(chosen.year, chosen.month, chosen.day).astimezone().timestamp()


def run(args: argparse.Namespace) -> int:
    """Carry out the subcommand."""
    there = sessions_folder(args)
    match args.what:
        case "rename":
            _rename(folder.find(there, args.session), args.name)
        case "merge":
            paths = [folder.find(there, name) for name in args.session]
            print(f"joined into {rewriting.merge([RecordedSession(p) for p in paths])}")
        case "delete":
            _delete([folder.find(there, name) for name in args.session], ask=not args.yes)
        case "forget":
            _forget(args, there)
        case _:
            _list(args, there)
    return 0


def _list(args: argparse.Namespace, there: Path) -> None:
    known = index.index(there)
    every = ((path, known.entry(path)) for path in folder.files(there))
    rows = [ListedSession(p, e.endings, e.trouble) for p, e in every if _wanted(args, e.endings)]
    known.save()
    if not rows:
        print(f"no sessions in {there}; --folder DIR looks elsewhere")
        return
    table = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(COLUMNS))]
    for line in table:
        aligned = enumerate(zip(line, widths, strict=True))
        cells = (c.ljust(w) if i in (0, 1, 8) else c.rjust(w) for i, (c, w) in aligned)
        print("  ".join(cells).rstrip())


def _wanted(args: argparse.Namespace, endings: Sequence[Ending]) -> bool:
    if args.runner and args.runner not in {e.runner for e in endings}:
        return False
    if args.since and not any(e.began >= args.since for e in endings):
        return False
    return not args.stumbles or any(e.stumbles or e.falls for e in endings)


def _rename(path: Path, name: str) -> None:
    if not NAMED.fullmatch(name):
        raise CuedError(f"{name}: a name has at most 40 letters, digits, _ and -")
    stamp = re.match(r"\d{4}-\d\d-\d\d_\d{6}(_\d+)?(?=_|$)", path.stem)
    renamed = path.with_name(f"{stamp[0] if stamp else path.stem}_{name}{SUFFIX}")
    if renamed.exists():
        raise CuedError(f"{renamed.name} already exists")
    path.rename(renamed)
    print(renamed.stem)


def _delete(paths: Sequence[Path], *, ask: bool) -> None:
    names = ", ".join(path.stem for path in paths)
    if ask:
        _confirm(f"delete {names}?")
    for path in paths:
        path.unlink()
        _forget_kept(path.parent)
    print(f"deleted {names}")


def _forget(args: argparse.Namespace, there: Path) -> None:
    """Delete a runner's sessions and history, and the name from the sessions of others."""
    runner: str = args.runner_name
    if not runner.strip():
        raise CuedError("say whose: cued sessions forget RUNNER")
    if not args.yes:
        _confirm(f"delete every session and all history of {runner}?")
    gone = changed = 0
    unreadable: list[str] = []
    for path in folder.files(there):
        try:
            session = RecordedSession(path)
            if rewriting.is_of(session, runner):
                path.unlink()
                gone += 1
            elif rewriting.mentions(session, runner):
                rewriting.without(session, runner)
                changed += 1
        except RecordingError:
            unreadable.append(path.stem)
    _forget_kept(there)
    loaded = config.load(args.config)
    state = state_folder(args, loaded)
    unsent = Outbox(state / OUTBOX).forget(runner)
    rows = _forget_history(loaded, state, runner)
    left = _swept(state, args.config, runner)
    print(
        f"{runner}: deleted {counted(gone, 'session')}, {counted(rows, 'row')} of the history and "
        f"{counted(unsent, 'unsent summary', 'unsent summaries')}; "
        f"removed the name from {counted(changed, 'other session')}"
    )
    _forget_retained(loaded, runner, sure=args.retained)
    if left:
        print(f"still named in: {', '.join(map(str, left))}")
    print(
        "not touched: dashboards, backups, and files that report, export, record and reanalyse made"
    )
    if unreadable:
        print(f"not readable, so they may be {runner}'s: {', '.join(unreadable)}")


def _swept(state: Path, configuration: Path | None, runner: str) -> list[Path]:
    """Empty set-aside damaged files that name a runner; return other files that do."""
    name = re.compile(rb"(?<!\w)" + re.escape(runner.encode()) + rb"(?!\w)", re.IGNORECASE)
    files = sorted(p for p in state.rglob("*") if p.is_file() and p.suffix not in (SUFFIX, ".wav"))
    configurations = (
        [configuration, configuration.with_name(f"{configuration.name}.old")]
        if configuration
        else []
    )
    files += [p for p in configurations if p.is_file() and p not in files]
    left: list[Path] = []
    for path in files:
        try:
            if not name.search(path.read_bytes()):
                continue
            if BAD in path.name:
                _emptied(path)
                continue
        except OSError:
            pass  # unreadable: it may name the runner
        left.append(path)
    return left


def _emptied(path: Path) -> None:
    """Empty a file but keep its name and time, which show that a history was lost, and when."""
    times = path.stat()
    path.write_bytes(b"")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _forget_kept(there: Path) -> None:
    """Remove files that are gone or have changed from the folder's caches."""
    index.index(there).save()
    visit.visits(there).save()


def _forget_history(loaded: Config, state: Path, runner: str) -> int:
    options = loaded.part("sinks", "history")
    named = getattr(options, "file", "")
    path = Path(named) if named else state / HISTORY
    if not path.exists():
        return 0
    try:
        return schema.forget(path, runner)
    except sqlite3.Error as error:
        raise CuedError(f"{path}: {error}; nothing about {runner} was deleted there") from None


def _forget_retained(loaded: Config, runner: str, *, sure: bool) -> None:
    """Clear what the broker retains about a runner, if that is wanted."""
    options = loaded.part("sinks", "mqtt")
    if options is None:
        return
    where = f"cued/{loaded.station.name}/session"
    if not sure and not _agreed("also clear what the MQTT broker retains about the runner?"):
        print(f"not touched: what the MQTT broker retains ({where}); --retained clears it")
        return
    from cued.sinks import _mqtt_client as mqtt  # noqa: PLC0415 (importing it takes its time)

    try:
        topics = asyncio.run(mqtt.forget(options, app.site(loaded), runner))
    except CuedError as error:
        print(f"not cleared: what the MQTT broker retains ({where}): {error}", file=sys.stderr)
        return
    print(f"cleared on the MQTT broker: {', '.join(topics) or 'nothing, no topic named them'}")


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise CuedError(f"{question} there is nobody to ask; confirm with --yes")
    if not _agreed(question):
        raise CuedError("nothing was deleted")
