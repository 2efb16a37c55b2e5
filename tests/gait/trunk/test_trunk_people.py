"""Accuracy of the trunk's chain for people, placements and speeds that its rules were not made on.

The recordings are not part of the project. The network of ``trunk/network.py`` was trained on the
walks and phones here; docs/accuracy.md has the figures with each person left out of training.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cued.evaluation.truth import Truth
from cued.gait.finding import Contact
from cued.gait.fusion.body import Body
from cued.gait.fusion.chains import GaitConfig
from cued.gait.metrics.cadence_spm import PART
from cued.gait.trunk.chain import Trunk
from cued.gait.trunk.contacts import Candidate, Steps
from cued.model import Belt, Block, Direction, Footfall, Gait, Measurement, Packet, Stride
from cued.recording.tables.stream import packets
from cued.signal.grid import DT_S
from cued.signal.stream import Stream
from tests.gait.recorded import Score, read

pytestmark = pytest.mark.data

TRUNKS = ("lower_back", "waist", "chest")


def trunk_blocks(folder: Path) -> list[Block]:
    recording = read(folder)
    track = next(s for s in recording.sensors if s.placement in TRUNKS)
    stream = Stream(track.name, track.placement, track.mounting)
    inputs = packets(recording, 1.0, [track.name])
    return [b for item in inputs if isinstance(item, Packet) for b in stream.feed(item)]


def kept(folder: Path, blocks: list[Block]) -> float:
    """Return the counted share of the true steps of steady walking."""
    truth, trunk = Truth(read(folder)), Trunk("trunk")
    counted = [f.t for block in blocks for f in trunk.feed(block) if isinstance(f, Contact)]
    true = sum(truth.is_steady(row.t) for row in truth.contacts)
    return sum(truth.is_steady(t) for t in counted) / true


def test_no_walk_with_a_phone_or_cane_loses_a_tenth_of_its_steps(more: Path) -> None:
    for folder in sorted(more.glob("phones/*")):
        assert 0.9 < kept(folder, trunk_blocks(folder)) < 1.1, folder.name


def test_a_sensor_that_settles_in_the_first_two_seconds_costs_no_steps_later(more: Path) -> None:
    folder = more / "phones" / "oxford-pixel_jamie_hard_neckpouch_1"
    c, s = np.cos(1.15), np.sin(1.15)  # 66 degrees
    turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    settling = [
        replace(b, acc=np.where((b.t < 2.0)[:, None], b.acc @ turn, b.acc))
        for b in trunk_blocks(folder)
    ]
    assert 0.9 < kept(folder, settling) < 1.1


@pytest.mark.parametrize("each", [2, 3])
def test_pace_and_stride_are_unknown_if_steps_keep_being_missed(
    data: Path, monkeypatch: pytest.MonkeyPatch, each: int
) -> None:
    given, counted = Steps.feed, count(1)

    def leave_out(self: Steps, k: int, answer: float) -> Candidate | None:
        step = given(self, k, answer)
        return step if step and next(counted) % each else None

    monkeypatch.setattr(Steps, "feed", leave_out)
    blocks = trunk_blocks(data / "treadmill_walk_forward" / "tripod-4.4kmh")
    body = Body({"trunk": "lower_back"}, {"cadence_spm": PART.build(PART.config())}, GaitConfig())
    events = [e for b in blocks for e in body.feed(b)]
    assert sum(isinstance(e, Footfall) for e in events) > 100
    assert sum(isinstance(e, Stride) for e in events) <= 8
    assert not [e for e in events if isinstance(e, Measurement) and e.value is not None]


SLOW_WALKS = ("s01-t1", "s08-t1", "s10-t2", "s13-t1", "s15-t1")
BLOCK = 5  # samples, as in live packets
JOGGED_S = 20.0  # of a jog's 100
STEPS_TO_ANSWER = 4
HALF_STEP = np.ones(50) / 50  # at two fifths of the speed


def stretched(
    blocks: list[Block], by: float, *, shorter: bool = False, size: int = BLOCK
) -> list[Block]:
    """Return the same walk ``by`` times slower, with accelerations divided by its square.

    shorter : with the shorter steps of slow people: less up and down, more fore and aft.
    """
    t, acc = np.concatenate([b.t for b in blocks]), np.concatenate([b.acc for b in blocks])
    turns = [np.zeros_like(b.acc) if b.gyr is None else b.gyr for b in blocks]
    gyr = np.concatenate(turns)
    still = 9.81 * acc.mean(axis=0) / np.linalg.norm(acc.mean(axis=0))
    grid = np.arange(np.ceil(t[0] * by / DT_S), t[-1] * by / DT_S) * DT_S
    acc, gyr = (np.stack([np.interp(grid, t * by, c) for c in x.T], axis=1) for x in (acc, gyr))
    moves = acc - still
    if shorter:
        vertical = np.outer(moves @ still, still) / 9.81**2
        slow = np.stack([np.convolve(c, HALF_STEP, "same") for c in (moves - vertical).T], axis=1)
        moves = moves + vertical * (by**-0.75 - 1.0) + slow * (by**1.28 - 1.0)
    acc = still + moves / by**2
    return [
        replace(
            blocks[0],
            t=grid[i : i + size],
            acc=acc[i : i + size],
            gyr=gyr[i : i + size] / by,
            ok=np.ones(grid[i : i + size].size, bool),
            fresh=i == 0,
        )
        for i in range(0, grid.size, size)
    ]


def directions_of(blocks: list[Block], belt_m_s: float | None = None) -> set[Direction]:
    body = Body({blocks[0].sensor: "waist"}, {}, GaitConfig())
    for t in (0.0, 0.01) if belt_m_s else ():
        body.belt(Belt(t=float(blocks[0].t[0]) + t, speed_m_s=belt_m_s, source="console"))
    return {e.direction for b in blocks for e in body.feed(b) if isinstance(e, Gait)}


class Slow(Score):
    """The findings in stretched walks, on a belt whose speed is reported."""

    def __init__(self, data: Path, by: float, speed_m_s: float, *, shorter: bool = False) -> None:
        super().__init__()
        self.shorter = shorter
        self.delays: list[float] = []
        self.ahead: list[bool] = []  # for each stride of a bout from its fifth step on
        self.directions: set[Direction] = set()
        self.sides: list[bool] = []  # right or not, where known
        for name in SLOW_WALKS:
            self._add(data / "overground_walk" / f"voisard-{name}", by, speed_m_s)

    def _add(self, folder: Path, by: float, speed_m_s: float) -> None:
        truth = Truth(read(folder))
        blocks = stretched(trunk_blocks(folder), by, shorter=self.shorter)
        body = Body({blocks[0].sensor: "lower_back"}, {}, GaitConfig())
        for t in (0.0, 0.01):
            body.belt(Belt(t=float(blocks[0].t[0]) + t, speed_m_s=speed_m_s, source="console"))
        known = [(float(b.t[-1]), e) for b in blocks for e in body.feed(b)]
        footfalls = [(at, e.t / by) for at, e in known if isinstance(e, Footfall)]
        sides = [e.side for _, e in known if isinstance(e, Footfall)]
        true = [row.t for row in truth.contacts]
        found = self.add(true, [t for _, t in footfalls], truth.is_steady, 0.1)
        feet = [(truth.contacts[i].side, sides[j]) for i, j in found]
        self.sides += [true == side for true, side in feet if side != "unknown"]
        self.delays += [footfalls[j][0] - by * true[i] for i, j in found]
        gaits = [(at, e) for at, e in known if isinstance(e, Gait)]
        self.directions |= {gait.direction for _, gait in gaits}
        for stride in truth.strides:
            began = max(start for start, _ in truth.bouts if start <= stride.start)
            steps = sum(began <= t < stride.end for t in true)
            if steps > STEPS_TO_ANSWER and truth.is_steady(stride.start, stride.end):
                before = [gait.direction for at, gait in gaits if at <= by * stride.end + 0.15]
                self.ahead.append(before[-1] == "forward")


def test_jogging_forward_is_never_called_backward(data: Path, more: Path) -> None:
    for folder in [*sorted(more.glob("jog/*")), *sorted(data.glob("falls/jog-*"))]:
        assert "backward" not in directions_of(trunk_blocks(folder)), folder.name


@pytest.mark.parametrize(("by", "belt_m_s"), [(1.25, None), (2.0, None), (1.8, 0.5), (2.5, 0.5)])
def test_a_jog_soft_enough_to_look_like_a_walk_is_never_called_backward(
    data: Path, more: Path, by: float, belt_m_s: float | None
) -> None:
    for folder in [*sorted(more.glob("jog/*")), data / "treadmill_run" / "alcantara-06"]:
        blocks = [b for b in trunk_blocks(folder) if b.t[0] < JOGGED_S]
        assert "backward" not in directions_of(stretched(blocks, by, size=50), belt_m_s), (
            folder.name
        )


def test_a_walk_at_half_speed_is_read_as_one_at_full_speed(data: Path) -> None:
    slow = Slow(data, 2.0, 0.4)
    assert slow.f1 >= 0.95
    assert np.quantile(slow.delays, 0.95) <= 0.4
    assert np.mean(slow.ahead) >= 0.9


def test_at_two_fifths_of_the_speed_steps_are_still_found(data: Path) -> None:
    slow = Slow(data, 2.5, 0.3)
    assert slow.f1 >= 0.9
    assert np.quantile(slow.delays, 0.95) <= 0.4
    assert np.mean(slow.ahead) >= 0.9
    assert "backward" not in slow.directions


@pytest.mark.parametrize("by", [1.6, 2.0, 2.5])
def test_on_a_slow_belt_a_trunk_hardly_confuses_the_feet(data: Path, by: float) -> None:
    slow = Slow(data, by, 0.5)
    assert np.mean(slow.sides) >= 0.95
    assert len(slow.sides) >= 0.9 * slow.hits


def test_the_shorter_steps_of_slow_people_are_found(data: Path) -> None:
    slow = Slow(data, 2.5, 0.3, shorter=True)
    assert slow.f1 >= 0.9
    assert np.quantile(slow.delays, 0.95) <= 0.4
    assert np.mean(slow.ahead) >= 0.9
