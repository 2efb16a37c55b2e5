"""Run other configurations on many recorded sessions, on all cores or on a cluster.

Finished work is kept: the same command continues where it was stopped. A session that cannot be
read is named and skipped. ``report/dataset.py`` describes the resulting dataset.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from cued import app, config
from cued.commands import _cluster
from cued.commands._options import add_config, load_config, settings
from cued.config import Config
from cued.model import AnyEvent, Command, CuedError
from cued.parts import extra
from cued.recording.sessions.joining import joined
from cued.recording.sessions.opening import configuration, tables
from cued.recording.sessions.session import SUFFIX, RecordedSession, SessionPart
from cued.report.done import Done, RunOptions, summed_up, troubles
from cued.report.places import place

NAME = "reanalyse"
HELP = "run another configuration on many recorded sessions"
INTERRUPTED = 130  # 128 and SIGINT's 2, as a shell reports it


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "sessions", nargs="+", help="session files or folders of them, here or at s3://, sftp://"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of results, likewise")
    parser.add_argument(
        "--workers", type=_count, default=0, metavar="N", help="processes (default: one per core)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster: tcp://HOST:PORT")
    parser.add_argument(
        "--shard", type=_shard, metavar="K/N",
        help="only the K-th of N shares, in this process: for job arrays without Dask",
    )  # fmt: skip
    parser.add_argument(
        "--sweep", action="append", default=[], metavar="KEY=A,B,C",
        help="try each of these values; several sweeps give every combination",
    )  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true",
        help="join packets: faster, but not exact (rows are marked)",
    )  # fmt: skip
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Analyse all sessions and sum up; return 1 when any could not be read."""
    for needed in ("pyarrow",) if args.shard else ("pyarrow", "distributed"):
        extra(needed, "cluster")
    wanted = _wanted(args)
    paths = _files(args.sessions)
    if args.shard:
        paths = paths[args.shard[0] - 1 :: args.shard[1]]
    out = place(args.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CuedError(f"{args.out}: {error.strerror or error}") from None
    try:
        done = _all(args, paths, out, list(wanted))
    except KeyboardInterrupt:
        print("stopped; the same command continues from here", file=sys.stderr)
        return INTERRUPTED
    importlib.import_module("cued.report.dataset").tidy(out)
    print("\n".join(_summary(done, wanted)))
    return 1 if any(d.trouble for d in done) else 0


def _all(
    args: argparse.Namespace, paths: Sequence[Path], out: Path, wanted: Sequence[str]
) -> list[Done]:
    """Run every session through every wanted configuration."""
    work = partial(analyse, out=str(out), wanted=wanted)
    progress = _cluster.Progress({p: _size(p) for p in paths})
    if args.shard or not paths:
        ended = _cluster.alone(work, paths)
    else:
        ended = _cluster.spread(work, paths, out, workers=args.workers, scheduler=args.scheduler)
    done: list[Done] = []
    try:
        for path, results in ended:
            progress.feed(path, results)
            done += results
    finally:
        progress.end()
    return sorted(done, key=lambda d: d.session)


def analyse(path: str, *, out: str, wanted: Sequence[str]) -> list[Done]:
    """Analyse one session in a worker; return each configuration's result."""
    reanalysis = importlib.import_module("cued.report.reanalysis")
    try:
        return reanalysis.analyse(place(path), place(out), wanted, _run_engines, _effective)
    except CuedError as error:
        return [Done(session=Path(path).stem, trouble=str(error))]
    except OSError as error:
        why = f"{error.filename or path}: {error.strerror or error}"
        return [Done(session=Path(path).stem, trouble=why)]


def _wanted(args: argparse.Namespace) -> dict[str, str]:
    """Map each requested configuration, encoded, to its name."""
    chosen = _tables(load_config(args)) if args.config else None
    out: dict[str, str] = {}
    for swept in itertools.product(*map(_values, args.sweep)):
        laid = {**settings(args), **dict(swept)}
        _check(laid)
        name = ", ".join([f"{k}={v}" for k, v in swept] + ["not exact"] * args.quick)
        out[RunOptions(chosen, laid, args.quick).text()] = name
    return out


def _values(sweep: str) -> list[tuple[str, str]]:
    key, equals, values = sweep.partition("=")
    if not equals or not key or not values:
        raise config.ConfigError(f"--sweep {sweep}: write SECTION.KEY=VALUE,VALUE")
    return [(key.strip(), value.strip()) for value in values.split(",")]


def _check(laid: dict[str, str]) -> None:
    """Refuse at once what every session would refuse; the sensors are each session's own."""
    tried: dict[str, Any] = {}
    for key, value in laid.items():
        if not key.startswith("sensors."):
            config.overlay(tried, key, value)
    config.convert(tried)


def _run_engines(
    session: RecordedSession, part: SessionPart, wanted: Sequence[str]
) -> Iterator[tuple[int, AnyEvent | Command]]:
    """Decode a part once and feed it to an engine of each configuration."""
    engines = [app.remake(_used(part, w), part.opening)[0] for w in wanted]
    inputs = session.inputs(part)
    for item in joined(inputs) if RunOptions.of(wanted[0]).quick else inputs:
        for which, engine in enumerate(engines):
            if isinstance(item, Command):
                yield which, item
            for event in engine.feed(item):
                yield which, event


def _effective(part: SessionPart, wanted: str) -> str:
    return msgspec.json.encode(tables(_used(part, wanted)), order="sorted").decode()


def _used(part: SessionPart, wanted: str) -> Config:
    """Return the chosen configuration, or the part's own, with the part's sensors."""
    asked = RunOptions.of(wanted)
    own = configuration(part.opening, asked.laid)
    return replace(config.convert(asked.chosen), sensors=own.sensors) if asked.chosen else own


def _tables(chosen: Config) -> dict[str, Any]:
    """Turn a configuration into tables, including parts that are off."""
    out = tables(replace(chosen, sensors={}))
    for kind in config.ALWAYS_ON:
        for name in config.parts.names(kind):
            out[kind].setdefault(name, {"enabled": False})
    return out


def _summary(done: Sequence[Done], wanted: dict[str, str]) -> list[str]:
    """Sum up the results of each configuration."""
    hashed = importlib.import_module("cued.report.dataset").configuration
    out: list[str] = []
    for one, name in wanted.items():
        out.append(f"configuration {hashed(one)}" + (f": {name}" if name else ""))
        out += [*summed_up([d for d in done if d.wanted == one]), ""]
    return [*out[:-1], *troubles(done)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _files(named: Iterable[str]) -> list[Path]:
    """Find the sessions; a link keeps its own name."""
    out: list[Path] = []
    for path in map(place, named):
        found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path] * path.is_file()
        if not found:  # nor in a pipe: reading it never ends
            raise CuedError(f"{path}: there is no session")
        out += found
    return list(dict.fromkeys(out))


def _count(text: str) -> int:
    """Parse a number of processes (argparse type)."""
    if (count := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 up")
    return count


def _shard(text: str) -> tuple[int, int]:
    """Parse a share such as 3/24 (argparse type)."""
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(f"{text} is not a share such as 3/24")
    return int(found[1]), int(found[2])
