"""A simulated person's intentions: the script, and reactions to cues and prompts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from cued.simulation.intent import Intent, Will, meant
from cued.simulation.scenario import Person, PlannedAction


def will(*does: PlannedAction, **person: Any) -> Will:
    return Will(does, Person(**person), np.random.default_rng(1))


def test_the_latest_activity_counts_and_stepping_off_is_standing():
    who = will(
        PlannedAction(at_s=5.0, what="walk"),
        PlannedAction(at_s=20.0, what="run"),
        PlannedAction(at_s=40.0, what="step_off"),
    )
    acts = [(who.at(t).activity) for t in (0.0, 10.0, 30.0, 50.0)]
    assert acts == ["stand", "walk", "run", "stand"]


def test_a_turn_takes_time_and_is_half_a_turn():
    who = will(PlannedAction(at_s=10.0, what="turn", for_s=4.0))
    half = who.at(12.0)
    assert half.turning
    assert half.yaw == pytest.approx(math.pi / 2)
    assert (who.at(15.0).direction, who.at(15.0).turning) == ("backward", False)
    assert who.facing(10.0) == "backward"  # once it is over


def test_strides_are_longer_for_as_long_as_the_script_says():
    who = will(PlannedAction(at_s=10.0, what="overlong", by=12.0, for_s=20.0))
    assert [who.at(t).stretch for t in (9.0, 15.0, 31.0)] == [1.0, pytest.approx(1.12), 1.0]


@pytest.mark.parametrize(("responsive", "mends"), [(1.0, True), (0.0, False)])
def test_a_responsive_runner_follows_a_cue_a_few_seconds_later(responsive: float, mends: bool):
    who = will(
        PlannedAction(at_s=0.0, what="overlong", by=10.0, for_s=200.0), responsive=responsive
    )
    assert who.hear("overlong_stride", 20.0) == mends
    assert who.at(21.0).stretch == pytest.approx(1.10)
    assert who.at(25.0).stretch == pytest.approx(1.01 if mends else 1.10)
    assert not who.hear("unsteady", 30.0)


def test_a_stumble_is_taken_once_and_tiring_ends_at_seven_tenths():
    who = will(
        PlannedAction(at_s=5.0, what="stumble", by=2.0),
        PlannedAction(at_s=0.0, what="tire", by=20.0),
    )
    assert [who.at(t).stumble for t in (4.0, 5.0, 5.1)] == [0.0, 2.0, 0.0]
    assert who.at(600.0).pace == pytest.approx(0.8)
    assert who.at(6000.0).pace == 0.7


def test_prompts_of_the_program_become_actions_of_a_person():
    check = meant("check_in", {})
    assert check
    assert check.press
    belt = meant("belt_at", {"speed": 3.6})
    assert belt
    assert belt.speed_m_s == pytest.approx(1.0)
    assert meant("half_way", {}) is None


def test_who_goes_runs_on_a_fast_belt_and_sooner_backward():
    assert [Intent("go").runs(v) for v in (1.9, 2.0)] == [False, True]
    assert [Intent("go", "backward").runs(v) for v in (1.5, 1.7)] == [False, True]
    assert (Intent("run").runs(0.5), Intent("walk").runs(3.0)) == (True, False)


def test_tiring_is_counted_from_its_own_beginning():
    who = will(PlannedAction(at_s=300.0, what="tire", by=20.0))
    assert [who.at(t).pace for t in (300.0, 600.0, 900.0)] == pytest.approx([1.0, 0.9, 0.8])


def test_who_follows_keeps_the_short_step_for_a_minute_after_each_cue():
    who = will(PlannedAction(at_s=0.0, what="walk"), follows=True)
    assert who.hear("carry", 10.0)
    assert [who.at(t).stretch for t in (11.0, 12.0, 69.0, 71.0)] == [1.0, 0.94, 0.94, 1.0]
    assert who.hear("same_speed", 60.0)
    assert [who.at(t).stretch for t in (61.0, 119.0, 121.0)] == [0.94, 0.94, 1.0]
    other = will(PlannedAction(at_s=0.0, what="walk"))
    assert not other.hear("carry", 10.0)
    assert other.at(12.0).stretch == 1.0
