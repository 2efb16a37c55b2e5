"""Targets for the engine on the reference recordings, and whether they are met.

A target names one figure of one group, so a good data set cannot hide a bad one. The data set is
the first word of a recording's subject. If a set is not among the recordings, its targets are left
out; if it is but nothing could be measured, they are not met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from cued.evaluation.figures import AlarmRow, Number, Row, Scores
from cued.evaluation.tally import INTACT, Group

Bound = Literal[">=", "<="]
Figure: TypeAlias = tuple[str, Callable[[Row], Number], Bound, float]

FALLS = "sisfall"


class Verdict(Struct, frozen=True):
    """A target and the figure reached; ``value`` is None if nothing could be measured."""

    what: str
    data: str
    target: str
    value: Number
    met: bool


def verdicts(scores: Scores) -> tuple[Verdict, ...]:
    """Compare the figures with their targets."""
    return (*_gait(scores.rows), *_alarms(scores.alarms))


def _judge(what: str, data: str, value: Number, bound: Bound, limit: float) -> Verdict:
    met = value is not None and (value >= limit if bound == ">=" else value <= limit)
    return Verdict(what, data, f"{'≥' if bound == '>=' else '≤'} {limit:g}", value, met)


def _size(value: Number) -> Number:
    return None if value is None else abs(value)


TRUNK: tuple[Figure, ...] = (  # targets: docs/accuracy.md, as all here
    ("footfalls ±100 ms, F1", lambda r: r.contacts.f1, ">=", 0.985),
    ("footfalls, spread, ms", lambda r: r.contacts.spread_ms, "<=", 25),
    ("footfalls, median delay, ms", lambda r: r.contacts.delay_median_ms, "<=", 100),
)
FOOT: tuple[Figure, ...] = (  # as above
    ("footfalls ±50 ms, F1", lambda r: r.contacts.f1, ">=", 0.995),
    ("footfalls, spread, ms", lambda r: r.contacts.spread_ms, "<=", 15),
    ("footfalls, median delay, ms", lambda r: r.contacts.delay_median_ms, "<=", 60),
)
FOOT_BACKWARD: tuple[Figure, ...] = (  # as above
    ("footfalls ±50 ms, marker offset removed, F1", lambda r: r.contacts.f1, ">=", 0.98),
    ("footfalls, spread, ms", lambda r: r.contacts.spread_ms, "<=", 18),
)
RUN: tuple[Figure, ...] = (  # as above
    ("footfalls ±50 ms, F1", lambda r: r.contacts.f1_at_50_ms, ">=", 0.97),
    ("times called backward", lambda r: r.called_backward, "<=", 0),
)
FACING: tuple[Figure, ...] = (  # as above
    ("direction right, % of strides", lambda r: r.direction.right_percent, ">=", 99),
    ("direction, most steps to answer", lambda r: r.direction.steps_max, "<=", 4),
    ("bouts with no right direction", lambda r: r.direction.never, "<=", 0),
)
LENGTH: tuple[Figure, ...] = (  # as above
    ("stride length, mean error, %", lambda r: _size(r.strides.length_bias_percent), "<=", 1),
    ("stride length, SD, %", lambda r: r.strides.length_spread_percent, "<=", 2),
    ("same against the belt, SD, %", lambda r: r.strides.belt_length_spread_percent, "<=", 2),
)
CADENCE: tuple[Figure, ...] = (  # as above
    ("cadence of 8 steps, 95 % within, spm", lambda r: r.strides.cadence_p95_spm, "<=", 1),
)

PLAN: tuple[tuple[Group, tuple[Figure, ...]], ...] = (
    (Group("voisard", "trunk", "walking", "forward"), (*TRUNK, *FACING, *CADENCE)),
    (Group("voisard" + INTACT, "trunk", "walking", "forward"), (*TRUNK, *FACING, *CADENCE)),
    (Group("tripod", "trunk", "walking", "forward"), (*TRUNK, *LENGTH, *CADENCE)),
    (Group("voisard", "foot", "walking", "forward"), (*FOOT, *FACING, *CADENCE)),
    (Group("voisard" + INTACT, "foot", "walking", "forward"), (*FOOT, *FACING, *CADENCE)),
    (Group("tripod", "foot", "walking", "forward"), (*FOOT, *FACING, *LENGTH, *CADENCE)),
    (Group("gottlieb", "foot", "walking", "forward"), FACING),
    (Group("gottlieb", "foot", "walking", "backward"), (*FOOT_BACKWARD, *FACING)),
    (Group("alcantara", "trunk", "running", "forward"), RUN),
    (Group("bandai", "trunk", "walking", "forward"), FACING),
    (Group("bandai", "trunk", "walking", "backward"), FACING),
    # A trunk alone cannot determine the direction of running; it must only never say backward.
    (Group("bandai", "trunk", "running", "forward"), RUN[1:]),
)


def _gait(rows: Iterable[Row]) -> Iterator[Verdict]:
    found = {row.group: row for row in rows}
    for group, wanted in PLAN:
        if group in found:
            where = f"{group.placement}, {group.mode} {group.direction}"
            for what, figure, bound, limit in wanted:
                value = figure(found[group])
                yield _judge(f"{where}: {what}", group.data, value, bound, limit)


def _alarms(rows: Iterable[AlarmRow]) -> Iterator[Verdict]:
    by_label = {row.label: row for row in rows if row.data == FALLS and row.placement == "trunk"}
    fall, stumble, walk = (by_label.get(label) for label in ("fall", "stumble", "walk"))
    if fall:
        yield _judge("falls confirmed, %", FALLS, fall.caught_percent, ">=", 98)
        yield _judge("falls possible before the peak, %", FALLS, fall.warned_percent, ">=", 90)
        yield _judge("falls, median lead, ms", FALLS, fall.lead_median_ms, ">=", 250)
    quiet = [row for label, row in by_label.items() if label != "fall"]
    if quiet:
        confirmed = sum(row.confirmed for row in quiet)
        yield _judge("falls confirmed in all other files", FALLS, confirmed, "<=", 1)
    steady = [row for label, row in by_label.items() if label in {"walk", "jog"}]
    if steady:
        possible = sum(row.possible for row in steady)
        yield _judge("falls possible in walk and jog files", FALLS, possible, "<=", 0)
    if stumble:
        yield _judge("stumbles flagged, %", FALLS, stumble.flagged_percent, ">=", 85)
    if walk:
        alarms = walk.stumbles + walk.possible
        yield _judge("stumbles or falls in walk files", FALLS, alarms, "<=", 1)
