"""Delays until simulated feet doubt a wrong treadmill; the figures are in docs/coaching.md.

``pytest -m slow -s tests/belt/test_doubt.py`` prints them.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cued.coach.coach import Coach
from cued.coach.config import CoachConfig
from cued.coach.voice.phrases import load
from cued.coach.workout.memory import Memory
from cued.engine import Engine, Worn
from cued.model import BeltState
from cued.simulation.run import Simulation
from cued.simulation.scenario import parse

BEGINS_S = 3.0
WALK = """
seed = {seed}
duration_s = 25.0
sensor = [{sensors}]
[link]
samples = 10
[treadmill]
{tells}
[[belt]]
at_s = 3.0
speed_m_s = {speed}
ramp_m_s2 = 2.0
[[does]]
at_s = 3.0
what = "go"
"""
FAULTS = ('tells = "zero"', "factor = 0.621", "factor = 1.609", "factor = 1.4")
SPEEDS = (0.4, 0.8, 1.3, 2.0, 2.8)


def delay(tells: str, feet: tuple[str, ...], speed: float, seed: int) -> float:
    """Return how long after walking began the treadmill was doubted, s; inf if it was not."""
    sensors = ", ".join(f'{{name = "{foot}", placement = "{foot}"}}' for foot in feet)
    walk = Simulation(parse(WALK.format(tells=tells, sensors=sensors, speed=speed, seed=seed)))
    coach = Coach(CoachConfig(), [], load("en"), Memory())
    engine = Engine({foot: Worn(foot) for foot in feet}, coach=coach)  # type: ignore[arg-type]
    for item in walk.inputs():
        for event in engine.feed(item):
            if isinstance(event, BeltState) and event.doubt:
                return item.t - BEGINS_S
    return float("inf")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("feet", [("foot_left", "foot_right"), ("foot_left",)])
def test_a_wrong_treadmill_is_doubted_in_fifteen_seconds_of_walking(feet: tuple[str, ...]) -> None:
    all_s = []
    for tells, speed in itertools.product(FAULTS, SPEEDS):
        took = [delay(tells, feet, speed, seed) for seed in range(4)]
        all_s += took
        print(f"{len(feet)} feet, {tells}, {speed} m/s: {np.median(took):.1f} s")
    late = np.percentile(all_s, 95)
    print(f"{len(feet)} feet: from {min(all_s):.1f} s on, 95 % within {late:.1f} s")
    assert late < 15.0
