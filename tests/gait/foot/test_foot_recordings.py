"""Accuracy of foot and shank sensors on real people, as claimed in the docstrings.

Footfalls count within 50 ms, paired one to one, in steady gait. Where the recording's clocks are
known to differ by a constant (gottlieb's markers; tripod, whose contacts and lifts are shifted by
the same amount in each sensor) that constant is removed per sensor, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import pstdev

import numpy as np
import pytest
from msgspec.structs import replace

from cued.evaluation.matching import match
from cued.evaluation.truth import Truth
from cued.gait.finding import (
    Contact,
    Finding,
    Heading,
    LiftOff,
    Moving,
    Orientation,
    Travel,
    Turning,
)
from cued.gait.foot.chain import Foot
from cued.gait.foot.shank import Shank
from tests.gait.recorded import Score, Spoil, Trial, fewer, losing, shaken, trials

STOPPING_S = 140.0  # tripod's belt runs out soon after

pytestmark = pytest.mark.data

Load = Callable[..., list[tuple[Trial, list[Finding]]]]


@pytest.fixture(scope="module")
def load(data: Path) -> Load:
    @cache
    def read(
        pattern: str, placement: str = "foot", *spoil: Spoil
    ) -> list[tuple[Trial, list[Finding]]]:
        found = []
        for trial in trials(data, pattern, placement, *spoil):
            chain = (Foot if placement == "foot" else Shank)(trial.track.name, trial.side)
            found.append((trial, [f for b in trial.blocks for f in chain.feed(b)]))
        return found

    return read


def contacts(found: list[Finding]) -> list[Contact]:
    return [f for f in found if isinstance(f, Contact)]


def score(
    loaded: list[tuple[Trial, list[Finding]]], kind: str = "contact", offset=True, around_s=0.0
) -> Score:
    """Score events that are in steady gait for ``around_s`` before and after."""
    total = Score()
    for trial, found in loaded:
        wanted = Contact if kind == "contact" else LiftOff
        times, true = [f.t for f in found if isinstance(f, wanted)], trial.times(kind)
        shift = 0.0
        if offset:
            shift = float(np.median([times[j] - true[i] for i, j in match(true, times, 0.2)]))
            assert abs(shift) < 0.2
        end = STOPPING_S if trial.recording.name.startswith("tripod") else np.inf

        def steady(t: float, truth: Truth = trial.truth, end: float = end) -> bool:
            return t <= end and truth.is_steady(t - around_s, t + around_s)

        total.add(true, [t - shift for t in times], steady, 0.05)
    return total


@pytest.mark.parametrize("sensor", ["toe_left", "heel_left"])
def test_backward_footfalls_of_either_sensor(load, sensor):
    walk = [x for x in load("treadmill_walk_backward/*") if x[0].track.name == sensor]
    total = score(walk)
    assert total.hits >= 23
    assert total.f1 >= 0.98
    assert pstdev(total.errors) <= 0.018


def test_forward_footfalls_on_treadmills(load):
    total = score(load("treadmill_walk_forward/*"))
    assert total.hits > 450
    assert total.f1 >= 0.995
    assert pstdev(total.errors) <= 0.015


def test_forward_footfalls_over_ground_with_no_offset_removed(load):
    walks = [x for x in load("overground_walk/voisard-*") if x[0].in_step()]
    assert len({trial.recording.name for trial, _ in walks}) >= 20
    total = score(walks, offset=False, around_s=0.8)  # almost a stride
    assert total.hits > 400
    assert total.f1 >= 0.99
    assert pstdev(total.errors) <= 0.015


def test_footfalls_are_known_within_60_ms_and_mostly_within_25(load):
    for pattern in ("overground_walk/voisard-*", "treadmill_walk_*/*"):
        delays = [c.at - c.t for _, found in load(pattern) for c in contacts(found)]
        assert np.median(delays) <= 0.025
        assert np.percentile(delays, 90) <= 0.060
        assert min(delays) >= 0.0


def test_lifts(load):
    assert score(load("treadmill_walk_backward/*"), "lift").f1 >= 0.97
    assert score(load("treadmill_walk_forward/*"), "lift").f1 >= 0.97


WALKS = [
    ("treadmill_walk_forward/*", 1),
    ("treadmill_walk_backward/*", -1),
    ("mocap_virtual/bandai-walk-[acmno]*", 1),
    ("mocap_virtual/bandai-run-*", 1),
    ("mocap_virtual/bandai-walk-back-[aco]*", -1),
    ("mocap_virtual/bandai-walk-back-masc*", -1),
]


@pytest.mark.parametrize(("pattern", "sign"), WALKS)
def test_every_stride_has_the_right_direction(load, pattern, sign):
    odds = [h.log_odds for _, found in load(pattern) for h in found if isinstance(h, Heading)]
    assert len(odds) >= 9
    assert min(np.array(odds) * sign) > 0.0
    assert np.median(np.array(odds) * sign) >= 2.2  # odds of 9 to 1


def test_99_of_100_steady_strides_over_ground_are_forward(load):
    odds = []
    for trial, found in load("overground_walk/voisard-*"):
        odds += [h.log_odds for h in found if isinstance(h, Heading) and trial.truth.is_steady(h.t)]
    assert len(odds) > 400
    assert np.mean(np.array(odds) > 0) >= 0.99


def test_the_first_whole_stride_backward_after_forward_ones_is_called_backward(load):
    for (trial, _), (back, _) in zip(
        load("treadmill_walk_forward/gottlieb*"), load("treadmill_walk_backward/*"), strict=True
    ):
        foot = Foot(trial.track.name, "left")
        foot.feed(trial.blocks[0])
        start = trial.blocks[0].t[-1] + 0.01
        later = [replace(b, t=b.t - b.t[0] + start, fresh=False) for b in back.blocks]
        reported = [f for b in later for f in foot.feed(b) if isinstance(f, Heading)]
        # The first leg spans both recordings.
        odds = [h.log_odds for h in reported if h.t > start][1:]
        assert len(odds) > 20
        assert max(odds) < 0.0


def test_a_foot_sensor_worn_back_to_front_is_suspected_and_a_correct_one_is_not(data, load):
    patterns = (
        "treadmill_walk_*/*",
        "overground_walk/voisard-*",
        "mocap_virtual/bandai-walk-[!b]*",
    )
    for pattern in patterns:
        for _, found in load(pattern):
            assert "doubtful" not in {f.mounting.state for f in found if isinstance(f, Orientation)}
    around = np.array((-1.0, -1.0, 1.0))
    noticed = []
    for pattern in patterns[:2]:
        for trial in trials(data, pattern):
            foot = Foot(trial.track.name, trial.side)
            turned = [replace(b, acc=b.acc * around, gyr=b.gyr * around) for b in trial.blocks]
            reported = [f for b in turned for f in foot.feed(b) if isinstance(f, Orientation)]
            noticed.append("doubtful" in {f.mounting.state for f in reported})
    assert np.mean(noticed) > 0.9


def test_a_u_turn_is_half_a_turn(load):
    angles = []
    for trial, found in load("overground_walk/voisard-*"):
        turn = trial.times("turn_start") + trial.times("turn_end")
        reported = [f for f in found if isinstance(f, Turning) and not f.turning]
        near = [f.angle for f in reported if turn[0] - 1.0 < f.t < turn[-1] + 3.0]
        angles += near[:1]
    assert len(angles) >= 40
    assert np.median(np.abs(angles)) == pytest.approx(np.pi, abs=0.3)


def test_stride_length_of_a_shoe_in_a_room(load):
    errors: dict[str, list[float]] = {"walk": [], "jog": []}
    for trial, found in load("overground_foot/pyshoe-*"):
        truth = [(r.t, r.number) for r in trial.recording.truth if r.kind == "stride_length"]
        kind = "jog" if trial.recording.name[-2:] in ("10", "12", "16", "22", "24") else "walk"
        for travel in found:
            if isinstance(travel, Travel):
                near = [length for t, length in truth if abs(t - travel.t) < 0.35]
                if len(near) == 1:
                    errors[kind].append(travel.length_m - near[0])
    for kind, spread in (("walk", 0.04), ("jog", 0.05)):
        e = np.array(errors[kind])
        assert len(e) > 100
        assert abs(np.median(e)) < 0.04
        assert 1.4826 * np.median(np.abs(e - np.median(e))) < spread
        assert np.mean(np.abs(e) > 0.2) < 0.03


def test_strides_of_a_shoe_are_found_once_and_jogging_is_distinguished_from_walking(load):
    missed = extra = strides = 0
    for trial, found in load("overground_foot/pyshoe-*"):
        stances = trial.times("mid_stance")
        ends = trial.times("stride_length")
        times = [c.t for c in contacts(found)]
        strides += len(ends)
        missed += sum(not any(t - 0.7 < c < t + 0.1 for c in times) for t in ends)
        extra += sum(not any(c - 0.1 < t < c + 0.7 for t in stances) for c in times)
        modes = [f.mode for f in found if isinstance(f, Moving) and f.mode != "standing"]
        running = np.mean([m == "running" for m in modes])
        if trial.recording.name[-2:] in ("10", "12", "16", "22", "24"):
            assert running > 0.8
        else:
            assert running == 0.0
    assert strides > 280
    assert missed <= 0.05 * strides
    assert extra <= 0.06 * strides


def test_no_walk_forward_or_backward_is_called_running(load):
    for pattern in ("treadmill_walk_*/*", "mocap_virtual/bandai-walk-[acmno]*"):
        for _, found in load(pattern):
            assert "running" not in {f.mode for f in found if isinstance(f, Moving)}


def test_shanks_of_unknown_mounting(load):
    total = score(load("treadmill_walk_forward/tripod-*", "shank"))
    assert total.hits > 400
    assert total.f1 >= 0.99
    assert pstdev(total.errors) <= 0.020


SPOILT = {
    "25 samples a second": fewer(25.0),
    "50 samples a second": fewer(50.0),
    "stamps 4 ms early or late": shaken(0.004),
    "one packet of ten samples in fifty lost": losing(0.02),
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_footfalls_and_direction_through_a_bad_link(load, direction, how):
    walks = load(f"treadmill_walk_{direction}/*", "foot", SPOILT[how])
    total = score(walks)
    assert total.f1 >= 0.98
    assert pstdev(total.errors) <= 0.018
    sign = 1 if direction == "forward" else -1
    odds = [sign * h.log_odds for _, found in walks for h in found if isinstance(h, Heading)]
    assert min(odds) > 0.0


@pytest.mark.parametrize(("walk", "own_percent"), [("backward", 2.0), ("forward", 2.5)])
def test_two_sensors_on_one_foot_find_the_same_strides(load, walk, own_percent):
    """Nearly all scatter of backward strides is the walker's drift on the belt."""
    (_, toe), (_, heel) = load(f"treadmill_walk_{walk}/gottlieb-left")
    by_sensor = [{f.t: f.length_m for f in found if isinstance(f, Travel)} for found in (toe, heel)]
    near = [(a, min(by_sensor[1], key=lambda t, a=a: abs(t - a))) for a in by_sensor[0]]
    lengths = np.array([(by_sensor[0][a], by_sensor[1][b]) for a, b in near if abs(a - b) < 0.3])
    lengths = lengths[2:-2] / lengths[2:-2].mean(axis=0)  # each sensor has a bias
    own = 100 * float((lengths[:, 0] - lengths[:, 1]).std()) / 2**0.5
    both = 100 * float(lengths.mean(axis=1).std())
    print(f"{walk}: {len(lengths)} strides, a sensor's own {own:.1f} %, both together {both:.1f} %")
    assert own <= own_percent
