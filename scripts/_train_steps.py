"""Train the step networks (cued/gait/trunk/network.py) on recordings of walks with known contacts.

Every recording is shown unchanged and stretched in time, with acceleration divided by the square of
the stretch, so that slow steps are learnt from people recorded only at their usual pace; every
second one is made softer still. Each is also shown once without the direction of the jolt, as while
the mounting is unknown. Other networks are trained for a belt known to be slow, at the greatest
stretches also with shorter steps, as naturally slow people walk. The target is a bump at each
contact, ``LAG_S`` later. In jogs without truth the landings give the contacts. No network is used
while examples are made, so the weights depend only on the recordings and the seed, not on earlier
weights.

The truths do not agree on when a contact is: switches under the foot and labels by hand differ by
up to 0.15 s between recordings. Each is moved by its ``SHIFT_S`` before training: the median
difference to a network that was trained on voisard and mobgap only. *tripod* is not moved; as
the only walking on a belt, it counts twice.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
from msgspec.structs import replace

from cued.evaluation.matching import match
from cued.evaluation.truth import Truth, is_intact
from cued.gait.finding import Contact, Moving
from cued.gait.trunk import contacts, network
from cued.gait.trunk.chain import Trunk
from cued.model import Block, Packet
from cued.recording.tables.stream import packets
from cued.recording.tables.table import TableRecording, find_tables, read_table
from cued.signal.grid import DT_S
from cued.signal.stream import Stream

WIDTH_S = 0.035  # of the bump
# How slow walkers' steps shrink: step length goes with speed to the power of 0.42, speed with pace
# to 1 / 0.58 (10.1007/s00421-003-0906-3). The slow part of the horizontal goes with step length,
# the vertical with its square (tripod: 1.46 and 1.43 m/s² fore-aft at the step's frequency at 0.60
# and 0.67 m, vertical 0.8 and 2.7), less so at the slowest (``rise_m_s2`` of
# cued/simulation/gaits.py).
SHORT, SHALLOW = -0.72, -2.75  # powers of the stretch
SLOW_PART_S = 0.2  # mean over this, before the stretch: half a step
LAYERS = (48, 24)
OUT = Path(network.__file__).with_name("steps.npy")
SLOWER = 1.6  # stretched so far and more, also with shorter steps
SLOW, SOFT = 2.0, 0.6  # stretched this far, every second recording is made this much softer
FOLDS = 4
WALKS, RUNS = (1.0, 0.85, 1.25, 1.6, 2.0, 2.5), (1.0, 0.9, 1.1)
TRUST = {"tripod": 2.0, "oxford": 0.35, "sisfall": 0.25, "alcantara": 0.5, "mobgap": 3.0}
SLOWLY_TRUST = 2.0  # times as much, tripod where its steps are not made shorter, for a slow belt
SHIFT_S = {
    "backpocket_1": -0.072, "hard_neckpouch_1": -0.119, "neckpouch_2": -0.102,
    "carmelo_hard_frontpocket_1": -0.145, "carmelo_hard_neckpouch_1": -0.085,
    "user1_frontpocket_1506422223341": -0.147, "t1-id11-na-1l": 0.024, "t1-id13-na-1l": -0.018,
    "t1-id14-na-1l": -0.019, "t1-id2-wc-1l": -0.015, "t1-id3-wc-1l": -0.015,
    "t1-id5-wc-1l": 0.037, "t2-id11-na-1l": 0.021, "t2-id2-wc-1l": -0.036,
}  # fmt: skip
PIECE_S = 5.0
EPOCHS, BATCH, RATE = {False: 9, True: 4}, 1024, 2e-3  # for a slow belt 9 were no better
SEEDS = (1, 2, 3, 4, 5)  # of the networks whose log-odds are averaged
TRUNKS = ("lower_back", "waist", "chest")
SETS = ("voisard", "mobgap", "weallwalk", "oxford", "tripod", "alcantara")  # to be judged
SLOWED = ((1.0, False), (2.0, False), (2.5, False), (2.0, True), (2.5, True))


class Recorder(network.StepNetwork):
    """A network that keeps its inputs and finds nothing."""

    kept: ClassVar[list[np.ndarray]] = []
    times: ClassVar[list[np.ndarray]] = []
    blind = False

    def look(self, k, start, stop, up, along, *, slow=False):
        at = np.arange(start + -k % network.STEP, stop, network.STEP)
        if at.size:
            inputs = self._inputs(at, up, (0.0, 0.0, 0.0) if self.blind else along)
            self.kept.append(inputs.astype(np.float32))
            self.times.append((at + (k - start)) * DT_S)
        return []


def shown(blocks: list[Block], *, blind: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the network's inputs for a recording, and their times."""
    Recorder.kept, Recorder.times, Recorder.blind = [], [], blind
    contacts.StepNetwork = Recorder
    trunk = Trunk("trunk")
    for block in blocks:
        trunk.feed(block)
    return np.concatenate(Recorder.kept), np.concatenate(Recorder.times)


