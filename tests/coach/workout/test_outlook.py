"""The estimate of the time left in a workout."""

from __future__ import annotations

import pytest

from cued.coach.known import Known
from cued.coach.workout import ladder, outlook
from cued.coach.workout.phases import PHASES
from cued.coach.workout.profile import PROFILES, load


def at(phase: str, **more: object) -> Known:
    return Known(phase=phase, spec=PHASES[phase], program=True, left_s=10_000.0, **more)


@pytest.mark.parametrize("name", PROFILES)
def test_the_whole_workout_is_the_sum_of_its_parts(name: str) -> None:
    profile = load(name)
    bout = ladder.STAGES[1].bout_s
    one = 2 * outlook.OWN_S + bout + profile.carry_s
    whole = profile.settle_s + profile.rounds * one + profile.cool_down_s
    known = at("settle", stage=1, more_rounds=True)
    assert outlook.left_s(known, profile) == pytest.approx(whole)
    assert outlook.left_s(at("check_in", stage=1), profile) == pytest.approx(whole + outlook.OWN_S)
    assert (known.phase, known.rounds, known.elapsed_s) == ("settle", 0, 0.0), "only looked ahead"


def test_time_already_walked_does_not_count_again() -> None:
    profile = load("balance_and_body_sense")
    assert outlook.left_s(at("cool_down", elapsed_s=30.0), profile) == profile.cool_down_s - 30.0


def test_every_stage_ends_and_jogging_takes_its_rests() -> None:
    profile = load("variety_for_a_runner")
    lasts = [outlook.left_s(at("settle", stage=n, by_hand=False), profile) for n in range(5)]
    assert None not in lasts
    jogs = ladder.JOG_SESSION_S / ladder.JOG_ON_S
    least = jogs * (ladder.JOG_ON_S + ladder.JOG_OFF_S)
    assert lasts[4] is not None
    assert lasts[4] > least


def test_caps_shorten_it() -> None:
    profile = load("first_time_ever")
    known = at("settle", stage=1)
    known.left_s = 40.0
    assert (outlook.left_s(known, profile) or 0.0) < (
        outlook.left_s(at("settle", stage=1), profile) or 0.0
    )


@pytest.mark.parametrize("phase", ["paused", "blind", "fallen"])
def test_the_time_left_is_unknown_while_interrupted(phase: str) -> None:
    assert outlook.left_s(at(phase), load("first_time_ever")) is None
