"""A runner over calendar weeks: dose by week, the stage of the ladder, and what stayed.

Weeks begin on Monday, in local time. A week without a session is an empty week, not a missing one:
a break shows. The dose is time backward, bars by week with a dot for each session in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from cued.coach.workout.ladder import STAGES
from cued.model import Priority
from cued.recording.sessions.totals import Cover
from cued.report.digest import Digest
from cued.report.palette import Palette

WEEK = timedelta(days=7)
MOST_LABELS = 7
CALLED = ("given", "faded", "catch_block")


class Row(Struct, frozen=True):
    """A figure of each session; nan where it is not known."""

    title: str
    values: tuple[float, ...]


def rows(digests: Sequence[Digest]) -> list[Row]:
    """Give the figures over sessions of which at least one is known."""
    found = [
        Row("kept since the session before, %", _last(digests, "retention_percent")),
        Row("carried over into forward, %", _last(digests, "carried_percent")),
        Row("seconds until the old stride came back", _last(digests, "time_to_drift_s")),
        Row("stride cues called for in ten minutes' walk", tuple(_cue_rate(d) for d in digests)),
    ]
    return [row for row in found if any(map(math.isfinite, row.values))]


def trend(figure: Any, digests: Sequence[Digest], p: Palette) -> None:
    """Draw dose, ladder and what stayed over the weeks."""
    more = rows(digests)
    axes = figure.subplots(
        2 + len(more), 1, sharex=True, squeeze=False, gridspec_kw={"hspace": 0.42},
        height_ratios=[1.5, 1.5, *[1.0] * len(more)],
    )[:, 0]  # fmt: skip
    days = [d.when.date() for d in digests]
    at = [_day(d, days[0]) for d in digests]
    _dose(axes[0], digests, at, days[0], p)
    _ladder(axes[1], digests, at, p)
    for axis, row in zip(axes[2:], more, strict=True):
        axis.plot(at, row.values, color=p.grey, lw=1.0)
        axis.plot(at, row.values, "o", color=p.ahead, ms=5)
        axis.set_title(row.title)
        _from_nothing(axis, row)
    _weeks(axes[-1], days)


def height_in(digests: Sequence[Digest]) -> float:
    """Say how high the picture is, inches."""
    return 4.0 + 1.3 * len(rows(digests))


def monday(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def dose(digests: Sequence[Digest]) -> dict[date, float]:
    """Give the minutes backward of each week from the first to the last, empty ones included."""
    mondays = [monday(d.when.date()) for d in digests]
    out: dict[date, float] = {}
    week = min(mondays)
    while week <= max(mondays):
        out[week] = 0.0
        week += WEEK
    for week, d in zip(mondays, digests, strict=True):
        out[week] += d.ending.backward_s / 60.0
    return out


def _day(d: Digest, first: date) -> float:
    """Give the place of a session, days from the first Monday."""
    when = d.when
    return (when.date() - monday(first)).days + (when.hour + when.minute / 60.0) / 24.0


def _dose(axis: Any, digests: Sequence[Digest], at: list[float], first: date, p: Palette) -> None:
    weeks = dose(digests)
    starts = [(week - monday(first)).days for week in weeks]
    axis.bar(starts, weeks.values(), 6.6, align="edge", color=p.back, alpha=0.35, label="week")
    axis.plot(at, [d.ending.backward_s / 60.0 for d in digests], "D", color=p.back, ms=5)
    axis.set_title("minutes backward: bars by week, dots by session")
    axis.set_ylim(bottom=0, top=None if any(weeks.values()) else 1)


def _ladder(axis: Any, digests: Sequence[Digest], at: list[float], p: Palette) -> None:
    stages = [detail(d, "stage") for d in digests]
    axis.step(at, stages, where="post", color=p.ahead, lw=1.4)
    axis.plot(at, stages, "o", color=p.ahead, ms=5)
    stumbled = [(x, y) for x, y, d in zip(at, stages, digests, strict=True) if d.ending.stumbles]
    axis.plot([x for x, _ in stumbled], [y for _, y in stumbled], "X", color=p.warn, ms=9)
    highest = max([s for s in stages if math.isfinite(s)], default=0)
    names = [f"{n} {stage.name}" for n, stage in enumerate(STAGES)][: int(highest) + 2]
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(-0.4, len(names) - 0.6)
    axis.set_title("stage of the ladder; ✖ a stumble in that session")


def _from_nothing(axis: Any, row: Row) -> None:
    """Draw from 0, shares to 100 %: a change looks as large as it is."""
    known = [v for v in row.values if math.isfinite(v)]
    top = 100.0 if row.title.endswith("%") else 1.0
    low, high = min(*known, 0.0), max(*known, top)
    axis.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))


def _weeks(axis: Any, days: Sequence[date]) -> None:
    count = (monday(days[-1]) - monday(days[0])).days // 7 + 1
    every = max(1, math.ceil(count / MOST_LABELS))
    shown = range(0, count, every)
    mondays = [monday(days[0]) + n * WEEK for n in shown]
    names = [f"{day.day} {day:%b}" for day in mondays]
    axis.set_xticks([7 * n for n in shown], names)
    axis.set_xlim(-0.3, 7 * count + 0.3)
    axis.set_xlabel("weeks, by their Mondays")


def detail(d: Digest, name: str) -> float:
    """Take a number from what the session's end told; nan if it didn't."""
    value = d.summaries[-1].details.get(name) if d.summaries else None
    return float(value) if isinstance(value, int | float) else math.nan


def _last(digests: Sequence[Digest], name: str) -> tuple[float, ...]:
    out: list[float] = []
    for d in digests:
        values = [m.value for m in d.measured.get(name, []) if m.value is not None]
        out.append(values[-1] if values else math.nan)
    return tuple(out)


def _cue_rate(d: Digest) -> float:
    """Count cues about the stride, also those that fading feedback left out, by time walked."""
    cover = Cover()
    walked_s = sum(cover.feed(stride) for stride in d.strides)
    called = sum(c.priority == Priority.TECHNIQUE and c.verdict in CALLED for c in d.cues)
    return 600.0 * called / walked_s if walked_s else math.nan
