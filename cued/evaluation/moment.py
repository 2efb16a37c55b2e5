"""The signals, findings and events around one moment of a recording.

The recording is fed to an engine and also to a second set of the same segment chains, whose
findings are kept before fusion chooses among them. So a picture can show a sensor's signals, what
its chain found and when, how near stumble and fall came to their thresholds, and which findings
became events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from msgspec import Struct

from cued.frames import sizes
from cued.gait.finding import Finding
from cued.gait.fusion.chains import GaitConfig, Segment, chains
from cued.gait.trunk.falls import Falls
from cued.gait.trunk.stumble import Stumbles
from cued.model import AnyEvent, Block, Floats, Input, Measurement, Packet, Placement
from cued.recording.tables.table import SensorTrack
from cued.signal.stream import Stream

SIDES_S = 3.0  # shown before and after the moment


class Seen(Struct):
    """One sensor near the moment: its samples, scores (1 = threshold) and findings."""

    placement: Placement
    t: Floats
    acc: Floats  # size of the acceleration, m/s²
    turn: Floats | None  # size of the turn rate, rad/s
    scores: dict[str, tuple[Floats, Floats]]
    findings: list[Finding]


class Moment(Struct):
    """All sensors and events near a moment."""

    at: float
    start: float
    end: float
    sensors: dict[str, Seen]
    events: list[AnyEvent]


class _Watched:
    """One sensor's chains, and their results near the moment."""

    def __init__(self, sensor: SensorTrack, gait: GaitConfig) -> None:
        self._placement: Placement = sensor.placement
        self._stream = Stream(sensor.name, sensor.placement, sensor.mounting)
        self._chains: list[Segment] = chains(sensor.name, sensor.placement, gait)
        self._blocks: list[Block] = []
        self._scores: dict[str, list[tuple[Floats, Floats]]] = {}
        self._findings: list[Finding] = []

    def feed(self, packet: Packet, start: float, end: float) -> None:
        """Process a packet and keep the results between the two times."""
        for block in self._stream.feed(packet):
            for chain in self._chains:
                found = chain.feed(block)
                self._findings += [f for f in found if f.at >= start and f.t <= end]
                if isinstance(chain, Stumbles | Falls) and block.t[-1] >= start:
                    t, scores = chain.last
                    for name, score in scores.items():
                        self._scores.setdefault(name, []).append((t, score))
            if block.t[-1] >= start:
                self._blocks.append(block)

    def seen(self, start: float, end: float) -> Seen:
        """Return the results that were kept."""
        t = _joined([b.t for b in self._blocks])
        within = (t >= start) & (t <= end)
        turns = [b.gyr for b in self._blocks if b.gyr is not None]
        whole = bool(turns) and len(turns) == len(self._blocks)
        scores: dict[str, tuple[Floats, Floats]] = {}
        for name, pairs in self._scores.items():
            times, values = _joined([p[0] for p in pairs]), _joined([p[1] for p in pairs])
            near = (times >= start) & (times <= end)
            scores[name] = (times[near], values[near])
        return Seen(
            self._placement,
            t[within],
            _joined([sizes(b.acc) for b in self._blocks])[within],
            _joined([sizes(g) for g in turns])[within] if whole else None,
            scores,
            self._findings,
        )


def look(
    inputs: Iterable[Input],
    feed: Callable[[Input], list[AnyEvent]],
    sensors: Iterable[SensorTrack],
    gait: GaitConfig,
    at: float,
    sides_s: float,
) -> Moment:
    """Feed a recording up to a little after ``at`` and return the moment."""
    start, end = at - sides_s, at + sides_s
    watched = {sensor.name: _Watched(sensor, gait) for sensor in sensors}
    events: list[AnyEvent] = []
    for item in inputs:
        if isinstance(item, Packet):
            if item.t > end + sides_s:  # anything that began near the moment is known by then
                break
            if item.sensor in watched:
                watched[item.sensor].feed(item, start, end)
        events += [e for e in feed(item) if start <= e.t <= end]
    kept: list[AnyEvent] = [e for e in events if not isinstance(e, Measurement)]
    return Moment(at, start, end, {n: w.seen(start, end) for n, w in watched.items()}, kept)


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)
