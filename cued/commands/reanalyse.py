"""Let another configuration hear many recorded sessions, on all cores or on a cluster.

What is done is kept: the same command goes on where it was stopped. A session that cannot be read
is named and skipped.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from cued import config
from cued.commands._options import add_config, load_config, settings
from cued.commands._sessions import concluded
from cued.config import Config
from cued.model import AnyEvent, ConfigError, CuedError
from cued.recording.sessions.opening import configuration, tables
from cued.recording.sessions.session import SUFFIX, Part, Session

NAME = "reanalyse"
HELP = "let another configuration hear many recorded sessions"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("sessions", nargs="+", type=Path, help="session files, or folders of them")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of results")
    parser.add_argument(
        "--workers", type=_count, default=0, metavar="N", help="processes (default: one a core)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster: tcp://HOST:PORT")
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Hear all sessions and sum up; 1 when some could not be read."""
    try:
        importlib.import_module("pyarrow")
        distributed = importlib.import_module("distributed")
    except ModuleNotFoundError as missing:
        raise CuedError(
            f"this needs {missing.name}; install it with: pip install 'cued[cluster]'"
        ) from None
    chosen = _tables(load_config(args)) if args.config else None
    _check(settings(args))
    wanted = msgspec.json.encode([chosen, settings(args)], order="sorted").decode()
    paths = _files(args.sessions)
    logging.getLogger("distributed").setLevel(logging.WARNING)
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CuedError(f"{args.out}: {error.strerror}") from None
    work = partial(hear, out=str(args.out.resolve()), wanted=wanted)
    with _client(distributed, args) as client:
        futures = client.map(work, [str(p.resolve()) for p in paths], pure=False)
        names = {f.key: p.stem for f, p in zip(futures, paths, strict=True)}
        ended = _progress(distributed.as_completed(futures), len(paths))
        done = [_outcome(future, names[future.key]) for future in ended]
    _tidy(args.out)
    print("\n".join(summed_up(sorted(done, key=lambda d: d["session"]))))
    return 1 if any(d["trouble"] for d in done) else 0


def _count(text: str) -> int:
    """Parse a number of processes (argparse type)."""
    if (count := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 up")
    return count


def _check(laid: dict[str, str]) -> None:
    """Refuse at once what every session would refuse; sensors are each session's own."""
    told: dict[str, Any] = {}
    for key, value in laid.items():
        if not key.startswith("sensors."):
            config.overlay(told, key, value)
    config.convert(told)


def hear(path: str, *, out: str, wanted: str) -> dict[str, Any]:
    """Hear one session in a worker; what came of it, as plain values."""
    reanalysis = importlib.import_module("cued.report.reanalysis")
    told, laid = msgspec.json.decode(wanted, type=tuple[dict[str, Any] | None, dict[str, str]])
    chosen = config.convert(told) if told else None
    try:
        heard = partial(_heard, chosen, laid)
        done = reanalysis.analyse(Path(path), Path(out), wanted, heard)
    except (CuedError, OSError) as error:
        done = reanalysis.Done(session=Path(path).stem, trouble=str(error))
    return msgspec.to_builtins(done)


def summed_up(done: Sequence[dict[str, Any]]) -> list[str]:
    """Tell what changed over all sessions, kind by kind."""
    good = [d for d in done if not d["trouble"]]
    before, after = Counter[str](), Counter[str]()
    for d in good:
        before.update(d["before"])
        after.update(d["after"])
    hours = sum(d["seconds"] for d in good) / 3600.0
    skipped = sum(d["skipped"] for d in good)
    out = [f"{len(good)} sessions, {hours:.1f} h, {skipped} of them done before"]
    kinds = [k for k in sorted(before | after) if k.startswith("cue:")] + ["stumble", "fall"]
    width = max(map(len, kinds))
    out.append(f"{'':{width}}  recorded       now    change")
    for kind in kinds:
        was, now = before[kind], after[kind]
        out.append(f"{kind:{width}}  {was:8d}  {now:8d}  {now - was:+8d}")
    out += [f"not whole: {d['session']}: {d['note']}" for d in good if d["note"]]
    return out + [f"not read: {d['session']}: {d['trouble']}" for d in done if d["trouble"]]


def _heard(
    chosen: Config | None, laid: dict[str, str], session: Session, part: Part
) -> Iterator[AnyEvent]:
    """Feed a part to an engine of the chosen or its own configuration, with its sensors."""
    own = configuration(part.opening, laid)
    used = replace(chosen, sensors=own.sensors) if chosen else own
    return concluded(session, part, used)


def _tables(chosen: Config) -> dict[str, Any]:
    """Turn a configuration into tables, parts that are off included."""
    told = tables(replace(chosen, sensors={}))
    for kind in config.ALWAYS_ON:
        for name in config.parts.names(kind):
            told[kind].setdefault(name, {"enabled": False})
    return told


def _outcome(future: Any, session: str) -> dict[str, Any]:
    """Take what came of a session, which may be that it ends every worker that hears it."""
    if error := future.exception():
        return {"session": session, "trouble": str(error).split(". ")[0]}
    return future.result()


def _tidy(out: Path) -> None:
    """Remove what workers that died had begun, where another has done it since."""
    for begun in out.glob("*.new"):
        name = begun.name.removesuffix(".new").rpartition(".")[0]
        if (out / f"{name}.parquet").exists():
            begun.unlink(missing_ok=True)


def _files(named: Iterable[Path]) -> list[Path]:
    out: list[Path] = []
    for path in named:
        found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not found or not path.exists():
            raise CuedError(f"{path}: there is no session")
        out += found
    return list(dict.fromkeys(out))


def _client(distributed: Any, args: argparse.Namespace) -> Any:
    if args.scheduler:
        try:
            return distributed.Client(args.scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise ConfigError(f"--scheduler {args.scheduler}: {error}") from None
    cluster = distributed.LocalCluster(
        n_workers=args.workers or None,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
        host="127.0.0.1",
    )
    return distributed.Client(cluster)


def _progress(futures: Iterable[Any], count: int) -> Iterator[Any]:
    """Give futures as they end, with a line of progress on a terminal."""
    shown = sys.stderr.isatty()
    for number, future in enumerate(futures, 1):
        if shown:
            print(f"\r{number} of {count} sessions", end="", file=sys.stderr, flush=True)
        yield future
    if shown:
        print(file=sys.stderr)
