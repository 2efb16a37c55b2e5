"""Stumbles: seen once, against one's own gait, and not in what is only lively."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.gait.finding import Disturbance
from cued.gait.trunk.falls import Falls
from cued.gait.trunk.stumble import Stumbles
from cued.model import Block
from tests.core.gait.moves import (
    HARMLESS,
    Move,
    jogging,
    part,
    recorded,
    split,
    stumbling,
    truth,
    walking,
)

AT = 8.0
QUIET = sorted(set(HARMLESS) - {"jumping"})  # a jump out of walking is not told from a stumble


def found(blocks: Sequence[Block]) -> list[Disturbance]:
    stumbles = Stumbles("s")
    return [finding for block in blocks for finding in stumbles.feed(block)]


def test_a_stumble_is_one_event_within_the_step():
    (stumble,) = found([stumbling(AT).block()])
    assert stumble.kind == "stumble"
    assert AT <= stumble.t <= stumble.at <= AT + 0.6
    assert stumble.score >= 1.0
    assert set(stumble.because) == {"jolt", "loss", "turn"}
    assert stumble.because["jolt"] >= 3.2


@pytest.mark.parametrize("what", QUIET)
def test_no_stumble_is_seen_in(what):
    assert found([HARMLESS[what]().block()]) == []


def test_a_jolt_alone_is_no_stumble():
    hard_step = walking().accelerate(9.0, 9.03, 25.0)
    assert found([hard_step.block()]) == []


def test_the_same_jolt_is_ordinary_for_who_always_treads_like_that():
    move = walking()
    for i in range(36):
        move.accelerate(0.5 + 0.526 * i, 0.53 + 0.526 * i, 25.0)
    stumble = stumbling(AT)
    own = np.abs(np.diff(move.rise)).max()
    assert own >= np.abs(np.diff(stumble.rise)).max() * 0.6  # as jolty as the stumble below
    assert found([move.block()]) == []
    assert len(found([stumble.block()])) == 1


def test_nothing_is_known_in_the_first_steps():
    assert found([stumbling(1.5).block()]) == []


def test_two_stumbles_are_two_events():
    move = stumbling(AT).then(stumbling(AT))
    assert len(found([move.block()])) == 2


def test_without_a_gyroscope_the_loss_of_support_is_enough():
    (stumble,) = found([stumbling(AT).block(gyro=False)])
    assert stumble.because["turn"] == 0.0


def test_a_jolt_and_a_turn_of_the_trunk_are_a_stumble_and_the_turn_alone_is_none():
    def turned(jolt: float, lasts_s: float) -> list[Disturbance]:
        move = walking(14.0).accelerate(9.0, 9.03, jolt)
        move.spin[move.between(9.05, 9.05 + lasts_s)] += 3.0
        return found([move.block()])

    (stumble,) = turned(25.0, 0.2)
    assert stumble.because["turn"] >= 2.8
    assert stumble.because["loss"] < 2.4
    because = stumble.because
    assert stumble.score == pytest.approx(min(because["jolt"] / 3.2, because["turn"] / 2.8))
    assert turned(0.0, 0.2) == []


def test_samples_that_cannot_be_believed_are_no_stumble():
    block = stumbling(AT).block()
    around = (block.t > AT - 0.1) & (block.t < AT + 1.0)
    assert found([msgspec.structs.replace(block, ok=~around)]) == []


def test_a_jolt_right_after_samples_that_cannot_be_believed_is_no_stumble():
    block = stumbling(AT).block()
    before = (block.t > AT - 0.2) & (block.t < AT - 0.02)
    assert found([msgspec.structs.replace(block, ok=~before)]) == []


def test_the_first_steps_after_a_rest_are_no_stumble():
    move = walking(10.0).then(Move(5.0)).then(jogging(8.0))
    assert found([move.block()]) == []


def test_after_a_rest_nothing_is_known_in_the_first_steps():
    move = walking(10.0).then(Move(5.0)).then(stumbling(1.5))
    assert found([move.block()]) == []
    move = walking(10.0).then(Move(2.0)).then(stumbling(1.5))
    assert len(found([move.block()])) == 1


def test_a_gap_is_forgotten_over():
    block = stumbling(1.5).block()
    walk = walking(20.0).block()
    assert found([walk, msgspec.structs.replace(block, t=block.t + 40.0)]) == []


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_mounting_does_not_matter(seed):
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    turned = found([stumbling(AT).block(mounting=q * np.sign(np.linalg.det(q)))])
    straight = found([stumbling(AT).block()])
    assert [f.at for f in turned] == [f.at for f in straight]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 1600), max_size=40))
def test_any_split_gives_the_same_findings(cuts):
    block = stumbling(AT).block()
    assert found(split(block, cuts)) == found([block])


def test_single_samples_give_the_same_findings():
    block = stumbling(AT).block()
    assert found(split(block, range(block.t.size))) == found([block])


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 1500))
def test_a_copy_taken_half_way_continues_identically(cut):
    block = stumbling(AT).block()
    ours = Stumbles("s")
    ours.feed(part(block, 0, cut))
    twin = copy.deepcopy(ours)
    rest = part(block, cut)
    assert twin.feed(rest) == ours.feed(rest)


def test_nothing_is_told_before_its_samples():
    stumbles, block = Stumbles("s"), stumbling(AT).block()
    seen = -1.0
    for piece in split(block, range(0, block.t.size, 7)):
        for finding in stumbles.feed(piece):
            assert finding.t <= finding.at
            assert seen < finding.at <= piece.t[-1]
        seen = piece.t[-1]


@pytest.mark.data
def test_recorded_stumbles_are_flagged(data: Path):
    flagged = []
    for folder in sorted((data / "falls").glob("stumble-*")):
        peak = truth(folder, "stumble_peak")
        blocks = recorded(folder)
        falls = Falls("s")
        findings = found(blocks) + [f for block in blocks for f in falls.feed(block)]
        flagged.append(any(abs(f.at - peak) <= 1.5 for f in findings))
    assert len(flagged) >= 10
    assert np.mean(flagged) >= 0.85


@pytest.mark.data
@pytest.mark.parametrize(
    "which",
    [
        "falls/walk-*",
        "falls/jog-*",
        "falls/bend-*",
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
