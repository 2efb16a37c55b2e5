"""Short holes are bridged; long ones are gaps until the next good sample."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.foot.gaps import BRIDGE, Gaps, Sizes


def in_gap(*pieces: int) -> list[bool]:
    """Return which samples are in a gap; pieces alternate between good and missing ones."""
    ok = np.concatenate([np.full(n, i % 2 == 0) for i, n in enumerate(pieces)])
    out = [False] * ok.size
    for part, is_gone in Gaps().parts(ok):
        out[part] = [is_gone] * (part.stop - part.start)
    return out


def test_good_samples_form_one_part():
    assert Gaps().parts(np.ones(50, bool)) == [(slice(0, 50), False)]


def test_a_lost_packet_is_bridged():
    assert not any(in_gap(20, BRIDGE, 20))


def test_a_longer_hole_is_a_gap_from_the_end_of_the_bridge_to_its_own_end():
    reported = in_gap(20, BRIDGE + 5, 20)
    assert [i for i, is_gone in enumerate(reported) if is_gone] == list(range(32, 37))


def test_a_hole_across_the_end_of_a_block_is_one_hole():
    gaps = Gaps()
    assert gaps.parts(np.zeros(10, bool)) == [(slice(0, 10), False)]
    assert gaps.parts(np.zeros(4, bool)) == [(slice(0, 2), False), (slice(2, 4), True)]
    assert gaps.parts(np.ones(3, bool)) == [(slice(0, 3), False)]


def test_an_empty_block_has_no_part():
    assert Gaps().parts(np.zeros(0, bool)) == []


def test_sizes_are_lengths_of_the_vectors_and_jerk_is_of_the_change_from_the_sample_before():
    """3, 4, 0 is 5 long and 3, 4, 12 is 13; a change by 12 in 10 ms is 1200 a second."""
    sizes = Sizes()
    turns = np.array(((1.0, 2.0, 2.0), (0.0, 0.0, -7.0)))
    found = sizes.feed(np.array(((3.0, 4.0, 0.0), (3.0, 4.0, 12.0))), turns)
    assert found == ([5.0, 13.0], [3.0, 7.0], [0.0, pytest.approx(1200.0)])
    _, _, jerk = sizes.feed(np.array(((0.0, 0.0, 12.0),)), turns[:1])
    assert jerk == pytest.approx([500.0])
