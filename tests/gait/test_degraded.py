"""Real walks and runs, degraded as by radios and cheap sensors: the same footfalls.

The engine is compared with itself, on a recording as it is and on the same recording degraded in
one way. The constant part of the clocks, which no receiver can know (the least delay of a link), is
subtracted first and asserted to be small; then footfalls are paired one to one within ±25 ms, of
the same foot where a foot sensor names it. F1 is pooled over the recordings of a group; it has to
reach 0.97, except as ``LEAST`` allows, as measured (seeds are fixed):

* 25 samples a second: 0.96 for a trunk, 0.89 to 0.91 for feet. A landing's weightless moment
  and a sole's turn are two or three samples long there.
* One packet of ten samples in fifty, or in twenty, lost: 0.95 for feet.
  A footfall without samples is not guessed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from msgspec.structs import replace

from cued.engine import Engine, Worn
from cued.evaluation.matching import match
from cued.model import Footfall, Packet
from tests.gait.recorded import read

TOLERANCE_S = 0.025
CONSTANT_S = 0.02  # the link's least delay, and as much still unknown after 5 s
LEAST_DELAY_S = 0.01
HALF_STEP_S = 0.15

TRUNK, FEET = ("lower_back", "waist"), ("foot_left", "foot_right")
WALKS = tuple(f"overground_walk/voisard-{name}" for name in ("s01-t1", "s05-t1", "s10-t2"))
GROUPS = {
    "trunk, walking": (TRUNK, WALKS),
    "trunk, running": (TRUNK, tuple(f"treadmill_run/alcantara-{n:02}" for n in range(0, 32, 4))),
    "feet, walking": (FEET, (*WALKS, "treadmill_walk_forward/gottlieb-left")),
    "foot, backward": (FEET, ("treadmill_walk_backward/gottlieb-left",)),
}


class Spoilt(NamedTuple):
    """A way to degrade samples and their transport to the host."""

    samples: tuple[int, int] = (5, 18)  # fewest and most in a packet
    drift: float | None = None  # of the device's clock, which starts anywhere; None: host clock
    delay_s: float = 0.0  # mean of an exponential on top of the least
    lost: float = 0.0  # share of packets
    rate_hz: float | None = None


WAYS = {
    "batches of 5 to 36": Spoilt(samples=(5, 36)),
    "jitter, clock 200 ppm fast": Spoilt(drift=200e-6, delay_s=0.03),
    "jitter, clock 200 ppm slow": Spoilt(drift=-200e-6, delay_s=0.03),
    "one packet in fifty lost": Spoilt(samples=(10, 10), lost=0.02),
    "one packet in twenty lost": Spoilt(samples=(10, 10), lost=0.05),
    "25 Hz": Spoilt(samples=(2, 5), rate_hz=25.0),
    "50 Hz": Spoilt(rate_hz=50.0),
    "104 Hz": Spoilt(rate_hz=104.0),
    "200 Hz": Spoilt(samples=(10, 36), rate_hz=200.0),
    "500 Hz": Spoilt(samples=(25, 90), rate_hz=500.0),
}
LEAST = {
    ("trunk, walking", "25 Hz"): 0.95,
    ("trunk, running", "25 Hz"): 0.95,
    ("feet, walking", "25 Hz"): 0.89,  # measured 0.895; 0.91 before rest followed the pace
    ("foot, backward", "25 Hz"): 0.90,
    ("feet, walking", "one packet in fifty lost"): 0.95,
    ("feet, walking", "one packet in twenty lost"): 0.95,
}


def spoil(recording, placements, way, seed):
    """Return the recording's inputs, degraded, in order of arrival."""
    rng = np.random.default_rng(seed)
    out = list(recording.belt)
    for track in recording.sensors:
        if track.placement in placements:
            out += sent(resampled(track, way.rate_hz), way, rng)
    return sorted(out, key=lambda item: item.t)


