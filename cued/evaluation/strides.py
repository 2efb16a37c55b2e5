"""Scores of strides: time, length and cadence.

A stride is matched with a true one by its end. Time and length count for steady strides. Length is
compared with the true length, if there is one, and with belt speed times true stride time where the
belt's speed is known; these are two different truths, and neither is exact. Cadence is that of the
last 8 steps, from the footfalls. Where the belt's speed came from the feet, that is scored too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import TypeAlias

from msgspec.structs import replace

from cued.evaluation.case import WITHIN_S, Case
from cued.evaluation.matching import match
from cued.evaluation.truth import STRIDE_WITHIN, TrueStride
from cued.model import BeltState, Footfall, Stride
from cued.recording.tables.table import TableRecording
from cued.recording.tables.truth import TruthRow

CADENCE_STEPS = 8  # in one mean, as in the metric
# From the contact that ends a stride to the middle of the still phase: half the still phase.
STILL_AFTER_S = 0.25
STILL_WITHIN_S = 0.35  # half the still phase of a slow stride
SAME_S = 0.001  # between times of one moment
MEAN_STRIDES = 10  # as in docs/accuracy.md

Answered: TypeAlias = tuple[TrueStride, Stride | None]


def score_strides(case: Case, strides: Sequence[Stride], offset: float) -> list[Answered]:
    """Score time and length; return every true stride with its match."""
    answered = _answered(case, strides, offset)
    for stride, answer in answered:
        if case.truth.is_steady(stride.start, stride.end):
            _score_stride(case, stride, answer)
    return answered


def score_still_lengths(case: Case, strides: Sequence[Stride]) -> None:
    """Score lengths against distances between still phases, where no contact is known."""
    rows = [r for r in case.recording.truth if r.kind == "stride_length"]
    rows = [r for r in _steady_still(case, rows) if case.worn.knows(r.side)]
    if case.truth.contacts:
        return
    ends = [row.t - STILL_AFTER_S for row in rows]
    pairs = dict(match(ends, [stride.t for stride in strides], STILL_WITHIN_S))
    for i, row in enumerate(rows):
        tally = case.tally(row.t).strides
        tally.true += 1
        if i in pairs:
            tally.matched += 1
            length = strides[pairs[i]].length_m
            if length is not None:
                tally.length_errors.append(length / row.number - 1)


def _steady_still(case: Case, rows: Sequence[TruthRow]) -> list[TruthRow]:
    """Leave out strides 20 % longer or shorter than usual, such as pauses.

    The first stride after standing includes the standing and is left out too. Two short ones in a
    row are one stride whose swing was marked still, and are joined.
    """
    still = [r.t for r in case.recording.truth if r.kind == "mid_stance"]
    lasts = {end: end - start for start, end in pairwise(still)}
    known = [lasts[row.t] for row in rows if row.t in lasts]
    usual = median(known) if known else 0.0
    out: list[TruthRow] = []
    half: TruthRow | None = None  # a short one just before
    for row in rows:
        lasted = lasts.get(row.t, usual)
        short = lasted < (1.0 - STRIDE_WITHIN) * usual
        if short and half is not None and abs(row.t - lasted - half.t) < SAME_S:
            lasted += lasts.get(half.t, usual)
            short = False
            whole = replace(row, value=str(half.number + row.number))
        else:
            whole = row
        half = row if short else None
        if abs(lasted - usual) <= STRIDE_WITHIN * usual:
            out.append(whole)
    return out


def score_feet_as_belt(
    case: Case, answered: Iterable[Answered], states: Sequence[BeltState]
) -> None:
    """Score the belt's speed from the feet, where there was no other source."""
    if not states or {state.source for state in states} - {"feet", "none"}:
        return
    by_foot: dict[str, list[tuple[float, float]]] = {}
    for true, stride in answered:
        belt = belt_speed(case.recording, true.end)
        if stride and stride.speed_m_s and belt and case.truth.is_steady(true.start, true.end):
            error = stride.speed_m_s / belt - 1
            by_foot.setdefault(stride.side, []).append((true.end, error))
    times = [state.t for state in states]
    for scored in by_foot.values():
        tally = case.tally(scored[0][0]).strides
        errors = [error for _, error in scored]
        tally.speed_errors += errors
        tally.speed_strides.add(errors)
        tens = range(0, len(errors) - MEAN_STRIDES + 1, MEAN_STRIDES)
        tally.speed_tens.add([fmean(errors[i : i + MEAN_STRIDES]) for i in tens])
        for t, _ in scored:
            reported = states[bisect_right(times, t) - 1].speed_m_s if times[0] <= t else None
            if reported is not None:
                error = reported / belt_speed(case.recording, t) - 1
                tally.reported_speed_errors.append(error)


def score_cadence(case: Case, footfalls: Sequence[Footfall], offset: float) -> None:
    """Compare the mean cadence of 8 steps with the true one."""
    worn = case.worn
    known = [row.t for row in case.truth.contacts if worn.knows(row.side)]
    times = sorted(event.t - offset for event in footfalls)
    one_foot = worn.sides is not None and len(worn.sides) == 1
    n = CADENCE_STEPS // 2 if one_foot else CADENCE_STEPS
    for i, j in match(known, times, WITHIN_S["trunk"]):
        if i >= n and j >= n and case.truth.is_steady(known[i - n], known[i]):
            mine = 60 * CADENCE_STEPS / (times[j] - times[j - n])
            real = 60 * CADENCE_STEPS / (known[i] - known[i - n])
            case.tally(known[i]).strides.cadence_errors_spm.append(mine - real)


def belt_speed(recording: TableRecording, t: float) -> float:
    """Return the belt's speed at ``t``, 0 if it is unknown or the belt stands."""
    passed = [belt.speed_m_s for belt in recording.belt if belt.t <= t]
    return passed[-1] if passed else 0.0


def _answered(case: Case, strides: Sequence[Stride], offset: float) -> list[Answered]:
    worn = case.worn
    true = [s for s in case.truth.strides if worn.knows(s.side)]
    found: dict[int, Stride] = {}
    sideless = not worn.by_side or all(s.side == "unknown" for s in true)
    for side in ("any",) if sideless else ("left", "right"):
        mine = [i for i, s in enumerate(true) if side in {"any", s.side}]
        theirs = [s for s in strides if side in {"any", s.side}]
        ends = [true[i].end for i in mine]
        for i, j in match(ends, [s.t - offset for s in theirs], worn.within_s):
            found[mine[i]] = theirs[j]
    return [(stride, found.get(i)) for i, stride in enumerate(true)]


def _score_stride(case: Case, stride: TrueStride, answer: Stride | None) -> None:
    tally = case.tally(stride.end).strides
    tally.true += 1
    belt = belt_speed(case.recording, stride.end) * stride.duration_s
    if belt and stride.length_m:
        tally.floor_errors.append(belt / stride.length_m - 1)
    if answer is None:
        return
    tally.matched += 1
    tally.time_errors_s.append(answer.duration_s - stride.duration_s)
    if answer.length_m is None:
        return
    if stride.length_m:
        tally.length_errors.append(answer.length_m / stride.length_m - 1)
    if belt:
        tally.belt_errors.append(answer.length_m / belt - 1)
