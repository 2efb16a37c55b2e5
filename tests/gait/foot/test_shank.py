"""One shank: footfalls and lifts of a swinging rod with known turning points."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cued.gait.finding import Contact, Finding, Heading, LiftOff, Moving
from cued.gait.foot.shank import Shank
from cued.model import Block

STRIDE_S = 1.2
STANCE = 0.62
G = 9.80665


def shank(strides: int, sign: float = 1.0, **changes: object) -> Block:
    """Return a fast swing from +0.5 to -0.4 rad and a return in stance, slowest half-way."""
    t = np.arange(round((4.0 + strides * STRIDE_S) * 1000)) / 1000
    angle = np.zeros_like(t)
    for k in range(strides):
        lift = 2.0 + k * STRIDE_S
        contact = lift + (1 - STANCE) * STRIDE_S
        swing = np.clip((t - lift) / (contact - lift), 0, 1)
        sway = np.clip((t - contact) / (STANCE * STRIDE_S), 0, 1)
        angle -= 0.9 * swing**2 * (3 - 2 * swing)
        angle += 0.9 * (sway + 0.9 * np.sin(2 * np.pi * sway) / (2 * np.pi))
    angle = sign * (angle + 0.5 * (strides > 0))
    rate = np.gradient(angle, 0.001)
    rng = np.random.default_rng(1)
    n = t[::10].size
    zero = np.zeros(n)
    acc = np.stack((-G * np.sin(angle[::10]), zero, G * np.cos(angle[::10])), axis=1)
    gyr = np.stack((zero, rate[::10], zero), axis=1)
    block = Block(
        sensor="s",
        placement="shank_right",
        t=np.arange(n) * 0.01,
        acc=acc + rng.normal(0.0, 0.05, acc.shape),
        gyr=gyr + rng.normal(0.0, 0.02, gyr.shape),
        ok=np.ones(n, dtype=bool),
        oriented=True,
        fresh=True,
    )
    return replace(block, **changes)


def landings(strides: int) -> list[float]:
    return [2.0 + k * STRIDE_S + (1 - STANCE) * STRIDE_S for k in range(strides)]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_every_landing_but_the_first_is_found_once_whatever_the_direction(sign):
    found = Shank("s", "right").feed(shank(12, sign))
    times = [f.t for f in found if isinstance(f, Contact)]
    expected = landings(12)
    missing = len(expected) - len(times)
    assert missing <= 1
    assert times == pytest.approx(expected[missing:], abs=0.05)
    odds = [f.log_odds * sign for f in found if isinstance(f, Heading)]
    assert min(odds) > 0.0


def test_every_contact_is_followed_by_a_lift():
    found = Shank("s", "right").feed(shank(12))
    first = next(f.t for f in found if isinstance(f, Contact))
    lifts = [f.t for f in found if isinstance(f, LiftOff) and f.t > first]
    expected = [t for t in (2.0 + k * STRIDE_S for k in range(12)) if t > first]
    assert lifts == pytest.approx(expected, abs=0.04)


def test_without_a_mounting_no_direction_is_given_and_the_footfalls_stay():
    block = shank(12)
    assert block.gyr is not None
    over = np.array(((0.0, 0.6, 0.8), (1.0, 0.0, 0.0), (0.0, 0.8, -0.6)))
    turned = replace(block, acc=block.acc @ over.T, gyr=block.gyr @ over.T, oriented=False)
    found = Shank("s", "right").feed(turned)
    assert sum(isinstance(f, Contact) for f in found) >= 10
    assert not any(isinstance(f, Heading) for f in found)


def test_running_is_never_claimed_and_standing_is():
    found = Shank("s", "right").feed(shank(8))
    modes = [f.mode for f in found if isinstance(f, Moving)]
    assert modes[0] == modes[-1] == "standing"
    assert "running" not in modes


def test_without_a_turn_rate_nothing_is_claimed():
    assert Shank("s", "right").feed(shank(4, gyr=None)) == []


@settings(max_examples=15, deadline=None)
@given(
    oriented=st.booleans(),
    gap=st.integers(0, 900),
    cuts=st.lists(st.integers(1, 1200), max_size=80),
    copied=st.integers(0, 40),
)
def test_any_split_and_a_copy_on_the_way_give_the_same_findings(oriented, gap, cuts, copied):
    whole = shank(8, oriented=oriented)
    whole.ok[gap : gap + 20] = False
    assert whole.gyr is not None
    expected = Shank("s", "right").feed(whole)
    chain = Shank("s", "right")
    got: list[Finding] = []
    edges = sorted({0, whole.t.size, *(c for c in cuts if c < whole.t.size)})
    for i, (a, b) in enumerate(pairwise(edges)):
        if i == copied:
            chain = copy.deepcopy(chain)
        part = replace(
            whole,
            t=whole.t[a:b],
            acc=whole.acc[a:b],
            gyr=whole.gyr[a:b],
            ok=whole.ok[a:b],
            fresh=a == 0,
        )
        new = chain.feed(part)
        assert all(f.t <= f.at <= part.t[-1] for f in new)
        got += new
    assert got == expected


def test_who_moves_without_ever_resting_does_not_stand():
    """Still for four seconds, then turned about the vertical: known after a second and a half."""
    block = shank(0)
    assert block.gyr is not None
    turns = np.concatenate((block.gyr, block.gyr + np.array((0.0, 0.0, 2.0))))
    n = len(turns)
    acc = np.concatenate((block.acc, block.acc))
    moved = replace(block, t=np.arange(n) * 0.01, acc=acc, gyr=turns, ok=np.ones(n, dtype=bool))
    found = [f for f in Shank("s", "right").feed(moved) if isinstance(f, Moving)]
    assert [f.mode for f in found] == ["standing", "unknown"]
    assert found[1].t == pytest.approx(4.0 + 1.5, abs=0.02)
