"""The ladder's first stage: walking at 0.3 m/s on a belt that reports nothing is not standing.

Simulated, since no recording of such walks exists; time-stretched real walks are in
test_trunk_people.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from cued.engine import Engine, Worn
from cued.evaluation.matching import match
from cued.model import Footfall, Gait, Stride
from cued.simulation.run import Simulation
from cued.simulation.scenario import parse

NOMINAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
BEGAN_S, ENDED_S = 12.0, 42.0

SCRIPT = """
seed = {seed}
duration_s = 50.0
link = {{samples = 25}}
treadmill = {{tells = "{tells}"}}
belt = [{{at_s = 4.0, speed_m_s = {speed}}}, {{at_s = 44.0, speed_m_s = 0.0}}]
does = [
  {{at_s = 0.0, what = "{facing}"}}, {{at_s = 4.0, what = "walk"}}, {{at_s = 44.0, what = "stand"}},
]
sensor = [{worn}]
"""


def simulated(seed, facing, placements, tells="nothing", speed=0.3):
    worn = ", ".join(f'{{name = "{p}", placement = "{p}"}}' for p in placements)
    script = SCRIPT.format(seed=seed, facing=facing, worn=worn, tells=tells, speed=speed)
    engine, simulation = (
        Engine({p: Worn(p, NOMINAL) for p in placements}),
        Simulation(parse(script)),
    )
    events = [e for item in simulation.inputs() for e in engine.feed(item)]
    return events, [row.t_s for row in simulation.truth if row.kind == "contact"]


@pytest.mark.parametrize("facing", ["stand", "face_back"])
@pytest.mark.parametrize("placements", [("foot_left",), ("foot_left", "foot_right")])
def test_feet_at_0_3_m_s_walk_all_the_time_and_then_stand(placements, facing):
    events, _ = simulated(3, facing, placements)
    gaits = [e for e in events if isinstance(e, Gait)]
    assert {e.mode for e in gaits if BEGAN_S < e.t < ENDED_S} <= {"walking"}
    assert [e.mode for e in gaits if e.t < BEGAN_S][-1] == "walking"
    assert gaits[-1].mode == "standing"
    assert any(isinstance(e, Footfall) and e.t > ENDED_S - 3.0 for e in events)


@pytest.mark.parametrize("facing", ["stand", "face_back"])
@pytest.mark.parametrize("speed", [0.3, 0.4])
def test_one_foot_gives_the_length_of_each_slow_stride(facing, speed):
    events, _ = simulated(1, facing, ("foot_left",), speed=speed)
    strides = [e for e in events if isinstance(e, Stride) and BEGAN_S < e.t < ENDED_S]
    speeds = [s.length_m / s.duration_s for s in strides if s.length_m is not None]
    assert len(speeds) >= 0.9 * len(strides)
    assert np.mean(speeds) == pytest.approx(speed, rel=0.04)
    assert np.std(speeds) < 0.06 * speed  # a contact this slow is found to 0.1 s


@pytest.mark.parametrize("facing", ["stand", "face_back"])
def test_a_trunk_alone_on_a_belt_that_reports_0_4_m_s_counts_the_steps(facing):
    events, true = simulated(3, facing, ("lower_back",), tells="console", speed=0.4)
    footfalls = [e.t for e in events if isinstance(e, Footfall) and BEGAN_S < e.t < ENDED_S]
    steps = [t for t in true if BEGAN_S < t < ENDED_S]
    assert len(footfalls) == pytest.approx(len(steps), rel=0.1)
    assert len(match(steps, footfalls, 0.25)) >= 0.9 * len(steps)
    ahead = {e.direction for e in events if isinstance(e, Gait) and BEGAN_S < e.t < ENDED_S}
    assert ahead <= {"backward" if facing == "face_back" else "forward"}
