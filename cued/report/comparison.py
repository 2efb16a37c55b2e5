"""Compare two runs of the same sessions: how often each cue was given, and how often rightly.

Rules of this file
------------------
* Only given cues count, and only sessions that both runs have: each is its own control.
* The interval of a change is the 95 % percentile bootstrap over runners (Efron & Tibshirani 1993):
  a runner's sessions are alike, so runners are drawn, not sessions. With fewer than three runners
  there is no interval.
* A cue within ``NEAR_S`` of a label belongs to it. Precision is the share of labelled cues that are
  right, recall the share of moments labelled ``right`` or ``missed`` that have a cue. A cue near no
  label is counted separately.
* The first cue that differs is reported, because after it the runner would have acted differently.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cued.model import CuedError

NEAR_S = 5.0  # a label is set by hand, accurate to a few strides: chosen, not measured
MARK_S = 15.0  # time to feel a cue, think and press the mark: chosen, not measured
DRAWS = 2000  # give the ends of a 95 % interval to a few per cent of its width
LEAST = 3  # runners for an interval

Row = dict[str, Any]
Place = tuple[str, str, str, int]  # station, session, hash of its bytes, part


class GivenCue(Struct, frozen=True, order=True):
    """A given cue: its time by the session's clock, and its key."""

    t: float
    key: str


class SharedPart(Struct, frozen=True, kw_only=True):
    """A part of a session that both runs have."""

    session: str
    runner: str
    hours: float
    before: tuple[GivenCue, ...]
    after: tuple[GivenCue, ...]
    marks: tuple[float, ...] = ()


class Label(Struct, frozen=True, array_like=True):
    """A person's judgement of a moment: a line of the file of labels."""

    session: str
    t: float
    label: Literal["false", "right", "missed"]


class RateChange(Struct, frozen=True, kw_only=True):
    """A cue's rates per hour, and the interval of their difference, if there is one."""

    key: str
    before: float
    after: float
    interval: tuple[float, float] | None


class Score(Struct, frozen=True, kw_only=True):
    """How cues agree with labels; None where nothing is labelled."""

    precision: float | None
    recall: float | None
    unlabelled: int


def paired(rows: Iterable[Row], about: Iterable[Row], before: str, after: str) -> list[SharedPart]:
    """Return the parts that two runs share.

    before, after : hashes of configurations, or ``recorded``, which is read from ``after``'s rows.
    """
    chosen = {"before": (after, "before") if before == "recorded" else (before, "after"),
              "after": (after, "after")}  # fmt: skip
    cues: dict[tuple[str, Place], list[GivenCue]] = defaultdict(list)
    marks: dict[Place, list[float]] = defaultdict(list)
    for row in rows:
        for which, (configuration, run) in chosen.items():
            if (row["configuration"], row["run"]) == (configuration, run):
                if row["type"] == "cue" and row["verdict"] == "given":
                    cues[which, _place(row)].append(GivenCue(row["t_s"], row["key"]))
                if row["type"] == "mark" and which == "after":
                    marks[_place(row)].append(row["t_s"])
    there: dict[str, dict[Place, Row]] = {before: {}, after: {}}
    for row in about:
        there.setdefault(row["configuration"], {})[_place(row)] = row
    both = set(there[after]) & set(there[after if before == "recorded" else before])
    return [
        SharedPart(
            session=place[1],
            runner=there[after][place]["runner"],
            hours=there[after][place]["hours"],
            before=tuple(sorted(cues["before", place])),
            after=tuple(sorted(cues["after", place])),
            marks=tuple(sorted(marks[place])),
        )
        for place in sorted(both)
    ]


def changes(parts: Sequence[SharedPart]) -> list[RateChange]:
    """Return the change of all cues together, then of each cue."""
    keys = sorted({c.key for p in parts for c in (*p.before, *p.after)})
    return [_change(parts, "all", None), *(_change(parts, key, key) for key in keys)]


