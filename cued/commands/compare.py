"""Compare two configurations over the same sessions, from the results of ``cued reanalyse``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cued.model import CuedError
from cued.parts import extra
from cued.report import comparison
from cued.report.comparison import RateChange, Score, SharedPart

NAME = "compare"
HELP = "compare two configurations over the same sessions"
RECORDED = "recorded"
SHOWN = 20  # sessions, or marks, that are listed singly


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("results", type=Path, metavar="DIR", help="folder of cued reanalyse --out")
    parser.add_argument(
        "--before", default=RECORDED, metavar="A",
        help="a configuration, by its hash or swept KEY=VALUE, or recorded (the default)",
    )  # fmt: skip
    parser.add_argument("--after", metavar="B", help="another (default: the only one there is)")
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="CSV of labels: session,t,false|right|missed"
    )


def run(args: argparse.Namespace) -> int:
    """Print the comparison."""
    dataset = extra("cued.report.dataset", "cluster")
    about = dataset.read(args.results, about=True)
    if not about:
        raise CuedError(f"{args.results}: no results here; cued reanalyse makes them")
    there = {row["configuration"]: row["settings"] for row in about}
    after = _chosen(args.after, there)
    before = RECORDED if args.before == RECORDED else _chosen(args.before, there)
    parts = comparison.paired(dataset.read(args.results), about, before, after)
    if not parts:
        raise CuedError(f"{before} and {after} have no session in common")
    print(f"before: {before} {there.get(before, '')}".rstrip())
    print(f"after:  {after} {there[after]}\n")
    print("\n".join(described(parts)))
    if args.labels:
        labels = comparison.read_labels(args.labels, {p.session for p in parts})
        scores = [comparison.score(parts, labels, name) for name in ("before", "after")]
        print("\n".join(_scored(scores)))
    return 0


def described(parts: Sequence[SharedPart]) -> Iterator[str]:
    """Yield lines with the rates of cues, the first that differ, and those before a mark."""
    hours, runners = sum(p.hours for p in parts), len({p.runner for p in parts})
    sessions = len({p.session for p in parts})
    yield f"{sessions} sessions, {hours:.1f} h, {runners} runners; cues given per hour:"
    yield from _table(comparison.changes(parts))
    yield ""
    differing = [(p, d) for p in parts if (d := comparison.first_difference(p))]
    yield f"first cue that differs, in {len(differing)} of {len(parts)} parts:"
    yield from _few(
        f"  {p.session} at {cue.t:.1f} s: {cue.key}, {run} only" for p, (cue, run) in differing
    )
    marks = [(p, *near) for p in parts for near in comparison.near_marks(p)]
    yield f"cues in the {comparison.MARK_S:g} s before a mark, of {len(marks)} marks:"
    yield from _few(
        f"  {p.session} at {t:.1f} s: {_keys(before)} -> {_keys(after)}"
        for p, t, before, after in marks
    )


def _table(changes: Sequence[RateChange]) -> Iterator[str]:
    width = max(len(c.key) for c in changes)
    yield f"{'':{width}}   before    after   change  95 % interval"
    for c in changes:
        change = c.after - c.before
        low_high = "unknown" if c.interval is None else "{:+.2f} to {:+.2f}".format(*c.interval)
        yield f"{c.key:{width}} {c.before:8.2f} {c.after:8.2f} {change:+8.2f}  {low_high}"
    if any(c.interval is None for c in changes):
        yield f"(an interval needs {comparison.LEAST} runners)"


def _scored(scores: Iterable[Score]) -> Iterator[str]:
    yield f"with labels (a cue within {comparison.NEAR_S:g} s):"
    for name, one in zip(("before", "after"), scores, strict=True):
        yield (
            f"  {name:6} precision {_share(one.precision)}, recall {_share(one.recall)}, "
            f"{one.unlabelled} cues without a label"
        )


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _keys(cues: Sequence[comparison.GivenCue]) -> str:
    return ", ".join(c.key for c in cues) or "none"


def _few(lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield from every[:SHOWN]
    if len(every) > SHOWN:
        yield f"  and {len(every) - SHOWN} more"


def _chosen(wanted: str | None, there: dict[str, Any]) -> str:
    """Find a configuration by the start of its hash, or by a setting KEY=VALUE."""
    if wanted is None:
        found = list(there)
    else:
        key, _, value = wanted.partition("=")
        setting = f'"{key.strip()}":"{value.strip()}"'
        found = [h for h, laid in there.items() if h.startswith(wanted) or setting in laid]
    if len(found) == 1:
        return found[0]
    known = "; ".join(f"{h} {laid}" for h, laid in sorted(there.items()))
    what = "choose one with --after" if wanted is None else f"{wanted} does not name one of these"
    raise CuedError(f"{what}: {known}")
