"""Workouts for different people."""

from __future__ import annotations

import pytest

from cued.coach.workout.memory import Memory
from cued.coach.workout.profile import PROFILES, followed, load
from cued.model import ConfigError


def test_a_first_workout_is_the_shortest_and_goes_no_higher_than_stage_1() -> None:
    first = load("first_time_ever")
    assert first.top_stage == 1
    assert first.day_s == min(load(name).day_s for name in PROFILES) == 300.0


def test_a_profile_of_an_unknown_name_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(ConfigError, match=r"'first_time' is not known.*first_time_ever"):
        load("first_time")


def test_a_runner_who_moved_on_stays_with_the_next_profile() -> None:
    assert followed("first_time_ever", Memory()) == "first_time_ever"
    moved_on = Memory(profile="balance_and_body_sense")
    assert followed("first_time_ever", moved_on) == "balance_and_body_sense"
    assert followed("knee_sparing_return", moved_on) == "knee_sparing_return"


def test_every_next_profile_exists_and_leads_higher() -> None:
    for name in PROFILES:
        now = load(name)
        if now.then:
            assert load(now.then).top_stage > now.top_stage