def first_difference(part: SharedPart) -> tuple[GivenCue, str] | None:
    """Return the first cue that only one run has, and that run: ``before`` or ``after``."""
    before, after = Counter(part.before), Counter(part.after)
    gone, new = before - after, after - before
    differ = [(c, "before") for c in gone] + [(c, "after") for c in new]
    return min(differ, default=None)


def near_marks(part: SharedPart) -> list[tuple[float, list[GivenCue], list[GivenCue]]]:
    """Return each mark with both runs' cues in the ``MARK_S`` before it."""
    return [(t, _before(part.before, t), _before(part.after, t)) for t in part.marks]


def score(parts: Sequence[SharedPart], labels: Sequence[Label], run: str) -> Score:
    """Score the cues of a run against the labels."""
    of: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        of[label.session].append(label)
    right = false = unlabelled = met = moments = 0
    for session in {p.session for p in parts}:
        cues = [c for p in parts if p.session == session for c in getattr(p, run)]
        for cue in cues:
            near = [x for x in of[session] if abs(x.t - cue.t) <= NEAR_S]
            nearest = min(near, key=lambda x: abs(x.t - cue.t), default=None)
            right += nearest is not None and nearest.label != "false"
            false += nearest is not None and nearest.label == "false"
            unlabelled += nearest is None
        true = [x for x in of[session] if x.label != "false"]
        moments += len(true)
        met += sum(any(abs(x.t - c.t) <= NEAR_S for c in cues) for x in true)
    return Score(
        precision=right / (right + false) if right + false else None,
        recall=met / moments if moments else None,
        unlabelled=unlabelled,
    )


def read_labels(path: Path, sessions: Iterable[str]) -> list[Label]:
    """Read a file of labels, ``session,t,false|right|missed``, with or without a heading."""
    known = set(sessions)
    try:
        lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    except (OSError, ValueError) as error:
        raise CuedError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    out: list[Label] = []
    for number, line in enumerate(lines, 1):
        cells = [c.strip() for c in line]
        if not any(cells) or (number == 1 and cells[:2] == ["session", "t"]):
            continue
        try:
            session, t, label = cells
            out.append(msgspec.convert([session, float(t), label], Label))
        except (ValueError, msgspec.ValidationError):
            raise CuedError(
                f"{path}, line {number}: write session,t,LABEL, with false, right or missed, "
                f"not {','.join(cells)}"
            ) from None
        if session not in known:
            raise CuedError(f"{path}, line {number}: {session} is not a session of both runs")
    return out


def _change(parts: Sequence[SharedPart], name: str, key: str | None) -> RateChange:
    of: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for part in parts:
        counts = (_count(part.before, key), _count(part.after, key), part.hours)
        of[part.runner] = [a + b for a, b in zip(of[part.runner], counts, strict=True)]
    before, after, hours = (sum(column) for column in zip(*of.values(), strict=True))
    return RateChange(
        key=name,
        before=before / hours if hours else 0.0,
        after=after / hours if hours else 0.0,
        interval=_interval(of),
    )


def _interval(of: Mapping[str, Sequence[float]]) -> tuple[float, float] | None:
    """Return the 95 % interval of the change per hour, by bootstrap over runners."""
    runners = sorted(name for name, (_, _, hours) in of.items() if hours > 0.0)
    if len(runners) < LEAST:
        return None
    draw = random.Random(0)  # the same data give the same answer
    drawn: list[float] = []
    for _ in range(DRAWS):
        some = [of[name] for name in draw.choices(runners, k=len(runners))]
        drawn.append(sum(a - b for b, a, _ in some) / sum(h for _, _, h in some))
    drawn.sort()
    return drawn[round(0.025 * DRAWS)], drawn[round(0.975 * DRAWS) - 1]


def _before(cues: Sequence[GivenCue], t: float) -> list[GivenCue]:
    return [c for c in cues if 0.0 <= t - c.t <= MARK_S]


def _count(cues: Sequence[GivenCue], key: str | None) -> int:
    return sum(key in (None, c.key) for c in cues)


def _place(row: Row) -> Place:
    return row["station"], row["session"], row["input"], row["part"]
