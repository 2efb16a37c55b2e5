"""The truth of a recording, by time: mode, direction, steady stretches, strides.

Steady locomotion is decided from the truth alone, never from the engine's events:

* inside a bout: between ``bout_start`` and ``bout_end`` where those are marked, else a run of
  contacts without a pause of 3 s;
* not the first two and the last two contacts of a bout (start, stop, and the start-up artefacts of
  optical bars), unless the recording was cut out of a longer walk, i.e. begins or ends within 1.5 s
  of them;
* not during a turn (``turn_start`` to ``turn_end``);
* not during a stride that lasts 20 % longer or shorter than the median of its bout (a belt that
  stops, a truth with holes);
* not in the first 1.5 s of a recording, which a live engine may take to start, nor in its last
  0.3 s, when a contact may not be reported before the end;
* a stretch shorter than 2 s is not steady.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import cast

from msgspec import Struct

from cued.evaluation.matching import match
from cued.model import Direction, Mode, Side
from cued.recording.tables.table import TableRecording
from cued.recording.tables.truth import TruthRow

APART_S = 0.1  # most between the ends of sensors that lost nothing
PAUSE_S = 3.0  # ends a bout
START_S = 1.5  # that a live engine may take to start; also what "cut out of a walk" means
END_S = 0.3  # before the end of the recording
EDGE_CONTACTS = 2  # first and last ones of a bout are not steady
STRIDE_WITHIN = 0.2  # of the bout's median, relative
STRETCH_S = 2.0  # the least that is scored

Span = tuple[float, float]


class TrueStride(Struct, frozen=True):
    """From a contact to the next of the same foot; with unknown sides, to the second next."""

    start: float
    end: float
    side: Side
    length_m: float | None = None

    @property
    def duration_s(self) -> float:
        """Its duration."""
        return self.end - self.start


class Truth:
    """The truth rows of one recording, arranged for queries by time."""

    def __init__(self, recording: TableRecording) -> None:
        rows = recording.truth
        self.start, self.end = recording.start_t, recording.end_t
        self.contacts = [row for row in rows if row.kind == "contact"]
        self.lifts = [row for row in rows if row.kind == "lift"]
        self.label = next((row.value for row in rows if row.kind == "label"), "")
        self._directions = [row for row in rows if row.kind == "direction"]
        self._gaits = [row for row in rows if row.kind == "gait"]
        self._mode: Mode = _usual_mode(recording, self.label)
        self._stops = [row for row in rows if row.kind == "stop"]
        self.bouts = _bouts(rows, self.contacts)
        self.strides = _strides(self.contacts, self.bouts, rows)
        turns = list(_between(rows, "turn_start", "turn_end"))
        self.steady = self._steady(turns)

    def mode(self, t: float) -> Mode:
        """Return the mode at ``t``, as far as it is known."""
        row = _last(self._gaits, t)
        return self._mode if row is None else _MODES[row.value]

    def direction(self, t: float) -> Direction:
        """Return the direction at ``t``, as far as it is known."""
        row = _last(self._directions, t)
        return cast("Direction", row.value) if row else "unknown"

    def is_steady(self, start: float, end: float | None = None) -> bool:
        """Return whether a time, or a whole span, is inside one steady stretch."""
        end = start if end is None else end
        return any(a <= start and end <= b for a, b in self.steady)

    def in_bout(self, t: float) -> bool:
        """Return whether ``t`` is between the first and last contact of a bout."""
        return any(a <= t <= b for a, b in self.bouts)

    def standing(self) -> list[Span]:
        """Return the spans of certain standing: before the first step and after a marked stop."""
        if not self._stops:
            return []
        moves = [row.t for row in (*self.contacts, *self.lifts)]
        spans = [(self.start + START_S, min(moves) - 0.5), (max(moves) + 0.5, self.end)]
        return [(a, b) for a, b in spans if b - a > 0.5]

    def _steady(self, turns: list[Span]) -> list[Span]:
        spans: list[Span] = []
        for start, end in self.bouts:
            times = [row.t for row in self.contacts if start <= row.t <= end]
            if not times:
                continue
            if times[0] > self.start + START_S:
                times = times[EDGE_CONTACTS:]
            if times and times[-1] < self.end - START_S:
                times = times[:-EDGE_CONTACTS]
            if times:
                odd = _odd([s for s in self.strides if start <= s.start and s.end <= end])
                spans += _without((times[0], times[-1]), [*turns, *odd])
        low, high = self.start + START_S, self.end - END_S
        cut = [(max(a, low), min(b, high)) for a, b in spans]
        return [(a, b) for a, b in cut if b - a >= STRETCH_S]


def is_intact(recording: TableRecording) -> bool:
    """Return whether no samples seem to be lost without a trace in the sensors' times.

    If sensors that started together end more than 0.1 s apart, or the truth continues after them,
    times were counted from samples of which some are missing. From there on sensors and truth
    disagree by an unknown amount.
    """
    ends = [float(sensor.t[-1]) for sensor in recording.sensors]
    last = max((row.t for row in recording.truth), default=ends[0])
    return max(ends) - min(ends) <= APART_S and last <= max(ends) + APART_S


_MODES: dict[str, Mode] = {"walk": "walking", "run": "running", "stand": "standing"}
_LABELS: dict[str, Mode] = {"walk": "walking", "jog": "running"}
_WORDS: dict[str, Mode] = {
    "walk": "walking",
    "walking": "walking",
    "run": "running",
    "running": "running",
}


def _usual_mode(recording: TableRecording, label: str) -> Mode:
    """Return the mode from the label, else from the words of the title, else of the folder."""
    if label:
        return _LABELS.get(label, "unknown")
    for text in (recording.title, recording.collection):
        words = text.lower().replace("_", " ").replace(",", " ").split()
        modes: set[Mode] = {_WORDS[word] for word in words if word in _WORDS}
        if modes:
            return modes.pop() if len(modes) == 1 else "unknown"
    return "unknown"


def _last(rows: Sequence[TruthRow], t: float) -> TruthRow | None:
    index = bisect_right(rows, t, key=lambda row: row.t)
    return rows[index - 1] if index else None


def _between(rows: Iterable[TruthRow], first: str, last: str) -> Iterable[Span]:
    opened: float | None = None
    for row in rows:
        if row.kind == first:
            opened = row.t
        elif row.kind == last and opened is not None:
            yield opened, row.t
            opened = None


def _bouts(rows: Sequence[TruthRow], contacts: Sequence[TruthRow]) -> list[Span]:
    marked = list(_between(rows, "bout_start", "bout_end"))
    if marked or not contacts:
        return marked
    times = [row.t for row in contacts]
    breaks = [i + 1 for i, (a, b) in enumerate(pairwise(times)) if b - a > PAUSE_S]
    edges = pairwise([0, *breaks, len(times)])
    return [(times[a], times[b - 1]) for a, b in edges]


def _strides(
    contacts: Sequence[TruthRow], bouts: Sequence[Span], rows: Sequence[TruthRow]
) -> list[TrueStride]:
    lengths = [row for row in rows if row.kind == "stride_length"]
    found: list[TrueStride] = []
    for start, end in bouts:
        inside = [row for row in contacts if start <= row.t <= end]
        for side in ("left", "right"):
            feet = [row.t for row in inside if row.side == side]
            mine = [row for row in lengths if row.side == side]
            ends = dict(match(feet, [row.t for row in mine], within=0.02))
            for i, (a, b) in enumerate(pairwise(feet), start=1):
                length = mine[ends[i]].number if i in ends else None
                found.append(TrueStride(a, b, side, length))
        if inside and all(row.side == "unknown" for row in inside):
            times = [row.t for row in inside]
            pairs = zip(times, times[2:], strict=False)
            found += [TrueStride(a, b, "unknown") for a, b in pairs]
    return sorted(found, key=lambda s: s.end)


def _odd(strides: Sequence[TrueStride]) -> list[Span]:
    """Return the spans of strides that are longer or shorter than the rest of their bout."""
    if not strides:
        return []
    usual = median(s.duration_s for s in strides)
    limit = STRIDE_WITHIN * usual
    return [(s.start, s.end) for s in strides if abs(s.duration_s - usual) > limit]


def _without(span: Span, holes: Iterable[Span]) -> list[Span]:
    """Cut the holes out of a span."""
    left: list[Span] = []
    at, end = span
    for a, b in sorted(holes):
        if b <= at or a >= end:
            continue
        if a > at:
            left.append((at, a))
        at = max(at, b)
    if at < end:
        left.append((at, end))
    return left
