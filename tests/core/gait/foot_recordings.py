"""Real recordings as blocks, their truth, and one-to-one matching, for tests of feet and shanks."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cued.frames import rotation, to_body
from cued.model import Block, Floats
from cued.signal.grid import Grid
from cued.signal.stream import Quality

STOPPING_S = 140.0  # tripod's belt runs out soon after


@dataclass(frozen=True)
class Trial:
    """One sensor of one recording."""

    name: str
    sensor: str
    side: str
    blocks: list[Block]
    truth: list[tuple[float, str, str, str]]

    def times(self, kind: str) -> list[float]:
        return [t for t, k, side, _ in self.truth if k == kind and side in ("", self.side)]

    def steady(self, kind: str) -> list[float]:
        """Events in steady gait: outside turns, without the first and last two of each bout."""
        turns = self.times("turn_start") + self.times("turn_end")
        bouts: list[list[float]] = [[]]
        for t in self.times(kind):
            turning = bool(turns) and turns[0] - 0.3 <= t <= turns[-1] + 1.0
            if turning or (bouts[-1] and t - bouts[-1][-1] > 1.8):
                bouts.append([])
            if not turning and not (self.name.startswith("tripod") and t > STOPPING_S):
                bouts[-1].append(t)
        return [t for bout in bouts for t in bout[2:-2]]

    def in_step(self) -> bool:
        """Judge without any detector whether the truth and the sensor have the same clock.

        Some sensors of voisard lost samples on the way back: their movement then repeats itself
        up to 13 % faster than the truth does, and no footfall can match.
        """
        turns = self.times("turn_start") + self.times("turn_end")
        contacts = np.array(self.times("contact"))
        if not turns or len(contacts) < 8:
            return True
        block = self.blocks[0]
        assert block.gyr is not None
        size = np.sqrt((block.gyr**2).sum(axis=1))
        ways = (contacts[contacts < turns[0] - 0.3][1:], contacts[contacts > turns[-1] + 0.8][:-2])
        for way in ways:
            if len(way) < 4:
                continue
            stride = float(np.median(np.diff(way)))
            part = size[(block.t >= way[0]) & (block.t <= way[-1])]
            part = part - part.mean()
            lags = range(int(stride * 75), int(stride * 125))
            repeats = [float((part[:-k] * part[k:]).mean()) for k in lags]
            if abs(lags[int(np.argmax(repeats))] / 100 / stride - 1) > 0.025:
                return False
        return True


Spoil = Callable[[Floats, Floats, float], tuple[Floats, Floats, float]]


def fewer(rate_hz: float) -> Spoil:
    """Sample as slowly as that, each sample the mean of its time."""

    def spoil(t: Floats, rows: Floats, rate: float) -> tuple[Floats, Floats, float]:
        n = round(rate / rate_hz)
        whole = len(t) // n * n
        means = rows[:whole].reshape(-1, n, rows.shape[1]).mean(axis=1)
        return t[:whole].reshape(-1, n).mean(axis=1), means, rate / n

    return spoil


def losing(share: float, packet: int = 10) -> Spoil:
    """Lose that share of packets."""

    def spoil(t: Floats, rows: Floats, rate: float) -> tuple[Floats, Floats, float]:
        there = np.random.default_rng(0).random(len(t) // packet + 1) >= share
        keep = np.repeat(there, packet)[: len(t)]
        return t[keep], rows[keep], rate

    return spoil


def shaken(by_s: float) -> Spoil:
    """Stamp each sample early or late by up to ``by_s``."""

    def spoil(t: Floats, rows: Floats, rate: float) -> tuple[Floats, Floats, float]:
        late = np.random.default_rng(0).uniform(-by_s, by_s, len(t))
        return np.maximum.accumulate(t + late) + np.arange(len(t)) * 1e-9, rows, rate

    return spoil


def trials(
    data: Path, pattern: str, placement: str = "foot", spoil: Spoil | None = None
) -> list[Trial]:
    found = []
    for folder in sorted(data.glob(pattern)):
        header = tomllib.loads((folder / "recording.toml").read_text())
        lines = (folder / "truth.csv").read_text().splitlines()[1:]
        truth = [(float(t), k, side, v) for t, k, side, v in (x.split(",") for x in lines)]
        for sensor in header["sensor"]:
            if sensor["placement"].startswith(placement):
                side = sensor["placement"].split("_")[1]
                name, blocks = folder.name, _blocks(folder, sensor, spoil)
                found.append(Trial(name, sensor["name"], side, blocks, truth))
    return found


def _blocks(folder: Path, sensor: dict, spoil: Spoil | None) -> list[Block]:
    rows = np.loadtxt(folder / sensor["file"], delimiter=",", skiprows=1)
    t, rows, rate = rows[:, 0], rows[:, 1:7], sensor["rate_hz"]
    if spoil:
        t, rows, rate = spoil(t, rows, rate)
    acc, gyr = rows[:, :3], rows[:, 3:]
    ok = Quality(rate).feed(acc)
    if "mounting" in sensor:
        m = rotation(sensor["mounting"])
        acc, gyr = to_body(m, acc), to_body(m, gyr)
    grid = Grid(rate, 6).feed(t, np.concatenate((acc, gyr), axis=1), ok)
    return [
        Block(
            sensor=sensor["name"],
            placement=sensor["placement"],
            t=t,
            acc=x[:, :3],
            gyr=x[:, 3:],
            ok=good,
            oriented="mounting" in sensor,
            fresh=fresh,
        )
        for t, x, good, fresh in grid
    ]


def paired(truth: list[float], found: list[float], within: float) -> list[tuple[float, float]]:
    """Pair one to one, nearest pairs first."""
    near = sorted((abs(f - t), t, f) for t in truth for f in found if abs(f - t) <= within)
    pairs: dict[float, float] = {}
    taken: set[float] = set()
    for _, t, f in near:
        if t not in pairs and f not in taken:
            pairs[t] = f
            taken.add(f)
    return sorted(pairs.items())


@dataclass
class Score:
    """Counts over steady events, and the errors of what was paired, ms."""

    hits: int = 0
    missed: int = 0
    extra: int = 0
    errors: list[float] | None = None

    @property
    def f1(self) -> float:
        return 2 * self.hits / (2 * self.hits + self.missed + self.extra)

    @property
    def spread(self) -> float:
        return float(np.std(self.errors or [0.0]))

    def add(self, trial: Trial, kind: str, found: list[float], *, offset: bool) -> float:
        """Score one trial within 50 ms, less its constant offset if asked; give that, s."""
        every, steady = trial.times(kind), set(trial.steady(kind))
        wide = paired(every, found, 0.2)
        shift = float(np.median([f - t for t, f in wide])) if offset else 0.0
        pairs = paired(every, [f - shift for f in found], 0.05)
        hit = {t for t, _ in pairs}
        used = {round(f + shift, 6) for _, f in pairs}
        self.hits += len(hit & steady)
        self.missed += len(steady - hit)
        spans = _spans(sorted(steady))
        self.extra += sum(
            any(a - 0.3 < f < b + 0.3 for a, b in spans) and round(f, 6) not in used for f in found
        )
        self.errors = (self.errors or []) + [(f - t) * 1e3 for t, f in pairs if t in steady]
        return shift


def _spans(times: list[float]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for t in times:
        if spans and t - spans[-1][1] < 1.8:
            spans[-1] = (spans[-1][0], t)
        else:
            spans.append((t, t))
    return spans