def resampled(track, rate_hz):
    if rate_hz is None:
        return track
    t = np.arange(track.t[0], track.t[-1], 1.0 / rate_hz)
    acc, gyr = (
        None if x is None else np.stack([np.interp(t, track.t, c) for c in x.T], axis=1)
        for x in (track.acc, track.gyr)
    )
    return replace(track, t=t, acc=acc, gyr=gyr, rate_hz=rate_hz)


def sent(track, way, rng):
    """Return the packets of a track that are not lost, in order."""
    arrived = float("-inf")
    start = 0
    while start < track.t.size:
        stop = min(track.t.size, start + int(rng.integers(way.samples[0], way.samples[1] + 1)))
        part, start = slice(start, stop), stop
        if rng.random() < way.lost:
            continue
        t = track.t[part]
        arrived, ticks = max(arrived, float(t[-1])), t
        if way.drift is not None:
            late = LEAST_DELAY_S + float(rng.exponential(way.delay_s))
            arrived = max(arrived, float(t[-1]) + late)
            ticks = 1000.0 + (t - track.t[0]) * (1.0 + way.drift)
        yield Packet(
            t=arrived,
            sensor=track.name,
            ticks=ticks,
            acc=track.acc[part],
            gyr=None if track.gyr is None else track.gyr[part],
            rate_hz=track.rate_hz,
            synced=way.drift is None,
        )


def footfalls(recording, placements, inputs):
    worn = {
        s.name: Worn(s.placement, s.mounting)
        for s in recording.sensors
        if s.placement in placements
    }
    engine = Engine(worn)
    return [e for item in inputs for e in engine.feed(item) if isinstance(e, Footfall)]


def constant(ours, theirs):
    """Return the median distance from footfalls to their nearest counterparts."""
    b = np.array([f.t for f in theirs])
    near = [float(b[np.argmin(np.abs(b - f.t))] - f.t) for f in ours]
    return float(np.median([d for d in near if abs(d) < HALF_STEP_S]))


def agreeing(ours, theirs, by_side):
    """Count equal footfalls after subtracting a constant, asserted to be small."""
    shift = constant(ours, theirs)
    assert abs(shift) <= CONSTANT_S
    sides = ("left", "right") if by_side else (None,)
    total = 0
    for side in sides:
        a = [f.t for f in ours if side in (None, f.side)]
        b = [f.t - shift for f in theirs if side in (None, f.side)]
        total += len(match(a, b, TOLERANCE_S))
    return total


@pytest.fixture(scope="module")
def plain(data):
    """Return unchanged recordings and their footfalls, by group."""
    found = {}
    for group, (placements, names) in GROUPS.items():
        found[group] = []
        for name in names:
            recording = read(data / name)
            inputs = spoil(recording, placements, Spoilt(samples=(5, 5)), 0)
            found[group].append((recording, footfalls(recording, placements, inputs)))
    return found


@pytest.mark.data
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("group", GROUPS)
def test_degraded_samples_give_the_same_footfalls(plain, group, way):
    placements = GROUPS[group][0]
    same = all_of_them = 0
    for seed, (recording, ours) in enumerate(plain[group]):
        inputs = spoil(recording, placements, WAYS[way], seed)
        theirs = footfalls(recording, placements, inputs)
        same += 2 * agreeing(ours, theirs, by_side=placements == FEET)
        all_of_them += len(ours) + len(theirs)
    assert same / all_of_them >= LEAST.get((group, way), 0.97)


@pytest.mark.data
@pytest.mark.parametrize("group", GROUPS)
def test_batches_alone_change_no_footfall(plain, group):
    placements = GROUPS[group][0]
    recording, ours = plain[group][0]
    inputs = spoil(recording, placements, WAYS["batches of 5 to 36"], 7)
    theirs = footfalls(recording, placements, inputs)
    assert [(f.t, f.side) for f in ours] == [(f.t, f.side) for f in theirs]
