"""Score mobgap's three detectors, skdh's and the trunk's chain on the same contacts.

The others get each true bout whole, with half a second either side, offline; cued gets the whole
recording in packets of 50 ms and never learns where a bout is. All get body axes where the mounting
is known, else axes levelled by the mean. Contacts of steady gait are matched one to one within
0.1 s; for the second figure each detector's own median offset in that set is removed first, because
they differ in which moment of a step they call its contact.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from mobgap.initial_contacts import IcdHKLeeImproved, IcdIonescu, IcdShinImproved
from skdh.gait import GaitLumbar

from cued.evaluation.matching import match
from cued.evaluation.truth import Truth, is_intact
from cued.gait.fusion.body import Body
from cued.gait.fusion.chains import GaitConfig
from cued.model import Footfall, Packet
from cued.recording.tables.stream import PACKET_S, packets
from cued.recording.tables.table import SensorTrack, TableRecording, find_tables, read_table
from cued.signal.orientation import cross, level, unit
from cued.signal.stream import Stream

G = 9.80665
TRUNKS = ("lower_back", "waist", "chest")
WITHIN_S, OFFSET_S, AROUND_S = 0.1, 0.25, 0.5
SETS = ("voisard", "mobgap", "weallwalk", "tripod", "alcantara")  # whose contacts have exact times
COLUMNS = ["acc_is", "acc_ml", "acc_pa", "gyr_is", "gyr_ml", "gyr_pa"]
EPOCH_S = 1.7e9  # skdh wants times of day

Detector = Callable[[np.ndarray, np.ndarray, float], "list[float]"]


def live(recording: TableRecording, track: SensorTrack) -> list[float]:
    """Return the footfalls reported packet by packet."""
    stream = Stream(track.name, track.placement, track.mounting)
    body = Body({track.name: track.placement}, {}, GaitConfig())
    given = packets(recording, PACKET_S, [track.name])
    blocks = [b for p in given if isinstance(p, Packet) for b in stream.feed(p)]
    return [e.t for b in blocks for e in body.feed(b) if isinstance(e, Footfall)]


def in_body_axes(track: SensorTrack) -> np.ndarray:
    """Return (n, 3) acceleration forward, left, up."""
    if track.mounting is not None:
        return track.acc @ np.asarray(track.mounting).T
    up = unit(tuple(track.acc.mean(axis=0).tolist())) or (0.0, 0.0, 1.0)
    ahead = level((0.0, 0.0, 1.0), up) or level((1.0, 0.0, 0.0), up) or (1.0, 0.0, 0.0)
    return track.acc @ np.array((ahead, cross(up, ahead), up)).T


def mobgap(detector: type) -> Detector:
    """Return one of mobgap's detectors."""

    def found(t: np.ndarray, acc: np.ndarray, rate_hz: float) -> list[float]:
        rows = np.concatenate((acc[:, [2, 1, 0]], np.zeros_like(acc)), axis=1)
        frame = pd.DataFrame(rows, columns=COLUMNS)
        at = detector().detect(frame, sampling_rate_hz=rate_hz).ic_list_["ic"]
        return t[at.to_numpy(dtype=int).clip(0, t.size - 1)].tolist()

    return found


def skdh(t: np.ndarray, acc: np.ndarray, rate_hz: float) -> list[float]:
    """Return the contacts of skdh's strides."""
    gait = GaitLumbar(min_bout_time=2.0)
    all_of_it = np.array([[0, t.size - 1]])
    said = gait.predict(time=t + EPOCH_S, accel=acc / G, fs=rate_hz, gait_bouts=all_of_it, v_axis=2)
    return (said["IC Timestamp"] - EPOCH_S).tolist()


PEERS: dict[str, Detector] = {
    "HKLee": mobgap(IcdHKLeeImproved),
    "Ionescu": mobgap(IcdIonescu),
    "Shin": mobgap(IcdShinImproved),
    "skdh": skdh,
}


def offline(track: SensorTrack, truth: Truth, peer: Detector) -> list[float]:
    """Return what a peer finds in the true bouts."""
    acc, found = in_body_axes(track), []
    for start, end in truth.bouts:
        on = (track.t >= start - AROUND_S) & (track.t <= end + AROUND_S)
        try:
            found += peer(track.t[on], acc[on], track.rate_hz)
        except Exception as error:  # noqa: BLE001 - whatever a peer cannot do is a miss
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return sorted(found)


def f1(runs: list[tuple[Truth, list[float]]], offset: float = 0.0) -> float:
    """Return F1 over the steady contacts of a set."""
    hits = total = 0
    for truth, said in runs:
        true, times = [row.t for row in truth.contacts], [t - offset for t in said]
        pairs = [(i, j) for i, j in match(true, times, WITHIN_S) if truth.is_steady(true[i])]
        used = {j for _, j in pairs}
        hits += 2 * len(pairs)
        total += sum(map(truth.is_steady, true)) + len(pairs)
        total += sum(truth.is_steady(t) for j, t in enumerate(times) if j not in used)
    return hits / max(1, total)


def off(runs: list[tuple[Truth, list[float]]]) -> float:
    """Return the median offset."""
    errors = []
    for truth, said in runs:
        true = [row.t for row in truth.contacts]
        errors += [said[j] - true[i] for i, j in match(true, said, OFFSET_S)]
    return median(errors) if errors else 0.0


def used(folders: list[str]) -> Iterator[tuple[str, TableRecording, SensorTrack, Truth]]:
    """Give the recordings with a trunk and known contacts, and the set that each belongs to."""
    for folder in (f for root in folders for f in find_tables(Path(root))):
        recording = read_table(folder)
        track = next((s for s in recording.sensors if s.placement in TRUNKS), None)
        truth = Truth(recording)
        name = next((s for s in SETS if recording.subject.startswith(s)), "")
        if name and track and truth.steady and is_intact(recording):
            yield name, recording, track, truth


def main() -> None:
    """Print a row for each set."""
    warnings.simplefilter("ignore")
    logging.disable()
    sets: dict[str, dict[str, list[tuple[Truth, list[float]]]]] = {}
    for name, recording, track, truth in used(sys.argv[1:]):
        rows = sets.setdefault(name, {})
        rows.setdefault("cued, live", []).append((truth, live(recording, track)))
        for peer, detector in PEERS.items():
            rows.setdefault(peer, []).append((truth, offline(track, truth, detector)))
    print("| data | steps |", *(f"{peer} |" for peer in next(iter(sets.values()))))
    for name, rows in sets.items():
        steps = sum(sum(t.is_steady(r.t) for r in t.contacts) for t, _ in rows["cued, live"])
        cells = [f"{f1(runs):.3f}, {f1(runs, off(runs)):.3f} |" for runs in rows.values()]
        print(f"| {name} | {steps} |", *cells)


if __name__ == "__main__":
    main()
