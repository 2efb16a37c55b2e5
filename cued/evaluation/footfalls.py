"""Scores of contacts and lifts: found, missed, false, their delay, error and side.

Matching is one to one and optimal (``matching.py``) over the whole recording; then contacts in
steady locomotion (``truth.py``) are counted. Tolerances: ±100 ms for the trunk, ±50 ms if a foot or
shank sensor is worn; the ±50 ms figures are kept for the trunk too. Foot and shank sensors are
matched foot by foot, the trunk without regard to the side, which is scored separately.

A few reference sets take contacts from markers on the foot, a constant time away from the touch
that a sensor feels. There the median offset of a run is removed before matching, and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeAlias

from cued.evaluation.case import TIGHT_S, Case, SensorSet
from cued.evaluation.matching import Pair, match
from cued.evaluation.tally import Contacts, Hits
from cued.model import Footfall, Lift
from cued.recording.tables.truth import TruthRow

# Gottlieb 2020: marker contacts lead the accelerometer's by a constant 35-78 ms per trial.
OFFSET_DATA = frozenset({"gottlieb"})
OFFSET_WITHIN_S = 0.2  # several times that, and less than half a step

Events: TypeAlias = Sequence[Footfall] | Sequence[Lift]


def score_footfalls(case: Case, footfalls: Sequence[Footfall]) -> float:
    """Score contacts; return the marker offset that was removed, s."""
    return _score(case, case.truth.contacts, footfalls, lambda t: case.tally(t).contacts)


def score_lifts(case: Case, lifts: Sequence[Lift]) -> None:
    """Score lifts, which a trunk does not report."""
    if case.worn.placement != "trunk":
        _score(case, case.truth.lifts, lifts, lambda t: case.tally(t).lifts)


def score_standing(case: Case, footfalls: Sequence[Footfall]) -> None:
    """Count footfalls while the person surely stood."""
    for start, end in case.truth.standing():
        tally = case.tally(case.truth.contacts[0].t)
        tally.standing_s += end - start
        tally.standing_false += sum(start <= event.t <= end for event in footfalls)


def _score(
    case: Case,
    rows: Sequence[TruthRow],
    events: Events,
    contacts_at: Callable[[float], Contacts],
) -> float:
    truth, worn = case.truth, case.worn
    known = [row for row in rows if worn.knows(row.side)]
    if not known:
        return 0.0
    offset = 0.0
    if case.data in OFFSET_DATA:
        offset = _offset(known, events, worn)
        contacts_at(known[0].t).offsets_s.append(offset)
    times = [event.t - offset for event in events]
    pairs = _pairs(known, events, worn, times, worn.within_s)
    tight = _pairs(known, events, worn, times, TIGHT_S)
    comparison = _Comparison(known, times)
    comparison.count(pairs, truth.is_steady, lambda t: contacts_at(t).steady)
    comparison.count(pairs, truth.in_bout, lambda t: contacts_at(t).whole)
    comparison.count(tight, truth.is_steady, lambda t: contacts_at(t).tight)
    for i, j in pairs:
        if truth.is_steady(known[i].t):
            _note(contacts_at(known[i].t), known[i], events[j], times[j])
    for side in ("left", "right", "unknown"):
        steady = [(i, j) for i, j in pairs if known[i].side == side and truth.is_steady(known[i].t)]
        if steady:
            errors = [times[j] - known[i].t for i, j in steady]
            contacts_at(known[steady[0][0]].t).within.add(errors)
    missed, false = comparison.wrong(pairs, truth.is_steady)
    for t in missed:
        contacts_at(t).missed.append(f"{case.recording.name}@{t:.2f}")
    for t in false:
        contacts_at(t).false.append(f"{case.recording.name}@{t:.2f}")
    return offset


def _pairs(
    rows: Sequence[TruthRow], events: Events, worn: SensorSet, times: Sequence[float], within: float
) -> list[Pair]:
    """Match foot by foot where both sensors and truth know the foot."""
    if not worn.by_side or all(row.side == "unknown" for row in rows):
        return match([row.t for row in rows], times, within)
    pairs: list[Pair] = []
    for side in ("left", "right"):
        mine = [i for i, row in enumerate(rows) if row.side == side]
        theirs = [j for j, event in enumerate(events) if event.side == side]
        found = match([rows[i].t for i in mine], [times[j] for j in theirs], within)
        pairs += [(mine[i], theirs[j]) for i, j in found]
    return sorted(pairs)


def _offset(rows: Sequence[TruthRow], events: Events, worn: SensorSet) -> float:
    times = [event.t for event in events]
    pairs = _pairs(rows, events, worn, times, OFFSET_WITHIN_S)
    return median(times[j] - rows[i].t for i, j in pairs) if pairs else 0.0


class _Comparison:
    """Truth rows and event times, counted under several matchings."""

    def __init__(self, rows: Sequence[TruthRow], times: Sequence[float]) -> None:
        self._rows, self._times = rows, times

    def count(
        self,
        pairs: Sequence[Pair],
        counts: Callable[[float], bool],
        hits_at: Callable[[float], Hits],
    ) -> None:
        """Count hits, misses and false events at the times for which ``counts`` is true."""
        for i, _ in pairs:
            if counts(self._rows[i].t):
                hits_at(self._rows[i].t).found += 1
        missed, false = self.wrong(pairs, counts)
        for t in missed:
            hits_at(t).missed += 1
        for t in false:
            hits_at(t).false += 1

    def wrong(
        self, pairs: Sequence[Pair], counts: Callable[[float], bool]
    ) -> tuple[list[float], list[float]]:
        """Return the times of missed truth rows and of false events."""
        matched, used = {i for i, _ in pairs}, {j for _, j in pairs}
        missed = [row.t for i, row in enumerate(self._rows) if i not in matched and counts(row.t)]
        false = [t for j, t in enumerate(self._times) if j not in used and counts(t)]
        return missed, false


def _note(contacts: Contacts, row: TruthRow, event: Footfall | Lift, t: float) -> None:
    contacts.errors_s.append(t - row.t)
    contacts.delays_s.append(event.known_t - event.t)
    if row.side == "unknown":
        return
    if event.side == "unknown":
        contacts.side_unknown += 1
    elif event.side == row.side:
        contacts.side_right += 1
    else:
        contacts.side_wrong += 1
