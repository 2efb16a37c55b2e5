"""Figures from tallies: one row for each group, None where there was nothing to count."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cued.evaluation.tally import (
    Alarms,
    AnswerTally,
    Contacts,
    Group,
    Hits,
    Scatter,
    StrideTally,
    Tallies,
    Tally,
    without_doubles,
)
from cued.model import Floats

Number = float | None


class ContactFigures(Struct, frozen=True):
    """How well contacts or lifts are found. ``spread_ms`` is the standard deviation.

    ``spread_within_ms`` is the same about the mean of each foot of each run, without constant
    differences between the clocks of sensors and truth.
    """

    true: int
    precision: Number
    recall: Number
    f1: Number
    f1_at_50_ms: Number
    f1_whole_bouts: Number
    bias_ms: Number
    spread_ms: Number
    spread_within_ms: Number
    delay_median_ms: Number
    delay_p95_ms: Number
    side_right_percent: Number
    side_wrong_percent: Number
    offset_removed_ms: tuple[float, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]


class StrideFigures(Struct, frozen=True):
    """How well strides are measured. Length figures are relative errors in percent.

    ``floor`` is the error that remains with perfect stride times. ``speed`` is the belt's, from the
    feet alone; ``within`` is about the mean of each foot of each run; ``reported_speed`` is that of
    ``BeltState``.
    """

    true: int
    reported_percent: Number
    time_bias_ms: Number
    time_spread_ms: Number
    lengths: int
    length_bias_percent: Number
    length_spread_percent: Number
    belt_lengths: int
    belt_length_bias_percent: Number
    belt_length_spread_percent: Number
    floor_bias_percent: Number
    floor_spread_percent: Number
    cadence_median_spm: Number
    cadence_p95_spm: Number
    speeds: int
    speed_bias_percent: Number
    speed_spread_percent: Number
    speed_within_percent: Number
    speed_within_of_ten_percent: Number
    reported_speed_bias_percent: Number
    reported_speed_spread_percent: Number


class AnswerFigures(Struct, frozen=True):
    """How often an answer per stride is right. Steps count from the start of each bout."""

    strides: int
    right_percent: Number
    wrong_percent: Number
    unknown_percent: Number
    steps_median: Number
    steps_max: Number
    never: int


class Row(Struct, frozen=True):
    """All figures of one group."""

    group: Group
    recordings: int
    people: int
    contacts: ContactFigures
    lifts: ContactFigures
    strides: StrideFigures
    mode: AnswerFigures
    direction: AnswerFigures
    called_backward: int
    standing_s: float
    standing_false: int


class AlarmRow(Struct, frozen=True):
    """Stumbles and falls reported in the files of one label."""

    data: str
    label: str
    placement: str
    files: int
    hours: float
    stumbles: int
    possible: int
    confirmed: int
    false_per_hour: Number
    flagged_percent: Number
    caught_percent: Number
    warned_percent: Number
    lead_median_ms: Number
    missed: tuple[str, ...]
    loud: tuple[str, ...]


class Scores(Struct, frozen=True):
    """All results of ``cued evaluate``, as written to JSON."""

    rows: tuple[Row, ...]
    alarms: tuple[AlarmRow, ...]


def figures(tallies: Tallies) -> Scores:
    """Turn counts into figures, sorted by group."""
    tallies = without_doubles(tallies)
    groups = sorted(tallies.groups)
    rows = tuple(row(group, tallies.groups[group]) for group in groups)
    watches = sorted(tallies.alarms)
    alarms = (alarm_row(w.data, w.label, w.placement, tallies.alarms[w]) for w in watches)
    return Scores(rows, tuple(alarms))


def row(group: Group, tally: Tally) -> Row:
    """Make the figures of one group."""
    return Row(
        group=group,
        recordings=len(set(tally.recordings)),
        people=len(set(tally.subjects)),
        contacts=_contacts(tally.contacts),
        lifts=_contacts(tally.lifts),
        strides=_strides(tally.strides),
        mode=_answers(tally.mode),
        direction=_answers(tally.direction),
        called_backward=tally.direction.backward,
        standing_s=round(tally.standing_s, 2),
        standing_false=tally.standing_false,
    )


def alarm_row(data: str, label: str, placement: str, alarms: Alarms) -> AlarmRow:
    """Make the figures of the files of one label."""
    quiet = label not in {"fall", "stumble"}
    total = alarms.stumbles + alarms.possible + alarms.confirmed
    return AlarmRow(
        data=data,
        label=label,
        placement=placement,
        files=alarms.files,
        hours=round(alarms.hours, 4),
        stumbles=alarms.stumbles,
        possible=alarms.possible,
        confirmed=alarms.confirmed,
        false_per_hour=_part(total, alarms.hours, 1) if quiet else None,
        flagged_percent=_part(alarms.flagged, alarms.files) if label == "stumble" else None,
        caught_percent=_part(alarms.caught, alarms.files) if label == "fall" else None,
        warned_percent=_part(alarms.warned, alarms.files) if label == "fall" else None,
        lead_median_ms=_median(alarms.leads_s, 1e3),
        missed=tuple(alarms.missed),
        loud=tuple(alarms.loud),
    )


def f1(hits: Hits) -> Number:
    """Return the harmonic mean of precision and recall."""
    return _part(2 * hits.found, 2 * hits.found + hits.missed + hits.false, 1)


def _contacts(c: Contacts) -> ContactFigures:
    sided = c.side_right + c.side_wrong + c.side_unknown
    return ContactFigures(
        true=c.steady.found + c.steady.missed,
        precision=_part(c.steady.found, c.steady.found + c.steady.false, 1),
        recall=_part(c.steady.found, c.steady.found + c.steady.missed, 1),
        f1=f1(c.steady),
        f1_at_50_ms=f1(c.tight),
        f1_whole_bouts=f1(c.whole),
        bias_ms=_mean(c.errors_s, 1e3),
        spread_ms=_spread(c.errors_s, 1e3),
        spread_within_ms=_scatter(c.within, 1e3),
        delay_median_ms=_median(c.delays_s, 1e3),
        delay_p95_ms=_p95(c.delays_s, 1e3),
        side_right_percent=_part(c.side_right, sided),
        side_wrong_percent=_part(c.side_wrong, sided),
        offset_removed_ms=tuple(round(1e3 * offset, 1) for offset in c.offsets_s),
        missed=tuple(c.missed),
        false=tuple(c.false),
    )


def _strides(s: StrideTally) -> StrideFigures:
    cadence = [abs(error) for error in s.cadence_errors_spm]
    return StrideFigures(
        true=s.true,
        reported_percent=_part(s.matched, s.true),
        time_bias_ms=_mean(s.time_errors_s, 1e3),
        time_spread_ms=_spread(s.time_errors_s, 1e3),
        lengths=len(s.length_errors),
        length_bias_percent=_mean(s.length_errors, 100),
        length_spread_percent=_spread(s.length_errors, 100),
        belt_lengths=len(s.belt_errors),
        belt_length_bias_percent=_mean(s.belt_errors, 100),
        belt_length_spread_percent=_spread(s.belt_errors, 100),
        floor_bias_percent=_mean(s.floor_errors, 100),
        floor_spread_percent=_spread(s.floor_errors, 100),
        cadence_median_spm=_median(cadence, 1),
        cadence_p95_spm=_p95(cadence, 1),
        speeds=len(s.speed_errors),
        speed_bias_percent=_mean(s.speed_errors, 100),
        speed_spread_percent=_spread(s.speed_errors, 100),
        speed_within_percent=_scatter(s.speed_strides, 100),
        speed_within_of_ten_percent=_scatter(s.speed_tens, 100),
        reported_speed_bias_percent=_mean(s.reported_speed_errors, 100),
        reported_speed_spread_percent=_spread(s.reported_speed_errors, 100),
    )


def _scatter(s: Scatter, scale: float) -> Number:
    return round(scale * (s.squares / s.freedom) ** 0.5, 2) if s.freedom else None


def _answers(a: AnswerTally) -> AnswerFigures:
    total = a.right + a.wrong + a.unknown
    return AnswerFigures(
        strides=total,
        right_percent=_part(a.right, total),
        wrong_percent=_part(a.wrong, total),
        unknown_percent=_part(a.unknown, total),
        steps_median=_median([float(n) for n in a.first], 1),
        steps_max=float(max(a.first)) if a.first else None,
        never=a.never,
    )


def _part(some: float, of: float, scale: float = 100) -> Number:
    return round(scale * some / of, 4) if of else None


def _mean(values: list[float], scale: float) -> Number:
    return round(float(np.mean(_array(values))) * scale, 2) if values else None


def _spread(values: list[float], scale: float) -> Number:
    return round(float(np.std(_array(values), ddof=1)) * scale, 2) if len(values) > 1 else None


def _median(values: list[float], scale: float) -> Number:
    return round(float(np.median(_array(values))) * scale, 2) if values else None


def _p95(values: list[float], scale: float) -> Number:
    return round(float(np.percentile(_array(values), 95)) * scale, 2) if values else None


def _array(values: list[float]) -> Floats:
    return np.asarray(values, dtype=float)
