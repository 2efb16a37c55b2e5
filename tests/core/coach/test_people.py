"""Tall, small and old people walk steadily, forward and backward: nothing false is told to them."""

from __future__ import annotations

import pytest

from cued.coach.config import CoachConfig
from cued.model import Cue, Priority
from cued.simulation.scenario import parse
from tests.core.coach.test_workouts import given, play

PEOPLE = {
    "tall": "height_m = 2.0",
    "very tall": "height_m = 2.15\ncadence = 0.95",
    "child": "height_m = 1.3\nliveliness = 1.4",
    "small child": "height_m = 1.2\ncadence = 1.1\nstride_cv_percent = 3.0",
    "old": "height_m = 1.65\nstride_cv_percent = 3.5\nback_cv_percent = 5.0\nliveliness = 0.7",
    "old, uneven": "height_m = 1.58\nstride_cv_percent = 3.0\nasymmetry_percent = 5.0",
}
SEEDS = range(10)
FALSE = {
    "stumble",
    "unsteady",
    "unsteady_stop",
    "fall_possible",
    "fall_confirmed",
    "limp",
    "limp_back",
}
WALK = """
seed = {seed}
duration_s = 75.0
[link]
samples = 50
[person]
{person}
[[belt]]
at_s = 0.0
speed_m_s = {speed}
[[does]]
at_s = 0.0
what = "{facing}"
[[does]]
at_s = 2.0
what = "walk"
"""


def told(person: str, seed: int) -> list[Cue]:
    """What is said in 75 s of walking; with every second seed backward."""
    back = seed % 2
    script = WALK.format(
        seed=100 + seed,
        person=PEOPLE[person],
        speed=0.5 if back else 1.1,
        facing="face_back" if back else "stand",
    )
    return given(play(parse(script), CoachConfig(feedback="full")))


@pytest.mark.slow
@pytest.mark.parametrize("person", PEOPLE)
def test_who_walks_steadily_is_told_of_no_stumble_and_no_technique(person: str) -> None:
    for seed in SEEDS:
        cues = told(person, seed)
        wrong = [c for c in cues if c.key in FALSE or c.priority == Priority.TECHNIQUE]
        assert not wrong, (seed, [(c.t, c.key) for c in wrong])
