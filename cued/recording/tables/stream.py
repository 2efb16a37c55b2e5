"""Turn a table recording into the inputs of a live run, in order of arrival.

The result is deterministic: belt speeds, every sensor's samples in packets of ``packet_s``, and a
tick every 0.1 s of stream time. A packet arrives when its last sample was taken, so that the time
of a decision can be compared with when it became possible. At equal times the belt comes first,
then packets in the recording's order of sensors, then the tick.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from math import ceil

import numpy as np

from cued.model import Input, Packet, Tick
from cued.recording.tables.table import SensorTrack, TableRecording

TICK_HZ = 10  # as the daemon's
PACKET_S = 0.05  # as from wearables with a connection interval of 50 ms

_Ranked = tuple[tuple[float, int], Input]


def packets(
    recording: TableRecording,
    packet_s: float = PACKET_S,
    sensors: Collection[str] | None = None,
) -> Iterator[Input]:
    """Yield the inputs of a recording, with all sensors or only the named ones.

    No sample of a chosen sensor is left out, and none is copied.
    """
    if not packet_s > 0:
        raise ValueError("packet_s has to be above 0")
    chosen = [s for s in recording.sensors if sensors is None or s.name in sensors]
    streams = [_belts(recording)]
    streams += [_sensor(track, packet_s, rank) for rank, track in enumerate(chosen, start=1)]
    if chosen:
        first = min(float(track.t[0]) for track in chosen)
        last = max(float(track.t[-1]) for track in chosen)
        streams.append(_ticks(first, last, rank=len(chosen) + 1))
    for _, given in heapq.merge(*streams, key=lambda item: item[0]):
        yield given


def _belts(recording: TableRecording) -> Iterator[_Ranked]:
    for belt in recording.belt:
        yield (belt.t, 0), belt


def _sensor(track: SensorTrack, packet_s: float, rank: int) -> Iterator[_Ranked]:
    slot = np.floor((track.t - track.t[0]) / packet_s)
    edges = np.flatnonzero(np.diff(slot)) + 1
    for start, stop in zip([0, *edges], [*edges, track.t.size], strict=True):
        arrival = float(track.t[stop - 1])
        yield (
            (arrival, rank),
            Packet(
                t=arrival,
                sensor=track.name,
                ticks=track.t[start:stop],
                acc=track.acc[start:stop],
                gyr=None if track.gyr is None else track.gyr[start:stop],
                rate_hz=track.rate_hz,
                synced=True,
            ),
        )


def _ticks(first: float, last: float, rank: int) -> Iterator[_Ranked]:
    for k in range(ceil(first * TICK_HZ), ceil(last * TICK_HZ) + 1):
        yield (k / TICK_HZ, rank), Tick(k / TICK_HZ)
