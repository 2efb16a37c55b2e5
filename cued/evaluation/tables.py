"""Scores as tables of text, for a terminal and for docs/accuracy.md."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cued.evaluation.figures import AlarmRow, AnswerFigures, ContactFigures, Number, Row, Scores
from cued.evaluation.targets import Verdict

NONE = "-"


class Table(Struct, frozen=True):
    """A title, headings and rows of text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(scores: Scores, judged: Sequence[Verdict]) -> tuple[Table, ...]:
    """Make every table that is not empty."""
    gait = scores.rows
    made = (
        _verdicts(judged),
        _contacts("Footfalls", [(r, r.contacts) for r in gait if r.contacts.true]),
        _contacts("Lifts", [(r, r.lifts) for r in gait if r.lifts.true]),
        _strides([r for r in gait if r.strides.true]),
        _feet_as_belt([r for r in gait if r.strides.speeds]),
        _answers("Direction", [(r, r.direction) for r in gait]),
        _answers("Mode", [(r, r.mode) for r in gait]),
        _alarms(scores.alarms),
    )
    return tuple(table for table in made if table.rows)


def markdown(table: Table) -> str:
    """Write a table as Markdown."""
    lines = [f"### {table.title}", "", _line(table.headings)]
    lines.append(_line(["---"] * len(table.headings)))
    lines += [_line(row) for row in table.rows]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _number(value: Number, digits: int = 1) -> str:
    return NONE if value is None else f"{value:.{digits}f}"


def _spread(bias: Number, spread: Number) -> str:
    if bias is None:
        return NONE
    return f"{bias:+.1f}" if spread is None else f"{bias:+.1f} ± {spread:.1f}"


def _group(row: Row) -> str:
    group = row.group
    return f"{group.data} {group.placement}, {group.mode} {group.direction}"


def _verdicts(judged: Sequence[Verdict]) -> Table:
    headings = ("quantity", "data", "target", "reached", "")
    rows = [
        (v.what, v.data, v.target, NONE if v.value is None else f"{v.value:.4g}", _met(v))
        for v in judged
    ]
    return Table("Targets", headings, tuple(rows))


def _met(verdict: Verdict) -> str:
    return "met" if verdict.met else "not met"


def _contacts(title: str, rows: Sequence[tuple[Row, ContactFigures]]) -> Table:
    headings = (
        *("group", "people", "true", "precision", "recall", "F1", "F1 ±50", "F1 whole"),
        *("error ms", "within ms", "delay ms", "p95", "side %", "removed ms"),
    )
    made = [
        (
            _group(row),
            str(row.people),
            str(c.true),
            *(_number(x, 3) for x in (c.precision, c.recall, c.f1, c.f1_at_50_ms)),
            _number(c.f1_whole_bouts, 3),
            _spread(c.bias_ms, c.spread_ms),
            _number(c.spread_within_ms),
            _number(c.delay_median_ms, 0),
            _number(c.delay_p95_ms, 0),
            _number(c.side_right_percent),
            ", ".join(f"{x:.0f}" for x in c.offset_removed_ms) or NONE,
        )
        for row, c in rows
    ]
    return Table(title, headings, tuple(made))


def _strides(rows: Sequence[Row]) -> Table:
    headings = (
        *("group", "true", "reported %", "time ms", "length %", "of", "floor %", "vs belt %", "of"),
        *("cadence spm", "p95"),
    )
    made = [
        (
            _group(row),
            str(s.true),
            _number(s.reported_percent),
            _spread(s.time_bias_ms, s.time_spread_ms),
            _spread(s.length_bias_percent, s.length_spread_percent),
            str(s.lengths),
            _spread(s.floor_bias_percent, s.floor_spread_percent),
            _spread(s.belt_length_bias_percent, s.belt_length_spread_percent),
            str(s.belt_lengths),
            _number(s.cadence_median_spm, 2),
            _number(s.cadence_p95_spm, 2),
        )
        for row in rows
        for s in (row.strides,)
    ]
    return Table("Strides", headings, tuple(made))


def _feet_as_belt(rows: Sequence[Row]) -> Table:
    headings = ("group", "strides", "speed %", "within %", "within, mean of 10 %", "reported %")
    made = [
        (
            _group(row),
            str(s.speeds),
            _spread(s.speed_bias_percent, s.speed_spread_percent),
            _number(s.speed_within_percent),
            _number(s.speed_within_of_ten_percent),
            _spread(s.reported_speed_bias_percent, s.reported_speed_spread_percent),
        )
        for row in rows
        for s in (row.strides,)
    ]
    return Table("The feet as a belt sensor", headings, tuple(made))


def _answers(title: str, rows: Sequence[tuple[Row, AnswerFigures]]) -> Table:
    headings = (
        *("group", "strides", "right %", "wrong %", "unknown %"),
        *("steps to answer", "most", "never"),
    )
    made = [
        (
            _group(row),
            str(a.strides),
            _number(a.right_percent),
            _number(a.wrong_percent),
            _number(a.unknown_percent),
            _number(a.steps_median),
            _number(a.steps_max, 0),
            str(a.never),
        )
        for row, a in rows
        if a.strides or a.never or a.steps_max
    ]
    return Table(title, headings, tuple(made))


def _alarms(rows: Sequence[AlarmRow]) -> Table:
    headings = (
        *("data", "sensors", "files", "number", "hours", "stumbles", "possible", "confirmed"),
        *("false per h", "flagged %", "caught %", "warned %", "lead ms"),
    )
    made = [
        (
            *(a.data, a.placement, a.label, str(a.files), f"{a.hours:.2f}"),
            *(str(a.stumbles), str(a.possible), str(a.confirmed)),
            _number(a.false_per_hour),
            _number(a.flagged_percent),
            _number(a.caught_percent),
            _number(a.warned_percent),
            _number(a.lead_median_ms, 0),
        )
        for a in rows
    ]
    return Table("Stumbles and falls", headings, tuple(made))