def blocks_of(recording: TableRecording) -> list[Block]:
    track = next(s for s in recording.sensors if s.placement in TRUNKS)
    stream = Stream(track.name, track.placement, track.mounting)
    given = packets(recording, PIECE_S, [track.name])
    return [b for p in given if isinstance(p, Packet) for b in stream.feed(p)]


def stretched(blocks: list[Block], by: float, soft: float = 1.0, *, short=False) -> list[Block]:
    """Return the same movement, slower: what moves is divided by the square of ``by``.

    short : also with the shorter steps of people who walk slowly.
    """
    if by == 1.0:
        return blocks
    piece = round(PIECE_S / DT_S)
    t = np.concatenate([b.t for b in blocks])
    acc = np.concatenate([b.acc for b in blocks])
    mean = acc.mean(axis=0) / np.linalg.norm(acc.mean(axis=0)) * 9.81
    first = math.ceil(t[0] * by / DT_S)
    grid = (first + np.arange(int((t[-1] - t[0]) * by / DT_S))) * DT_S
    slow = np.stack([np.interp(grid, t * by, acc[:, i]) for i in range(3)], axis=1)
    moves = _shortened(slow - mean, mean / 9.81, by) if short else soft * (slow - mean) / by**2
    slow = mean + moves
    return [
        replace(blocks[0], t=grid[i : i + piece], acc=slow[i : i + piece], gyr=None,
                ok=np.ones(grid[i : i + piece].size, bool), fresh=i == 0)
        for i in range(0, grid.size, piece)
    ]  # fmt: skip


def _shortened(moves: np.ndarray, up: np.ndarray, by: float) -> np.ndarray:
    vertical = np.outer(moves @ up, up)
    level = moves - vertical
    mean = np.ones(round(SLOW_PART_S * by / DT_S)) / round(SLOW_PART_S * by / DT_S)
    smooth = np.stack([np.convolve(column, mean, "same") for column in level.T], axis=1)
    return vertical * by**SHALLOW + smooth * by**SHORT + (level - smooth) / by**2


def landings(blocks: list[Block]) -> list[float]:
    """Return the contacts of a jog, found from its flight phases."""
    contacts.StepNetwork = Recorder
    trunk, mode, found = Trunk("trunk"), "", []
    for block in blocks:
        for finding in trunk.feed(block):
            if isinstance(finding, Moving):
                mode = finding.mode
            elif isinstance(finding, Contact) and mode == "running":
                found.append(finding.t)
    return found


def wanted(recording, times: np.ndarray, by: float, truth: list[float], *, slow, short):
    """Return what the network should answer at each time, and how much each counts."""
    shift = next((s for name, s in SHIFT_S.items() if recording.name.endswith(name)), 0.0)
    width = WIDTH_S * max(1.0, math.sqrt(by / 1.25))
    at = np.array(truth) + shift
    answer = np.zeros(times.size, np.float32)
    for t in at * by:
        answer = np.maximum(answer, np.exp(-0.5 * ((times - network.LAG_S - t) / width) ** 2))
    trust = next((w for name, w in TRUST.items() if recording.subject.startswith(name)), 1.0)
    if slow and not short and recording.subject.startswith("tripod"):
        trust *= SLOWLY_TRUST
    weight = np.full(times.size, trust * (1.0 if by == 1.0 else 0.7), np.float32)
    if recording.subject.startswith("mobgap"):
        bouts = Truth(recording).bouts
        weight[~_inside(times, [(a * by, b * by) for a, b in bouts])] = 0.0
    if recording.subject.startswith("sisfall"):
        pairs = [(a * by, b * by) for a, b in pairwise(at) if b - a < 0.5]
        weight[~_inside(times, pairs)] = 0.0
    return answer, weight


def _inside(times: np.ndarray, spans: list[tuple[float, float]]) -> np.ndarray:
    return np.any([(times >= a - 0.1) & (times <= b + 0.1) for a, b in spans] or [times < 0], 0)


Example = tuple[int, tuple[np.ndarray, ...]]
Layers = list[tuple[np.ndarray, np.ndarray]]


