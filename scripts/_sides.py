"""Fit the weights of ``trunk/side.py`` again: on everybody, and on all but one, who is then judged.

Least squares of the side (left 1, right -1) of each true contact in forward walking on the values
that the chain weighs there. A person is the last word of a recording's subject.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from cued.evaluation.truth import Truth
from cued.gait.trunk import chain, side
from cued.model import Floats, Packet, RecordingError
from cued.recording.tables.stream import packets
from cued.recording.tables.table import TableRecording, find_tables, read_table
from cued.signal.stream import Stream

WALKS = ("voisard", "mobgap")  # over ground, forward, with sides and a known mounting
READ_WRONG = ("voisard-s04",)  # whose sides are swapped throughout
TRUNK = ("lower_back", "waist", "chest")
WITHIN_S = 0.1  # of the true contact, as docs/accuracy.md counts


class Walk(Struct):
    """A walk's contacts: time, the weighted values, roll and sway, and the true side."""

    person: str
    t: Floats
    values: Floats
    true: Floats


class Watched(side.Sides):
    """Keeps the weighted values."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[float, list[float]]] = []

    def feed(self, t: float, step_s: float, acc: Any, gyr: Any, ahead: Any, left: Any) -> Any:
        swayed = side.seen(acc, step_s)
        if len(swayed) >= side.SEEN and gyr is not None:
            rolled, each = side.seen(gyr, step_s), np.eye(len(side.LAGS)).tolist()
            roll = [side._weighed(rolled, ahead, weights) for weights in each]
            self.seen.append((t, roll + [side._weighed(swayed, left, weights) for weights in each]))
        return super().feed(t, step_s, acc, gyr, ahead, left)


def main() -> int:
    walks = [w for folder in sys.argv[1:] for w in _all(Path(folder))]
    if not walks:
        print("no walk with sides", file=sys.stderr)
        return 1
    for name, columns, now in (
        ("ROLL and SWAY", slice(0, 8), [*side.ROLL, *side.SWAY]),
        ("SWAY_ALONE", slice(4, 8), side.SWAY_ALONE),
    ):
        right, steps = 0, 0
        for person in sorted({w.person for w in walks}):
            weights = _fitted([w for w in walks if w.person != person], columns)
            for walk in (w for w in walks if w.person == person):
                right += _right(walk, walk.values[:, columns] @ weights)
                steps += walk.true.size
        fitted = ", ".join(f"{w:.2f}" for w in _fitted(walks, columns))
        own = sum(_right(w, w.values[:, columns] @ np.array(now)) for w in walks)
        print(f"{name}: fitted {fitted}; as it is {', '.join(f'{w:.2f}' for w in now)}")
        print(f"  of {steps} steps: left out {100 * right / steps:.1f} % right", end=", ")
        print(f"as it is {100 * own / steps:.1f} %")
    return 0


def _fitted(walks: list[Walk], columns: slice) -> Floats:
    values = np.concatenate([w.values[:, columns] for w in walks])
    return np.linalg.lstsq(values, np.concatenate([w.true for w in walks]), rcond=None)[0]


def _right(walk: Walk, evidence: Floats) -> int:
    """Count the steps whose side is right, with half of each answer carried over."""
    count, total, last = 0, 0.0, -1e9
    for t, weighed, true in zip(walk.t, evidence, walk.true, strict=True):
        total = weighed - side.CARRY * (total if t - last <= side.PAUSE_S else 0.0)
        count += abs(total) >= side.LEAST and (total > 0) == (true > 0)
        last = t
    return count


def _all(folder: Path) -> list[Walk]:
    out: list[Walk] = []
    for path in find_tables(folder):
        try:
            recording = read_table(path)
        except RecordingError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        if recording.subject.startswith(WALKS) and recording.subject not in READ_WRONG:
            out += _walk(recording)
    return out


def _walk(recording: TableRecording) -> list[Walk]:
    truth = Truth(recording)
    tracks = [s for s in recording.sensors if s.placement in TRUNK and s.mounting is not None]
    if not tracks:
        return []
    stream = Stream(tracks[0].name, tracks[0].placement, tracks[0].mounting)
    chain.Sides = Watched
    trunk = chain.Trunk(tracks[0].name)
    for item in packets(recording, 1.0, [tracks[0].name]):
        for block in stream.feed(item) if isinstance(item, Packet) else ():
            trunk.feed(block)
    times = np.array([row.t for row in truth.contacts])
    sides = np.array([{"left": 1.0, "right": -1.0}.get(r.side, 0.0) for r in truth.contacts])
    rows = [
        (t, values, sides[k])
        for t, values in trunk._sides.seen
        for k in [int(np.argmin(np.abs(times - t)))]
        if abs(times[k] - t) <= WITHIN_S and sides[k]
    ]
    if not rows:
        return []
    t, values, true = zip(*rows, strict=True)
    return [Walk(recording.subject.split("-")[-1], np.array(t), np.array(values), np.array(true))]


if __name__ == "__main__":
    sys.exit(main())
