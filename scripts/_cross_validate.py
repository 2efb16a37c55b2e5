"""Refit ``stumble.SCORE`` on everybody but one, judge that one, and so on through all people.

A refit takes the middle of those thresholds that make the fewest mistakes, where a missed stumble
and a false one count the same. A person is the last word of a recording's subject, so that somebody
in two sets of recordings is one. The other constants of ``stumble.py`` are not refitted here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from msgspec import Struct

from cued.gait.trunk import stumble
from cued.model import Packet, RecordingError
from cued.recording.tables.stream import packets
from cued.recording.tables.table import TableRecording, find_tables, read_table
from cued.signal.stream import Stream

GRID = np.round(np.arange(2.0, 5.01, 0.2), 2)
WITHIN_S = 2.0  # as docs/accuracy.md counts
TRUNK = ("lower_back", "waist", "chest")
LABELS = ("stumble", "walk", "jog", "jump", "bend")


class Tried(Struct):
    """One recording with every threshold of the grid: stumbles found (0 or 1) and false ones."""

    person: str
    stumbles: int
    found: list[int]
    false: list[int]


def main() -> int:
    tried = [t for folder in sys.argv[1:] for t in _all(Path(folder))]
    people = sorted({t.person for t in tried})
    if not people:
        print("no recording of a trunk with a label", file=sys.stderr)
        return 1
    now = int(np.argmin(np.abs(GRID - stumble.SCORE)))
    print("person       threshold  stumbles  flagged  false | as it is: flagged  false")
    totals = np.zeros(5, dtype=int)
    for person in people:
        k = _fitted([t for t in tried if t.person != person])
        own = [t for t in tried if t.person == person]
        row = [sum(t.stumbles for t in own)]
        for column in (k, now):
            row += [sum(t.found[column] for t in own), sum(t.false[column] for t in own)]
        totals += row
        there, found, false, found_now, false_now = row
        print(
            f"{person:12} {GRID[k]:9.1f} {there:9} {found:8} {false:6} {found_now:18} {false_now:6}"
        )
    there, found, false, found_now, false_now = totals.tolist()
    print(f"left out: {100 * found / max(there, 1):.1f} % of {there} flagged, {false} false")
    print(f"as it is ({GRID[now]:.1f}): {100 * found_now / max(there, 1):.1f} %, {false_now} false")
    return 0


def _all(folder: Path) -> list[Tried]:
    out: list[Tried] = []
    for path in find_tables(folder):
        try:
            recording = read_table(path)
        except RecordingError as error:
            print(error, file=sys.stderr)
            continue
        labels = {row.value for row in recording.truth if row.kind == "label"}
        if labels & set(LABELS) and any(s.placement in TRUNK for s in recording.sensors):
            out.append(_try(recording))
    return out


def _try(recording: TableRecording) -> Tried:
    sensor = next(s for s in recording.sensors if s.placement in TRUNK)
    stream = Stream(sensor.name, sensor.placement, sensor.mounting)
    inputs = [p for p in packets(recording, 4.0) if isinstance(p, Packet)]
    blocks = [b for p in inputs if p.sensor == sensor.name for b in stream.feed(p)]
    peaks = [row.t for row in recording.truth if row.kind == "stumble_peak"]
    tried = Tried(recording.subject.split("-")[-1], len(peaks), [], [])
    before = stumble.SCORE
    for threshold in GRID:
        stumble.SCORE = float(threshold)
        chain = stumble.Stumbles(sensor.name)
        times = [f.t for block in blocks for f in chain.feed(block)]
        tried.found.append(sum(any(abs(t - p) <= WITHIN_S for t in times) for p in peaks))
        tried.false.append(sum(not any(abs(t - p) <= WITHIN_S for p in peaks) for t in times))
    stumble.SCORE = before
    return tried


def _fitted(tried: list[Tried]) -> int:
    """Return the middle one of the best thresholds, as its place in the grid."""
    mistakes = [sum(t.stumbles - t.found[k] + t.false[k] for t in tried) for k in range(len(GRID))]
    best = [k for k, m in enumerate(mistakes) if m == min(mistakes)]
    return best[len(best) // 2]


if __name__ == "__main__":
    sys.exit(main())