def examples(recordings: list[TableRecording], *, slow: bool) -> Iterator[Example]:
    """Give inputs, answers and weights of every recording in every stretch, and its number.

    slow : for a belt that is known to be slow, also with shorter steps.
    """
    for number, recording in enumerate(recordings):
        blocks = blocks_of(recording)
        truth = [row.t for row in Truth(recording).contacts]
        runs = not truth or recording.subject.startswith("alcantara")
        truth = truth or landings(blocks)
        for by in RUNS if runs else WALKS:
            soft = SOFT if by >= SLOW and number % 2 else 1.0
            ways = [(False, False)] + [(True, False)] * (by in (1.0, 1.6))
            ways += [(False, True)] * (slow and by >= SLOWER)
            for blind, short in ways:
                inputs, times = shown(stretched(blocks, by, soft, short=short), blind=blind)
                answer, weight = wanted(recording, times, by, truth, slow=slow, short=short)
                kept = weight > 0
                yield number, (inputs[kept], answer[kept], weight[kept])


def fitted(made: list[Example], but: set[int], *, slow: bool) -> Layers:
    """Train on all examples but those of some recordings."""
    kept = [arrays for number, arrays in made if number not in but]
    x, y, w = (np.concatenate(part) for part in zip(*kept, strict=True))
    y = y.astype(np.float32)
    nets = [trained(x, y, w, seed=seed, epochs=EPOCHS[slow]) for seed in SEEDS]
    return [
        (np.stack([w for w, _ in same]), np.stack([b for _, b in same])[:, None])
        for same in zip(*nets, strict=True)
    ]


