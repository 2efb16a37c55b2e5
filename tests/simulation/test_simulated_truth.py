"""A simulated walker's truth is consistent and as scripted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cued.model import BeltRequest
from cued.simulation.run import Simulation, collect
from cued.simulation.stepping import Rhythm
from tests.simulation.walks import (
    fluctuation_exponent,
    scenario,
    settled,
    spread,
    times,
    values,
    walk,
)

DOING = '[[does]]\nat_s = {at}\nwhat = "{what}"\n{rest}\n'


@pytest.mark.parametrize(
    ("speed", "backward", "running"),
    [(0.8, False, False), (1.3, False, False), (0.6, True, False), (2.8, False, True)],
)
def test_a_stride_is_as_long_as_the_belt_ran_under_it(speed, backward, running):
    table = walk(speed, backward=backward, running=running)
    contacts = settled(table)
    lengths = {t: v for t, v in values(table, "stride_length")}
    off = [lengths[b] - speed * (b - a) for a, b in itertools.pairwise(contacts)]
    # The foot's place on the deck wanders by 1.2 cm, so a stride's ends differ by 1.7 cm.
    assert abs(np.mean(off)) < 0.005
    assert 0.010 < np.std(off) < 0.025


@pytest.mark.parametrize(("backward", "running"), [(False, False), (True, False), (False, True)])
def test_feet_take_turns(backward, running):
    table = walk(2.5 if running else 0.9, backward=backward, running=running)
    sides = [r.side for r in sorted(table.truth, key=lambda r: r.t_s) if r.kind == "contact"]
    assert len(sides) > 60
    assert all(a != b for a, b in itertools.pairwise(sides))
    for side in ("left", "right"):
        contacts, lifts = times(table, "contact", side), times(table, "lift", side)
        assert np.all(lifts[: contacts.size] < contacts)
        assert np.all(lifts[1 : contacts.size] > contacts[:-1])


def on_the_belt(table, t):
    return sum(
        np.searchsorted(times(table, "contact", side), t)
        - np.searchsorted(times(table, "lift", side), t)
        for side in ("left", "right")
    )


def test_a_walker_always_has_a_foot_down_and_a_runner_sometimes_none():
    t = np.arange(20.0, 50.0, 0.005)
    # Each foot starts on the belt: one contact more than the rows say.
    walking = on_the_belt(walk(1.2), t) + 2
    running = on_the_belt(walk(2.8, running=True), t) + 2
    assert set(walking) == {1, 2}
    assert set(running) == {0, 1}
    # 0.32 s a step of which 0.25 s on the belt (alcantara, 2.5 m/s).
    assert 0.15 < np.mean(running == 0) < 0.35


@pytest.mark.parametrize(
    ("speed", "backward", "running", "spm"),
    [
        (1.25, False, False, 107.4),  # sqrt(60 v / 0.0065)
        (0.61, True, False, 109.0),  # gottlieb-left
        (3.0, False, True, 168.0),  # 150 + 6.01 v
    ],
)
def test_habitual_cadence_is_that_of_the_model(speed, backward, running, spm):
    steps = np.diff(times(walk(speed, backward=backward, running=running), "contact")[20:])
    assert 60.0 / steps.mean() == pytest.approx(spm, rel=0.02)


@pytest.mark.parametrize("percent", [1.5, 4.0])
def test_stride_times_vary_as_configured(percent):
    person = type(scenario().person)(stride_cv_percent=percent)
    table = collect(Simulation(scenario(1.2, seconds=1500.0, person=person, sensor=())))
    for side in ("left", "right"):
        strides = np.diff(settled(table, side))
        # 1,300 strides with long memory: the coefficient itself scatters by some 8 %.
        assert 100.0 * spread(strides) == pytest.approx(percent, rel=0.2)


@pytest.mark.parametrize("alpha", [0.5, 0.75, 0.9])
def test_fluctuation_has_the_configured_memory(alpha):
    found = []
    for seed in range(4):
        rhythm = Rhythm(alpha, np.random.default_rng(seed))
        found.append(fluctuation_exponent(np.array([rhythm.step() for _ in range(4000)])))
    # DFA of 4,000 values scatters by 0.03; its bias at short windows is about as large.
    assert np.mean(found) == pytest.approx(alpha, abs=0.07)


def test_steps_average_to_strides_of_unit_spread():
    rhythm = Rhythm(0.5, np.random.default_rng(3))
    steps = np.array([rhythm.step() for _ in range(20_000)])
    assert (0.5 * (steps[1:] + steps[:-1])).std() == pytest.approx(1.0, abs=0.03)


def test_overlong_strides_take_longer_on_the_same_belt():
    more = DOING.format(at=60, what="overlong", rest="by = 8.0\nfor_s = 60.0")
    # At a usual 1.8 % with long memory two means of 45 strides differ by 1 % by chance alone.
    person = type(scenario().person)(stride_cv_percent=0.5)
    table = walk(1.1, seconds=120.0, more=more, person=person)
    contacts = settled(table)
    strides, ends = np.diff(contacts), contacts[1:]
    before, after = strides[ends < 60.0].mean(), strides[ends > 70.0].mean()
    assert after / before == pytest.approx(1.08, abs=0.01)
    assert ("overlong", 8.0) in [(r.kind, r.value) for r in table.truth]


def test_uneven_steps_leave_the_stride_alone():
    more = DOING.format(at=0, what="uneven", rest="by = 6.0\nfor_s = 200.0")
    table = walk(1.2, seconds=120.0, more=more, person=type(scenario().person)(asymmetry_percent=0))
    rows = [r for r in sorted(table.truth, key=lambda r: r.t_s) if r.kind == "contact"][20:]
    step = {"left": [], "right": []}
    for a, b in itertools.pairwise(rows):
        step[b.side].append(b.t_s - a.t_s)
    assert np.mean(step["left"]) / np.mean(step["right"]) == pytest.approx(1.06, abs=0.01)
    assert np.diff(settled(table)).mean() == pytest.approx(2 * 60.0 / 105.2, rel=0.02)


def test_only_turning_round_changes_the_direction():
    more = DOING.format(at=30, what="turn", rest="for_s = 3.0")
    table = walk(0.5, more=more)
    directions = values(table, "direction")
    assert [v for _, v in directions] == ["forward", "backward"]
    assert 33.0 <= directions[1][0] < 35.0
    t, _, gyr = table.sensors["trunk"]
    turn = (t > 29.0) & (t < 35.0)
    # A third of a degree a second of offset over six seconds is 2 deg; sway adds a few.
    assert np.degrees(gyr[turn, 2].sum() * 0.01) == pytest.approx(180.0, abs=12.0)


def test_a_request_to_the_belt_changes_the_walk():
    simulation = Simulation(scenario(0.8, seconds=60.0))
    for what in simulation.inputs():
        if what.t >= 30.0 and simulation.truth and not any(r.t_s > 31.0 for r in simulation.truth):
            assert simulation.request(BeltRequest(t=what.t, speed_m_s=1.3)) == ""
    shown = {r.t_s: r.value for r in simulation.truth if r.kind == "speed"}
    assert shown[29.0] == pytest.approx(0.8)
    assert shown[50.0] == pytest.approx(1.3)
    assert "treadmill does" in simulation.request(BeltRequest(t=60.0, speed_m_s=9.0))


def test_only_a_listening_runner_mends_the_stride():
    more = DOING.format(at=30, what="overlong", rest="by = 10.0\nfor_s = 90.0")
    after = {}
    for willing in (0.0, 1.0):
        person = type(scenario().person)(responsive=willing)
        simulation = Simulation(scenario(1.1, seconds=90.0, more=more, person=person))
        heard = False
        for what in simulation.inputs():
            if what.t > 45.0 and not heard:
                heard = True
                assert simulation.hear("overlong_stride") is bool(willing)
        contacts = [r.t_s for r in simulation.truth if r.kind == "contact" and r.side == "left"]
        strides = np.diff([t for t in contacts if t > 55.0])
        after[willing] = strides.mean()
    assert after[0.0] / after[1.0] == pytest.approx(1.10 / 1.01, abs=0.02)


def test_a_belt_that_runs_fast_reports_the_set_speed():
    table = walk(1.0, belt_error_percent=3.0)
    assert table.belt[-1][1] == pytest.approx(1.0)
    assert dict(values(table, "speed"))[50.0] == pytest.approx(1.03)
    lengths = [v for t, v in values(table, "stride_length") if t > 15.0]
    strides = np.diff(settled(table))
    assert np.mean(lengths) / strides.mean() == pytest.approx(1.03, abs=0.01)


def test_nobody_walks_on_a_belt_that_stands():
    table = walk(0.0)
    assert not times(table, "contact").size
    assert [v for _, v in values(table, "gait")] == ["stand"]
