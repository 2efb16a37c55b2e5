"""Score the engine against the recordings' truth, by data set, sensors, mode and direction.

The engine runs exactly as it does live, packet by packet, once for each set of sensors that might
be worn on its own. Definitions: docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import msgspec
from msgspec import Struct
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table as RichTable

from cued import app, config
from cued.commands._options import add_config, positive
from cued.engine import Worn
from cued.evaluation.figures import Scores, figures
from cued.evaluation.scoring import score
from cued.evaluation.tables import Table, tables
from cued.evaluation.tally import Tallies, pool, under
from cued.evaluation.targets import Verdict, verdicts
from cued.model import AnyEvent, Belt, RecordingError
from cued.recording.tables.stream import PACKET_S, packets
from cued.recording.tables.table import TableRecording, find_tables, read_table
from cued.recording.tables.truth import KINDS
from cued.report.places import write_whole

NAME = "evaluate"
HELP = "score the engine against the recordings' truth"

WIDTH = 200  # columns; wide enough for every table, and a narrower terminal wraps the lines
ALONE_UP_TO = 8  # recordings; starting processes takes longer than scoring these


class Report(Struct, frozen=True):
    """The content of the ``--json`` file."""

    recordings: int
    packet_s: float
    refused: tuple[str, ...]
    notes: tuple[str, ...]
    targets: tuple[Verdict, ...]
    scores: Scores


class Work(Struct, frozen=True):
    """One recording to score, in any process."""

    folder: Path
    packet_s: float
    config: Path | None
    without: frozenset[str]


class Evaluated(Struct):
    """The outcome: tallies, or why the recording was refused, and what was not scored."""

    tallies: Tallies
    person: str = ""
    recording: str = ""
    refused: str = ""
    note: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "recordings",
        nargs="+",
        type=Path,
        metavar="RECORDING",
        help="folder of a table recording, or a folder to search for them",
    )
    parser.add_argument(
        "--by",
        choices=("set", "person", "recording"),
        default="set",
        help="print a line for each of these (default set: the recordings of one source)",
    )
    parser.add_argument(
        "--without",
        action="append",
        choices=("belt",),
        default=[],
        help="withhold the belt's speed from the engine",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON")
    parser.add_argument(
        "--packet-s",
        type=positive,
        default=PACKET_S,
        metavar="S",
        help=f"feed samples in packets of this length (default {PACKET_S} s)",
    )
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Score, print the tables, and name the recordings that were refused."""
    without = frozenset[str](args.without)
    report = evaluate(args.recordings, args.packet_s, args.config, by=args.by, without=without)
    for line in (*report.refused, *report.notes):
        print(f"cued: {line}", file=sys.stderr)
    console = Console(width=WIDTH)
    for table in tables(report.scores, report.targets):
        console.print(_drawn(table))
    if args.json:
        content = msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
        write_whole(args.json, content)
    return 1 if report.refused else 0


def evaluate(
    wanted: Iterable[Path],
    packet_s: float = PACKET_S,
    chosen: Path | None = None,
    *,
    by: str = "set",
    without: frozenset[str] = frozenset(),
) -> Report:
    """Score every recording in the folders, with progress on a terminal.

    Targets are judged by data set, even when each person or recording has its own rows.
    """
    folders = [folder for path in wanted for folder in _tables_in(path)]
    work = [Work(folder, packet_s, chosen, without) for folder in dict.fromkeys(folders)]
    done = dict(
        track(
            _all(work),
            total=len(work),
            description="recordings",
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )
    )
    in_order = [done[index] for index in sorted(done)]
    judged = verdicts(figures(pool([one.tallies for one in in_order])))
    shown = [_named(one, by) for one in in_order]
    refused = tuple(one.refused for one in in_order if one.refused)
    notes = tuple(one.note for one in in_order if one.note)
    count = len(work) - len(refused)
    return Report(count, packet_s, refused, notes, judged, figures(pool(shown)))


def _named(done: Evaluated, by: str) -> Tallies:
    if by == "set":
        return done.tallies
    return under(done.person if by == "person" else done.recording, done.tallies)


def _tables_in(path: Path) -> list[Path]:
    found = find_tables(path)
    if not found:
        reason = "no recording.toml in or below it" if path.is_dir() else "no such folder"
        raise RecordingError(f"{path}: {reason}")
    return found


def _all(work: list[Work]) -> Iterator[tuple[int, Evaluated]]:
    """Score all, on every core when there are many; yield (index, result) as they finish."""
    if len(work) <= ALONE_UP_TO:
        yield from ((index, _do(one)) for index, one in enumerate(work))
        return
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool_of:
        futures = {pool_of.submit(_do, one): index for index, one in enumerate(work)}
        for future in as_completed(futures):
            yield futures[future], future.result()


def _do(work: Work) -> Evaluated:
    try:
        recording = read_table(work.folder)
    except RecordingError as error:
        return Evaluated(Tallies(), refused=str(error))
    settings = config.load(work.config)

    def engine_on(recording: TableRecording, sensors: Collection[str]) -> list[AnyEvent]:
        tracks = [s for s in recording.sensors if s.name in sensors]
        engine = app.engine(settings, {s.name: Worn(s.placement, s.mounting) for s in tracks})
        return [
            event
            for given in packets(recording, work.packet_s, sensors)
            if not (isinstance(given, Belt) and "belt" in work.without)
            for event in engine.feed(given)
        ]

    return Evaluated(
        score(recording, engine_on),
        person=recording.subject or recording.name,
        recording=recording.name,
        note=_unscored(work.folder, recording),
    )


def _unscored(folder: Path, recording: TableRecording) -> str:
    """Name the truth that is not scored, because a misnamed kind looks like missing truth."""
    if not recording.truth:
        return f"{folder}: there is no truth, so only false alarms can be counted"
    kinds = sorted({row.kind for row in recording.truth} - KINDS)
    named = ", ".join(kinds)
    return f"{folder}: rows of kind {named} are not scored (docs/recordings.md)" if kinds else ""


def _drawn(table: Table) -> RichTable:
    drawn = RichTable(title=table.title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in table.headings:
        left = heading in {"group", "data", "sensors", "files", "quantity", ""}
        drawn.add_column(heading, justify="left" if left else "right", no_wrap=left)
    for row in table.rows:
        drawn.add_row(*row)
    return drawn
