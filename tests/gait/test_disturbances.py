"""Falls and stumbles do not depend on how samples are split."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.gait.trunk.falls import Falls
from cued.gait.trunk.stumble import Stumbles
from tests.gait.blocks import part, split
from tests.gait.moves import falling, stumbling

BLOCKS = {
    "fall": falling(8.0).block(),
    "fall without a gyroscope": falling(8.0).block(gyro=False),
    "stumble": stumbling(8.0).block(),
}
both = pytest.mark.parametrize(
    ("detector", "what"),
    [(Falls, "fall"), (Falls, "fall without a gyroscope"), (Stumbles, "stumble")],
)


@both
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 1600), max_size=40))
def test_any_split_gives_the_same_findings(detector, what, cuts):
    whole, pieces = detector("s"), detector("s")
    found = [finding for piece in split(BLOCKS[what], cuts) for finding in pieces.feed(piece)]
    assert found == whole.feed(BLOCKS[what])


@both
def test_single_samples_give_the_same_findings(detector, what):
    block, whole, pieces = BLOCKS[what], detector("s"), detector("s")
    singles = split(block, range(block.t.size))
    assert [finding for one in singles for finding in pieces.feed(one)] == whole.feed(block)


@both
@settings(max_examples=15, deadline=None)
@given(cut=st.integers(1, 1500))
def test_a_copy_taken_half_way_continues_identically(detector, what, cut):
    block, ours = BLOCKS[what], detector("s")
    cut = min(cut, block.t.size - 1)
    ours.feed(part(block, 0, cut))
    twin = copy.deepcopy(ours)
    rest = part(block, cut)
    assert twin.feed(rest) == ours.feed(rest)


@both
def test_nothing_is_reported_before_its_samples(detector, what):
    one, block, seen = detector("s"), BLOCKS[what], -1.0
    for piece in split(block, range(0, block.t.size, 7)):
        for finding in one.feed(piece):
            assert finding.t <= finding.at
            assert seen < finding.at <= piece.t[-1]
        seen = piece.t[-1]
