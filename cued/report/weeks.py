"""Draw a runner's calendar weeks: the dose, the stage of the ladder, and what stayed.

Weeks begin on Monday, in local time. A week without a session stays as a gap, so that a break
shows. The dose is time backward, a bar for each week with a dot for each session.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from cued.coach.workout.ladder import STAGES
from cued.report.palette import Palette
from cued.report.visit import Visit
from cued.words import Words

WEEK = timedelta(days=7)  # a week
MOST_LABELS = 7  # dates that fit side by side


class Curve(Struct, frozen=True):
    """One figure of every session; nan where unknown."""

    title: str
    values: tuple[float, ...]


def rows(visits: Sequence[Visit], w: Words) -> list[Curve]:
    """Return the curves that have at least one known value."""
    rates = tuple(_known(v.cue_rate) for v in visits)
    found = [
        Curve(w.say("report.kept_row"), _last(visits, "retention_percent")),
        Curve(w.say("report.carried_row"), _last(visits, "carried_percent")),
        Curve(w.say("report.drift_row"), _last(visits, "time_to_drift_s")),
        Curve(w.say("report.cues_row"), rates),
    ]
    return [row for row in found if any(map(math.isfinite, row.values))]


def trend(figure: Any, visits: Sequence[Visit], p: Palette, w: Words) -> None:
    """Draw dose, ladder and what stayed over the weeks."""
    more = rows(visits, w)
    axes = figure.subplots(
        2 + len(more), 1, sharex=True, squeeze=False, gridspec_kw={"hspace": 0.42},
        height_ratios=[1.5, 1.5, *[1.0] * len(more)],
    )[:, 0]  # fmt: skip
    days = [v.when.date() for v in visits]
    at = [_day(v, days[0]) for v in visits]
    _dose(axes[0], visits, at, days[0], p)
    axes[0].set_title(w.say("report.dose"))
    _ladder(axes[1], visits, at, p, w)
    axes[1].set_title(w.say("report.ladder"))
    for axis, row in zip(axes[2:], more, strict=True):
        axis.plot(at, row.values, color=p.grey, lw=1.0)
        axis.plot(at, row.values, "o", color=p.ahead, ms=5)
        axis.set_title(row.title)
        _from_nothing(axis, row)
    _weeks(axes[-1], days, w)


def height_in(visits: Sequence[Visit], w: Words) -> float:
    """Return the picture's height, inches."""
    return 4.0 + 1.3 * len(rows(visits, w))


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def dose(visits: Sequence[Visit]) -> dict[date, float]:
    """Return the minutes backward of each week from the first to the last, including empty ones."""
    mondays = [monday(v.when.date()) for v in visits]
    out: dict[date, float] = {}
    week = min(mondays)
    while week <= max(mondays):
        out[week] = 0.0
        week += WEEK
    for week, v in zip(mondays, visits, strict=True):
        out[week] += v.backward_s / 60.0
    return out


def _day(v: Visit, first: date) -> float:
    """Return a session's position on the axis, days from the first Monday."""
    when = v.when
    return (when.date() - monday(first)).days + (when.hour + when.minute / 60.0) / 24.0


def _dose(axis: Any, visits: Sequence[Visit], at: list[float], first: date, p: Palette) -> None:
    weeks = dose(visits)
    starts = [(week - monday(first)).days for week in weeks]
    axis.bar(starts, weeks.values(), 6.6, align="edge", color=p.back, alpha=0.35, label="week")
    axis.plot(at, [v.backward_s / 60.0 for v in visits], "D", color=p.back, ms=5)
    axis.set_ylim(bottom=0, top=None if any(weeks.values()) else 1)


def _ladder(axis: Any, visits: Sequence[Visit], at: list[float], p: Palette, w: Words) -> None:
    stages = [_known(v.stage) for v in visits]
    axis.step(at, stages, where="post", color=p.ahead, lw=1.4)
    axis.plot(at, stages, "o", color=p.ahead, ms=5)
    stumbled = [(x, y) for x, y, v in zip(at, stages, visits, strict=True) if v.stumbles]
    axis.plot([x for x, _ in stumbled], [y for _, y in stumbled], "X", color=p.warn, ms=9)
    highest = max([s for s in stages if math.isfinite(s)], default=0)
    known = [(f"ladder.{stage.name}", stage.name) for stage in STAGES[: int(highest) + 2]]
    names = [f"{n} {w.say(key) if w.knows(key) else name}" for n, (key, name) in enumerate(known)]
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(-0.4, len(names) - 0.6)


def _from_nothing(axis: Any, row: Curve) -> None:
    """Start the axis at 0, and end shares at 100 %, so that changes look as large as they are."""
    known = [v for v in row.values if math.isfinite(v)]
    top = 100.0 if row.title.endswith("%") else 1.0
    low, high = min(*known, 0.0), max(*known, top)
    axis.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))


def _weeks(axis: Any, days: Sequence[date], w: Words) -> None:
    count = (monday(days[-1]) - monday(days[0])).days // 7 + 1
    every = max(1, math.ceil(count / MOST_LABELS))
    shown = range(0, count, every)
    mondays = [monday(days[0]) + n * WEEK for n in shown]
    names = [f"{day.day} {w.say(f'month.{day.month}')[:3]}" for day in mondays]
    axis.set_xticks([7 * n for n in shown], names)
    axis.set_xlim(-0.3, 7 * count + 0.3)
    axis.set_xlabel(w.say("report.mondays"))


def _last(visits: Sequence[Visit], name: str) -> tuple[float, ...]:
    return tuple(_known(v.last.get(name)) for v in visits)


def _known(value: float | None) -> float:
    """Return a figure for drawing, where nan leaves a gap."""
    return math.nan if value is None else value
