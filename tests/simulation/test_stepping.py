"""The plan of steps of one person, on a belt of constant speed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cued.simulation.gaits import Style
from cued.simulation.intent import Intent
from cued.simulation.scenario import Person
from cued.simulation.stepping import KnownTruth, Stepper

WALKS = Intent("walk")


def stepper(speed_m_s: float = 1.0, **person: Any) -> Stepper:
    rng = np.random.default_rng(1)
    regular = {"stride_cv_percent": 0.0, "asymmetry_percent": 0.0} | person
    return Stepper(Person(**regular), Style.drawn(rng), lambda _t: (speed_m_s, 0.0), rng)


def times(rows: list[KnownTruth], kind: str) -> list[float]:
    return [row.t_s for row in rows if row.kind == kind]


def test_the_truth_of_a_walk_says_how_and_whither_and_each_lift_and_contact():
    rows = stepper().plan(20.0, lambda _t: WALKS)
    assert [(r.kind, r.value) for r in rows[:2]] == [("gait", "walk"), ("direction", "forward")]
    contacts = [r for r in rows if r.kind == "contact"]
    assert {r.side for r in contacts} == {"left", "right"}
    assert all(a.side != b.side for a, b in pairwise(contacts))
    assert len(times(rows, "lift")) == len(contacts)
    assert contacts[-1].t_s > 20.0 + 0.6  # planned before the push-off is sampled
    steps = np.diff([r.t_s for r in contacts])
    assert steps == pytest.approx(np.full(steps.size, steps[0]))


def test_a_taller_person_takes_slower_steps_and_an_uneven_one_longer_left_steps():
    """A pendulum of 2.0 in place of 1.72 m is slower by sqrt(2.0 / 1.72)."""

    def step_s(**person: float) -> list[float]:
        return np.diff(times(stepper(**person).plan(9.0, lambda _t: WALKS), "contact")).tolist()

    assert step_s(height_m=2.0)[0] / step_s()[0] == pytest.approx(1.0783, abs=1e-4)
    first, second = step_s(asymmetry_percent=10.0)[:2]  # ends left, ends right
    assert first / second == pytest.approx(1.05 / 0.95)


def test_nobody_walks_on_a_belt_that_hardly_moves_or_without_wanting_to():
    assert stepper(speed_m_s=0.09).plan(20.0, lambda _t: WALKS) == []
    assert stepper().plan(20.0, lambda _t: Intent()) == []


def test_who_stops_is_said_to_stand_and_takes_no_more_steps():
    rows = stepper().plan(20.0, lambda t: WALKS if t < 10.0 else Intent())
    stood = times([r for r in rows if r.value == "stand"], "gait")
    assert len(stood) == 1
    assert 10.0 < stood[0] < 11.2
    assert times(rows, "contact")[-1] < stood[0]


def test_a_fall_is_a_mishap_after_which_nobody_steps_again():
    who = stepper()
    rows = who.plan(20.0, lambda t: Intent("walk", fallen=80.0 if 5.0 < t < 9.0 else 0.0))
    assert who.down
    (upset,) = who.upsets
    assert (upset.what, upset.by, upset.way) == ("fall", 80.0, 1.0)
    assert times(rows, "incident") == [upset.t]
    assert times(rows, "contact")[-1] <= upset.t


def test_a_stumble_shortens_one_step_and_lengthens_the_next():
    usual = np.diff(times(stepper().plan(20.0, lambda _t: WALKS), "contact"))[0]
    who, due = stepper(), [1.0]
    rows = who.plan(20.0, lambda t: Intent("walk", stumble=due.pop() if t > 10.0 and due else 0.0))
    steps = np.diff(times(rows, "contact")) / usual
    (k,) = np.flatnonzero(steps < 0.9)
    assert steps[[k - 1, k, k + 1, k + 2]] == pytest.approx([1.0, 0.8, 1.25, 1.0])
    assert [upset.what for upset in who.upsets] == ["stumble"]


def test_backward_throws_the_other_way():
    who = stepper()
    who.plan(9.0, lambda t: Intent("walk", "backward", np.pi, fallen=80.0 if t > 5.0 else 0.0))
    assert who.upsets[0].way == -1.0


def test_what_was_planned_does_not_change_however_far_the_plan_goes_at_once():
    whole, parts = stepper(), stepper()
    rows = whole.plan(20.0, lambda _t: WALKS)
    piecewise = [row for t in range(1, 21) for row in parts.plan(float(t), lambda _t: WALKS)]
    assert piecewise == rows
    assert parts.knots == whole.knots


def test_a_long_plan_is_forgotten_but_for_the_last_seconds():
    who = stepper()
    for t in range(100):
        who.forget(float(t))
        who.plan(float(t), lambda _t: WALKS)
    assert 93.0 < who.knots[0].t < 95.5
    assert len(who.knots) < 12
    assert all(1 < len(strides) < 8 for strides in who.strides)
