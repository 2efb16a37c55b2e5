"""One foot: footfalls, lifts, direction, mode and strides of movements known by construction."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from cued.gait.foot.chain import WINDOW, Foot, SwingPace
from cued.model import Block
from tests.gait.blocks import split
from tests.gait.planar_foot import BACKWARD, FORWARD, RUN, Gaitlet, Walked, block, walk
from tests.gait.trunk_walker import rotation

F = TypeVar("F", bound=Finding)

KINDS = {"forward": FORWARD, "backward": BACKWARD, "run": RUN}


def find(w: Walked, **changes: object) -> list[Finding]:
    return Foot("toe", "left").feed(block(w, **changes))


def only(findings: list[Finding], kind: type[F]) -> list[F]:
    return [f for f in findings if isinstance(f, kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_landing_is_found_once_within_30_ms(kind):
    w = walk((KINDS[kind], 12))
    contacts = only(find(w), Contact)
    assert len(contacts) == len(w.contacts)
    for contact, truth in zip(contacts, w.contacts, strict=True):
        assert abs(contact.t - truth) < 0.03
        assert contact.side == "left"
        assert 0.0 <= contact.at - contact.t < 0.06


@pytest.mark.parametrize("kind", KINDS)
def test_every_lift_is_found_once_within_40_ms(kind):
    w = walk((KINDS[kind], 12))
    lifts = only(find(w), LiftOff)
    assert len(lifts) == len(w.lifts)
    for lift, truth in zip(lifts, w.lifts, strict=True):
        assert abs(lift.t - truth) < 0.04


@pytest.mark.parametrize(("kind", "sign"), [("forward", 1), ("backward", -1), ("run", 1)])
def test_every_stride_gives_the_direction(kind, sign):
    headings = only(find(walk((KINDS[kind], 12))), Heading)
    assert len(headings) >= 11
    assert all(h.log_odds * sign > 3.0 for h in headings)


@pytest.mark.parametrize("kind", KINDS)
def test_stride_length_is_that_walked_within_2_cm(kind):
    travels = only(find(walk((KINDS[kind], 12))), Travel)
    assert len(travels) >= 10
    for travel in travels:
        assert travel.length_m == pytest.approx(abs(KINDS[kind].length_m), abs=0.02)


@pytest.mark.parametrize(("first", "then"), [(FORWARD, BACKWARD), (BACKWARD, FORWARD)])
def test_a_change_of_direction_costs_no_footfall_and_shows_in_its_first_stride(first, then):
    w = walk((first, 8), (then, 8))
    found = find(w)
    assert len(only(found, Contact)) == 16
    signs = [h.log_odds * first.length_m > 0 for h in only(found, Heading)]
    assert signs == [True] * 8 + [False] * 8


def test_a_walk_starts_and_ends_standing_and_a_run_is_called_so_from_its_third_landing():
    modes = [m.mode for m in only(find(walk((FORWARD, 6))), Moving)]
    assert modes == ["standing", *["walking"] * 6, "standing"]
    modes = [m.mode for m in only(find(walk((RUN, 8))), Moving)]
    assert modes[0] == modes[-1] == "standing"
    assert modes[3:-1] == ["running"] * 6


@pytest.mark.parametrize("stride_s", [0.7, 0.9, 1.6, 2.2])
def test_backward_steps_are_never_called_running(stride_s):
    gait = Gaitlet(stride_s, 0.66, -0.5, landing=0.4, leaving=-0.25, flat_to=0.5)
    found = find(walk((gait, 10)))
    assert len(only(found, Contact)) == 10
    assert "running" not in {m.mode for m in only(found, Moving)}


def test_without_a_mounting_all_but_the_first_stride_are_found_and_no_direction_is_given():
    w = walk((FORWARD, 12))
    q = rotation(5)
    turned = Walked(w.t, w.acc @ q.T, w.gyr @ q.T)
    found = find(turned, oriented=False)
    contacts = only(found, Contact)
    assert [c.t for c in contacts] == pytest.approx(w.contacts[1:], abs=0.03)
    assert [t.length_m for t in only(found, Travel)] == pytest.approx([1.3] * 11, abs=0.03)
    assert only(found, Heading) == []
    assert [o.mounting.state for o in only(found, Orientation)] == ["level"]


def test_a_sensor_worn_upside_down_is_noticed_and_gives_no_direction():
    w = walk((FORWARD, 6))
    over = np.array((1.0, -1.0, -1.0))
    found = find(Walked(w.t, w.acc * over, w.gyr * over))
    assert [o.mounting.state for o in only(found, Orientation)] == ["doubtful"]
    assert only(found, Heading) == []
    assert len(only(found, Contact)) == 6


@pytest.mark.parametrize("kind", ["forward", "backward"])
def test_a_sensor_worn_back_to_front_is_suspected_after_eight_strides(kind):
    w = walk((KINDS[kind], 10))
    round_about = np.array((-1.0, -1.0, 1.0))
    found = find(Walked(w.t, w.acc * round_about, w.gyr * round_about))
    reported = only(found, Orientation)
    assert [o.mounting.state for o in reported] == ["known", "doubtful"]
    assert w.contacts[7] < reported[1].t < w.contacts[9]
    assert len(only(found, Heading)) == 10  # a suspicion silences nothing


def test_a_sensor_turned_sideways_is_noticed_and_gives_no_direction():
    w = walk((FORWARD, 12))
    # Turned 90 degrees about the vertical, so that forward looks like left.
    rolled = np.stack((w.gyr[:, 1], -w.gyr[:, 0], w.gyr[:, 2]), axis=1)
    pushed = np.stack((w.acc[:, 1], -w.acc[:, 0], w.acc[:, 2]), axis=1)
    found = find(Walked(w.t, pushed, rolled))
    assert not any(abs(h.log_odds) > 2.0 for h in only(found, Heading))


def test_a_turn_in_a_walk_is_reported_with_its_angle():
    w = walk((FORWARD, 10))
    gyr = w.gyr.copy()
    lifts, lands = w.lifts[5], w.contacts[5]
    swing = (w.t >= lifts) & (w.t < lands)
    # A turn about the vertical, in the axes of a pitching sole.
    pitch = np.cumsum(w.gyr[:, 1]) * 0.01
    yaw = np.pi / 2 / (swing.sum() * 0.01)
    gyr[swing, 0] -= yaw * np.sin(pitch[swing])
    gyr[swing, 2] += yaw * np.cos(pitch[swing])
    turns = only(find(replace(w, gyr=gyr)), Turning)
    assert [t.turning for t in turns] == [True, False]
    assert turns[0].angle == pytest.approx(np.pi / 2, abs=0.1)


def test_a_turn_rate_beyond_the_gyroscope_costs_length_turn_and_most_evidence():
    w = walk((FORWARD, 10))
    gyr = w.gyr.copy()
    gyr[round((w.lifts[5] + 0.1) * 100)] += (60.0, 0.0, 40.0)
    found = find(replace(w, gyr=gyr))
    assert len(only(found, Contact)) == 10
    assert only(found, Turning) == []
    assert len(only(found, Travel)) == 9
    odds = [h.log_odds for h in only(found, Heading)]
    assert len(odds) == 10
    assert 0.0 < odds[5] < min(odds[:5] + odds[6:]) - 1.0


def test_standing_with_knocks_and_fidgets_gives_no_footfalls():
    w = walk(still_s=10.0)
    acc, gyr = w.acc.copy(), w.gyr.copy()
    for i in range(100, 1900, 150):
        acc[i : i + 2] += (15.0, 5.0, 30.0)
    gyr[900:960, 1] += 0.3 * np.sin(np.arange(60) / 60 * 2 * np.pi)
    found = find(Walked(w.t, acc, gyr))
    assert only(found, Contact) == []
    assert [m.mode for m in only(found, Moving)] == ["standing"]


def test_a_gap_has_no_footfalls_and_costs_one_stride_after_it():
    w = walk((FORWARD, 14))
    ok = np.ones(w.t.size, dtype=bool)
    gap = (w.t > 7.0) & (w.t < 8.2)
    ok[gap] = False
    contacts = only(find(w, ok=ok), Contact)
    assert not any(7.09 < c.at < 8.2 for c in contacts)
    after = [t for t in w.contacts if t > 8.2 + 1.1]
    assert [c.t for c in contacts if c.t > 8.2 + 1.1] == pytest.approx(after, abs=0.03)


def test_a_clipped_impact_costs_nothing():
    w = walk((FORWARD, 10))
    ok = np.ones(w.t.size, dtype=bool)
    for t in w.contacts:
        ok[round(t * 100) : round(t * 100) + 5] = False
    assert len(only(find(w, ok=ok), Contact)) == 10


def test_a_fresh_block_forgets_the_stride_before():
    w = walk((FORWARD, 6))
    foot = Foot("toe", "left")
    half = round((w.lifts[3] + 0.1) * 100)
    foot.feed(block(w, 0, half))
    later = foot.feed(block(w, half, fresh=True))
    assert all(c.t > w.contacts[3] + 0.05 for c in only(later, Contact))
    assert len(only(later, Contact)) == 2


def test_without_a_turn_rate_nothing_is_claimed():
    assert find(walk((FORWARD, 4)), gyr=None) == []


def _mixed(oriented: bool, gaps: tuple[int, ...]) -> Block:
    w = walk((FORWARD, 4), (BACKWARD, 4), (RUN, 5), noise=0.05)
    ok = np.ones(w.t.size, dtype=bool)
    for i, start in enumerate(gaps):
        ok[start : start + 4 + 9 * i] = False
    return block(w, oriented=oriented, ok=ok)


@settings(max_examples=25, deadline=None)
@given(
    oriented=st.booleans(),
    gaps=st.lists(st.integers(0, 1600), max_size=3),
    cuts=st.lists(st.integers(1, 1700), max_size=120),
)
def test_any_split_gives_the_same_findings_none_before_its_samples(oriented, gaps, cuts):
    whole = _mixed(oriented, tuple(gaps))
    expected = Foot("toe", "left").feed(whole)
    foot = Foot("toe", "left")
    got: list[Finding] = []
    for part in split(whole, cuts):
        for finding in foot.feed(part):
            assert finding.t <= finding.at <= part.t[-1]
            got.append(finding)
    assert got == expected


@settings(max_examples=10, deadline=None)
@given(cut=st.integers(1, 1600), oriented=st.booleans())
def test_a_copy_taken_half_way_continues_identically(cut, oriented):
    first, second = split(_mixed(oriented, ()), [cut])
    foot = Foot("toe", "left")
    foot.feed(first)
    twin = copy.deepcopy(foot)
    assert foot.feed(second) == twin.feed(second)


def test_inputs_are_not_changed():
    whole = _mixed(oriented=False, gaps=(300, 800))
    assert whole.gyr is not None
    before = whole.acc.copy(), whole.gyr.copy(), whole.ok.copy()
    Foot("toe", "left").feed(whole)
    assert np.array_equal(whole.acc, before[0])
    assert np.array_equal(whole.gyr, before[1])
    assert np.array_equal(whole.ok, before[2])


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    acc_size=st.sampled_from([0.0, 0.01, 10.0, 300.0]),
    gyr_size=st.sampled_from([0.0, 0.5, 5.0, 80.0]),
    oriented=st.booleans(),
)
def test_nonsense_breaks_nothing_and_gives_no_finding_before_its_samples(
    seed, acc_size, gyr_size, oriented
):
    rng = np.random.default_rng(seed)
    n = 600
    slow = np.repeat(rng.normal(size=(n // 20, 6)), 20, axis=0)
    whole = Block(
        sensor="toe",
        placement="foot_left",
        t=np.arange(n) * 0.01,
        acc=slow[:, :3] * acc_size,
        gyr=slow[:, 3:] * gyr_size,
        ok=rng.random(n) > 0.02,
        oriented=oriented,
        fresh=True,
    )
    for finding in Foot("toe", "left").feed(whole):
        assert finding.t <= finding.at
        assert np.isfinite(finding.t)
        if isinstance(finding, Travel):
            assert np.isfinite(finding.length_m)


# --- the limit of rest follows the foot's swings ------------------------------------------------


def limit_after(*rates: float) -> float:
    """Return the limit of rest after windows of these turn rates, rad/s."""
    pace = SwingPace()
    for rate in rates:
        pace.rest_rate([rate] * WINDOW)
    return pace.rest_rate([0.0])[0]


def test_before_any_swing_a_foot_of_usual_pace_is_assumed():
    assert limit_after() == 1.0


def test_quick_swings_leave_the_limit_at_its_maximum():
    assert limit_after(6.0) == 1.0


def test_slow_swings_lower_it_to_a_share_of_their_rate():
    slowly = [1.5, 0.3] * 60  # with stances between, in which the level fades by 2 % a window
    assert limit_after(*slowly) == pytest.approx(0.4 * 1.5, rel=0.03)


def test_it_never_falls_below_the_noise():
    assert limit_after(*[0.01] * 500) == 0.25


def test_any_split_gives_the_same_limits():
    rates = [0.1 * (n % 37) for n in range(200)]
    whole, one_by_one = SwingPace(), SwingPace()
    assert whole.rest_rate(rates) == [limit for r in rates for limit in one_by_one.rest_rate([r])]
