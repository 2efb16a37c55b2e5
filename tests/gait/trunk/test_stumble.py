"""Stumbles: reported once, compared with the wearer's gait, and not in lively movement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.gait.finding import Disturbance
from cued.gait.trunk.stumble import Stumbles
from cued.model import Block
from tests.gait.blocks import part
from tests.gait.moves import (
    HARMLESS,
    Move,
    jogging,
    joined,
    recorded,
    running,
    stumbling,
    truth,
    walking,
)
from tests.gait.trunk_walker import rotation

AT = 8.0


@pytest.fixture
def stumblers(data: Path, more: Path) -> list[Path]:
    return sorted(f for base in (data, more) for f in (base / "falls").glob("stumble-*"))


def found(blocks: Sequence[Block]) -> list[Disturbance]:
    stumbles = Stumbles("s")
    return [finding for block in blocks for finding in stumbles.feed(block)]


def test_a_stumble_is_one_event_within_two_steps():
    (stumble,) = found([stumbling(AT).block()])
    assert stumble.kind == "stumble"
    assert AT <= stumble.t <= AT + 0.5
    assert stumble.at <= stumble.t + 0.91
    assert stumble.score >= 1.0
    assert set(stumble.because) == {"jolt", "push", "tilt"}
    assert min(stumble.because.values()) >= 1.5


@pytest.mark.parametrize("what", HARMLESS)
def test_no_stumble_is_seen_in(what):
    assert found([HARMLESS[what]().block()]) == []


def test_a_jolt_alone_is_no_stumble():
    hard_step = walking().accelerate(9.0, 9.03, 25.0)
    assert found([hard_step.block()]) == []


def test_the_same_jolt_is_normal_for_a_person_who_always_steps_so():
    move = walking()
    for i in range(36):
        move.accelerate(0.5 + 0.526 * i, 0.53 + 0.526 * i, 25.0)
    stumble = stumbling(AT)
    own = np.abs(np.diff(move.rise)).max()
    assert own >= np.abs(np.diff(stumble.rise)).max() * 0.6  # as jolty as the stumble below
    assert found([move.block()]) == []
    assert len(found([stumble.block()])) == 1


def test_the_first_steps_are_no_stumble():
    assert found([stumbling(1.5).block()]) == []


def test_two_stumbles_are_two_events():
    move = stumbling(AT).then(stumbling(AT))
    assert len(found([move.block()])) == 2


def test_without_a_gyroscope_jolt_and_push_are_enough():
    (stumble,) = found([stumbling(AT).block(gyro=False)])
    assert set(stumble.because) == {"jolt", "push"}


def test_a_jolt_with_push_and_tilt_is_a_stumble_and_none_of_them_alone_is():
    def upset(jolt: float, push: float, tilt: float) -> list[Disturbance]:
        move = walking(14.0).accelerate(9.0, 9.03, jolt).shove(9.0, 9.1, push)
        move.spin[move.between(9.02, 9.3)] += tilt
        return found([move.block()])

    (stumble,) = upset(25.0, 20.0, 3.0)
    because = stumble.because
    assert stumble.score == pytest.approx(np.prod(list(because.values())) ** (1 / 3) / 3.3)
    assert upset(25.0, 0.0, 0.0) == upset(0.0, 20.0, 0.0) == upset(0.0, 0.0, 3.0) == []


def test_bad_samples_are_no_stumble():
    block = stumbling(AT).block()
    around = (block.t > AT - 0.1) & (block.t < AT + 1.0)
    assert found([msgspec.structs.replace(block, ok=~around)]) == []


def test_a_jolt_right_after_bad_samples_is_no_stumble():
    block = stumbling(AT).block()
    before = (block.t > AT - 0.2) & (block.t < AT - 0.02)
    assert found([msgspec.structs.replace(block, ok=~before)]) == []


def test_the_first_steps_after_a_rest_are_no_stumble():
    move = walking(10.0).then(Move(5.0)).then(jogging(8.0))
    assert found([move.block()]) == []


def test_after_a_rest_nothing_is_known_in_the_first_steps():
    move = walking(10.0).then(Move(5.0)).then(stumbling(1.5))
    assert found([move.block()]) == []
    move = walking(10.0).then(Move(1.0)).then(stumbling(2.0))
    assert len(found([move.block()])) == 1


def test_a_gap_resets_it():
    block = stumbling(1.5).block()
    walk = walking(20.0).block()
    assert found([walk, msgspec.structs.replace(block, t=block.t + 40.0)]) == []


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_mounting_does_not_matter(seed):
    turned = found([stumbling(AT).block(mounting=rotation(seed))])
    straight = found([stumbling(AT).block()])
    assert [f.at for f in turned] == [f.at for f in straight]


def test_a_jump_out_of_walking_is_no_stumble():
    jump = Move(1.2).accelerate(0.2, 0.4, 14.0).accelerate(0.4, 0.97, -9.8)
    jump.accelerate(0.97, 1.17, 14.0).shove(0.97, 1.0, 20.0).tip(0.3, 1.1, 0.2)
    assert found([walking(10.0).then(jump).then(walking(5.0)).block()]) == []


def test_the_beginning_of_a_run_is_no_stumble():
    assert found([walking(10.0).then(running(10.0)).block()]) == []
    assert found([running(10.0).then(walking(10.0)).block()]) == []


@pytest.mark.data
def test_nine_in_ten_recorded_stumbles_are_flagged_whoever_stumbles(stumblers: list[Path]):
    people: dict[str, list[bool]] = {}
    for folder in stumblers:
        peak = truth(folder, "stumble_peak")
        flagged = any(abs(f.t - peak) <= 1.5 for f in found(recorded(folder)))
        people.setdefault(folder.name.split("-")[2], []).append(flagged)
    assert len(people) >= 5
    assert np.mean([flagged for each in people.values() for flagged in each]) >= 0.9
    assert min(np.mean(each) for each in people.values()) >= 0.6


@pytest.mark.data
@pytest.mark.parametrize("which", ["falls/walk-*", "falls/jog-*", "falls/jump-*", "jog/*"])
def test_no_stumble_is_seen_in_other_people_who_do_not_stumble(more: Path, which: str):
    seen = {f.name: found(recorded(f)) for f in more.glob(which) if f.is_dir()}
    assert seen
    assert {name: [f.t for f in each] for name, each in seen.items() if each} == {}


@pytest.mark.data
def test_a_walk_that_becomes_a_run_in_one_step_is_seldom_a_stumble(data: Path):
    seen: list[bool] = []
    for walk in sorted((data / "falls").glob("walk-d01-*")):
        for jog in (data / "falls").glob(f"jog-*-{walk.name.split('-')[2]}-*"):
            for first, second in ((walk, jog), (jog, walk)):
                (a,), (b,) = recorded(first), recorded(second)
                seen.append(bool(found([joined(part(a, 1000, 2000), part(b, 2000, 3000))])))
    assert len(seen) >= 20
    assert sum(seen) <= 0.05 * len(seen)


@pytest.mark.data
@pytest.mark.parametrize(
    "which",
    [
        "falls/walk-*",
        "falls/jog-*",
        "falls/bend-*",
        "falls/jump-*",
        "treadmill_walk_forward/tripod-*",
        "treadmill_run/*",
        "overground_walk/voisard-*",
        "mocap_virtual/*",
    ],
)
def test_no_stumble_is_seen_in_recordings_without_one(data: Path, which: str):
    folders = sorted(data.glob(which))
    assert folders
    seen = {folder.name: [f.t for f in found(recorded(folder))] for folder in folders}
    assert {name: times for name, times in seen.items() if times} == {}
