"""Recordings of real people as blocks, and findings scored against their truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from cued.evaluation.matching import Pair, match
from cued.evaluation.truth import Truth
from cued.model import Block, Floats, Packet
from cued.recording.tables.table import TRUNK, SensorTrack, TableRecording, read_table
from cued.signal.stream import Stream


@cache
def read(folder: Path) -> TableRecording:
    """Return a recording; parsing it again takes longer than most tests of it."""
    return read_table(folder)


def blocks(track: SensorTrack, *, mounted: bool = True) -> list[Block]:
    """Return a sensor's blocks as in the engine, with or without its mounting."""
    stream = Stream(track.name, track.placement, track.mounting if mounted else None)
    end = float(track.t[-1])
    return stream.feed(
        Packet(end, track.name, track.t, track.acc, track.gyr, track.rate_hz, synced=True)
    )


def trunk(recording: TableRecording, *, mounted: bool = True) -> list[Block]:
    return blocks(next(s for s in recording.sensors if s.placement in TRUNK), mounted=mounted)


@dataclass
class Score:
    """Counts over steady gait, and the errors of the pairs, s."""

    hits: int = 0
    missed: int = 0
    extra: int = 0
    errors: list[float] = field(default_factory=list)

    @property
    def f1(self) -> float:
        return 2 * self.hits / (2 * self.hits + self.missed + self.extra)

    def add(
        self,
        true: Sequence[float],
        found: Sequence[float],
        steady: Callable[[float], bool],
        within: float,
    ) -> list[Pair]:
        """Count one sensor's events; return the steady pairs."""
        pairs = match(true, found, within)
        hits = [(i, j) for i, j in pairs if steady(true[i])]
        used = {j for _, j in pairs}
        self.hits += len(hits)
        self.missed += sum(map(steady, true)) - len(hits)
        self.extra += sum(steady(t) for j, t in enumerate(found) if j not in used)
        self.errors += [found[j] - true[i] for i, j in hits]
        return hits


@dataclass(frozen=True)
class Trial:
    """One sensor of a foot or a shank."""

    track: SensorTrack
    recording: TableRecording
    truth: Truth
    blocks: list[Block]

    @property
    def side(self) -> str:
        return self.track.placement.split("_")[1]

    def times(self, kind: str) -> list[float]:
        own = ("unknown", self.side)
        return [row.t for row in self.recording.truth if row.kind == kind and row.side in own]

    def in_step(self) -> bool:
        """Return whether truth and sensor have the same clock, judged without a detector.

        Some sensors of voisard lost samples on the walk back: their strides then come up to 13 %
        faster than the truth's, and no footfall can match.
        """
        turns = self.times("turn_start") + self.times("turn_end")
        contacts = np.array(self.times("contact"))
        block = self.blocks[0]
        assert block.gyr is not None
        size = np.sqrt((block.gyr**2).sum(axis=1))
        for times in (
            contacts[contacts < turns[0] - 0.3][1:],
            contacts[contacts > turns[-1] + 0.8][:-2],
        ):
            stride = float(np.median(np.diff(times)))
            part = size[(block.t >= times[0]) & (block.t <= times[-1])]
            part = part - part.mean()
            lags = range(int(stride * 75), int(stride * 125))
            repeats = [float((part[:-k] * part[k:]).mean()) for k in lags]
            if abs(lags[int(np.argmax(repeats))] / 100 / stride - 1) > 0.025:
                return False
        return True


Spoil = Callable[[SensorTrack], SensorTrack]


def trials(
    data: Path, pattern: str, placement: str = "foot", spoil: Spoil = lambda track: track
) -> list[Trial]:
    return [
        Trial(track, recording, Truth(recording), blocks(spoil(track)))
        for recording in map(read, sorted(data.glob(pattern)))
        for track in recording.sensors
        if track.placement.startswith(placement)
    ]


def fewer(rate_hz: float) -> Spoil:
    """Resample at this rate, each sample the mean over its period."""

    def spoil(track: SensorTrack) -> SensorTrack:
        n = round(track.rate_hz / rate_hz)
        t, acc, gyr = (
            x[: len(x) // n * n].reshape(-1, n, *x.shape[1:]).mean(axis=1) for x in _parts(track)
        )
        return replace(track, t=t, acc=acc, gyr=gyr, rate_hz=track.rate_hz / n)

    return spoil


def losing(share: float, packet: int = 10) -> Spoil:
    """Lose this share of packets."""

    def spoil(track: SensorTrack) -> SensorTrack:
        n = len(track.t)
        there = np.random.default_rng(0).random(n // packet + 1) >= share
        t, acc, gyr = (x[np.repeat(there, packet)[:n]] for x in _parts(track))
        return replace(track, t=t, acc=acc, gyr=gyr)

    return spoil


def shaken(by_s: float) -> Spoil:
    """Stamp each sample early or late by up to ``by_s``."""

    def spoil(track: SensorTrack) -> SensorTrack:
        late = np.random.default_rng(0).uniform(-by_s, by_s, len(track.t))
        t = np.maximum.accumulate(track.t + late) + np.arange(len(late)) * 1e-9
        return replace(track, t=t)

    return spoil


def _parts(track: SensorTrack) -> tuple[Floats, Floats, Floats]:
    assert track.gyr is not None
    return track.t, track.acc, track.gyr