def trained(x: np.ndarray, y: np.ndarray, w: np.ndarray, *, seed: int, epochs: int) -> Layers:
    """Return one network, with the weighted cross-entropy minimised by Adam.

    The learning rate is constant; the result is the mean of the weights over the second half.
    """
    rng = np.random.default_rng(seed)
    sizes = (x.shape[1], *LAYERS, 1)
    params = [rng.normal(0, 1 / math.sqrt(a), (a, b)).astype(np.float32)
              for a, b in pairwise(sizes)]  # fmt: skip
    params += [np.zeros(n, np.float32) for n in sizes[1:]]
    first, second, means = ([np.zeros_like(p) for p in params] for _ in range(3))
    steps, n = epochs * (len(x) // BATCH), len(sizes) - 1
    for step in range(steps):
        rows = rng.integers(0, len(x), BATCH)
        slopes = _slopes(params, n, x[rows], y[rows], w[rows])
        for p, g, m, v in zip(params, slopes, first, second, strict=True):
            m[...] = m + 0.1 * (g - m)
            v[...] = v + 0.001 * (g * g - v)
            mean, size = m / (1 - 0.9 ** (step + 1)), np.sqrt(v / (1 - 0.999 ** (step + 1)))
            p[...] = p - RATE * mean / (size + 1e-8)
        for p, so_far in zip(params, means, strict=True):
            so_far[...] = so_far + (p - so_far) / max(1, step - steps // 2)
    return list(zip(means[:n], means[n:], strict=True))


def _slopes(params, n: int, x: np.ndarray, y: np.ndarray, w: np.ndarray) -> list[np.ndarray]:
    layers = [x]
    for i in range(n):
        z = layers[-1] @ params[i] + params[n + i]
        layers.append(np.maximum(z, 0) if i < n - 1 else 1 / (1 + np.exp(-z)))
    g = ((layers[-1][:, 0] - y) * w / len(x))[:, None]
    matrices, biases = [], []
    for i in reversed(range(n)):
        matrices.insert(0, layers[i].T @ g + 1e-5 * params[i])
        biases.insert(0, g.sum(axis=0))
        g = (g @ params[i].T) * (layers[i] > 0) if i else g
    return [*matrices, *biases]


def write(usual: Layers, slow: Layers) -> None:
    """Put the weights, in thousandths, where the engine reads them."""
    np.save(OUT, np.array([thousandths(usual), thousandths(slow)]))


def thousandths(layers: Layers) -> np.ndarray:
    """Return the networks' numbers stacked, (networks, numbers)."""
    parts = (part.reshape(len(part), -1) for layer in layers for part in layer)
    return np.rint(1000 * np.concatenate(list(parts), axis=1)).astype("<i2")


def person(recording: TableRecording) -> str:
    """Return the last word of the subject, so that somebody in two sets of recordings is one."""
    return recording.subject.split("-")[-1]


class Judged:
    """Steps of steady walking of one set of recordings, in one way of slowing them."""

    def __init__(self) -> None:
        self.true = self.said = self.near = 0
        self.errors_s: list[float] = []
        self.shares: list[float] = []  # of the steps that were found, by recording
        self.people: set[str] = set()

    def add(self, recording: TableRecording, by: float, *, short: bool) -> None:
        """Add a recording's counts, with the network now in use."""
        truth, trunk = Truth(recording), Trunk("trunk")
        trunk.belt(0.0, slow=by > 1.0)
        blocks = stretched(blocks_of(recording), by, short=short)
        found = [f.t / by for b in blocks for f in trunk.feed(b) if isinstance(f, Contact)]
        true = [row.t for row in truth.contacts]
        pairs = match(true, found, 0.1)
        near = [(i, j) for i, j in pairs if truth.is_steady(true[i])]
        used = {j for _, j in pairs}
        false = sum(truth.is_steady(t) for j, t in enumerate(found) if j not in used)
        steps = sum(map(truth.is_steady, true))
        if steps:
            self.true, self.said = self.true + steps, self.said + len(near) + false
            self.near += len(near)
            self.errors_s += [by * (found[j] - true[i]) for i, j in near]
            self.shares.append((len(near) + false) / steps)
            self.people.add(person(recording))

    def row(self) -> str:
        """Return the figures as a row of docs/accuracy.md."""
        f1 = 2 * self.near / (self.true + self.said)
        error = f"{1e3 * np.mean(self.errors_s):.0f} ± {1e3 * np.std(self.errors_s):.0f}"
        return f"{len(self.people)} | {self.true} | {f1:.3f} | {error} | {min(self.shares):.2f} |"


def use(layers: Layers, *, slow: bool) -> None:
    """Let the engine find steps with these, on a slow belt or otherwise."""
    whose = network.SLOW_LAYERS if slow else network.LAYERS
    whose[:] = [(w.astype(float), b.astype(float)) for w, b in layers]
    contacts.StepNetwork = network.StepNetwork


def judge(recordings: list[TableRecording], sets: dict[str, Judged]) -> None:
    """Add recordings to the figures of their sets, voisard also made slower."""
    for recording in recordings:
        name = next((s for s in SETS if recording.subject.startswith(s)), "")
        if name and Truth(recording).contacts:
            for by, short in SLOWED if name == "voisard" else SLOWED[:1]:
                way = f" ×{by:g}{' shorter' * short}" * (by > 1.0)
                sets.setdefault(name + way, Judged()).add(recording, by, short=short)


class Trainer:
    """Trains without some people, and keeps what it trained if it gets a folder.

    An interrupted run continues from what was kept; examples are made once, when first needed.
    """

    def __init__(self, recordings: list[TableRecording], keep: Path | None) -> None:
        self._recordings, self._keep = recordings, keep
        self._made = cache(lambda slow: list(examples(recordings, slow=slow)))

    def layers(self, fold: int | None, *, slow: bool) -> Layers:
        """Return a network trained without the people of a fold; None: trained on everybody."""
        file = self._keep and self._keep / f"{'all' if fold is None else fold}{'-slow' * slow}.npz"
        if file and file.exists():
            flat = list(np.load(file).values())
            return list(zip(flat[::2], flat[1::2], strict=True))
        layers = fitted(self._made(slow), self.out(fold), slow=slow)
        if file:
            np.savez(file, *(part for pair in layers for part in pair))
        return layers

    def out(self, fold: int | None) -> set[int]:
        """Return the numbers of the recordings of a fold: of every ``FOLDS``-th person by name."""
        people = sorted(set(map(person, self._recordings)))
        numbers = ((k, people.index(person(r))) for k, r in enumerate(self._recordings))
        return {k for k, at in numbers if fold is not None and at % FOLDS == fold}


def left_out(recordings: list[TableRecording], trainer: Trainer) -> None:
    """Print, for each set, the scores of the people the network was not trained on."""
    sets: dict[str, Judged] = {}
    for fold in range(FOLDS):
        for slow in (False, True):
            use(trainer.layers(fold, slow=slow), slow=slow)
        judge([recordings[k] for k in sorted(trainer.out(fold))], sets)
    for name, judged in sorted(sets.items()):
        print(f"| {name} | {judged.row()}")


def used(folders: list[Path]) -> list[TableRecording]:
    """Return the recordings of trunks with true contacts, and the jogs, in order."""
    found = [read_table(f) for folder in folders for f in find_tables(folder)]
    found = [r for r in found if any(s.placement in TRUNKS for s in r.sensors)]
    return [r for r in found if is_intact(r) and (Truth(r).contacts or Truth(r).label == "jog")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[])
    parser.add_argument("--left-out", action="store_true", help="score people left out; no weights")
    parser.add_argument("--keep", type=Path, help="folder for trained networks, to continue from")
    args = parser.parse_args()
    recordings = used(args.folders or [Path("../shared/data"), Path("../shared/more")])
    trainer = Trainer(recordings, args.keep)
    if args.left_out:
        left_out(recordings, trainer)
    else:
        write(*(trainer.layers(None, slow=slow) for slow in (False, True)))


if __name__ == "__main__":
    main()
