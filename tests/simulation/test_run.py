"""A run's inputs in order of arrival, its truth, and a person who follows prompts."""

from __future__ import annotations

import numpy as np
import pytest

from cued.model import Belt, Command, Packet, Tick
from cued.simulation.run import Simulation, collect
from cued.simulation.scenario import parse

FOLLOWS = """
duration_s = 40
person = { follows = true }
belt = [{ at_s = 0, speed_m_s = 0.8, ramp_m_s2 = 1.0 }]
does = [{ at_s = 1, what = "walk" }]
"""


def play(script, prompts):
    """Play a run with prompts (seconds to key); return truth rows and belt speeds."""
    simulation = Simulation(parse(script))
    waiting, belts = sorted(prompts.items()), []
    for item in simulation.inputs():
        while waiting and waiting[0][0] <= item.t:
            simulation.hear(waiting.pop(0)[1])
        if isinstance(item, Belt):
            belts.append((item.t, item.speed_m_s))
    directions = [(r.t_s, r.value) for r in simulation.truth if r.kind == "direction"]
    return directions, belts


def test_a_runner_who_is_asked_to_turn_turns_once_and_slows_the_belt():
    directions, belts = play(
        FOLLOWS, {9: "turn_slow", 10: "turn_back", 12: "turn_back", 25: "turn_front"}
    )
    assert [value for _, value in directions] == ["forward", "backward", "forward"]
    assert 10 < directions[1][0] < 18
    assert 25 < directions[2][0] < 33
    assert belts[-1][1] == 0.3


def test_a_runner_who_does_not_follow_keeps_walking():
    directions, belts = play(FOLLOWS.replace("true", "false"), {10: "turn_back", 20: "finished"})
    assert [value for _, value in directions] == ["forward"]
    assert belts[-1][1] == 0.8


WALKS = """
duration_s = 10
sensor = [{ name = "trunk", placement = "lower_back" }]
belt = [{ at_s = 0, speed_m_s = 0.8, ramp_m_s2 = 1.0 }]
does = [{ at_s = 1, what = "walk" }]
"""


def test_inputs_come_in_order_with_ten_ticks_and_a_report_of_the_belt_each_second():
    inputs = list(Simulation(parse(WALKS)).inputs())
    assert [item.t for item in inputs] == sorted(item.t for item in inputs)
    ticks = [item.t for item in inputs if isinstance(item, Tick)]
    assert ticks == pytest.approx(np.arange(100) / 10)
    belts = [(item.t, item.speed_m_s) for item in inputs if isinstance(item, Belt)]
    assert belts == [(0.0, 0.0), *((float(t), 0.8) for t in range(1, 10))]
    samples = sum(len(item.acc) for item in inputs if isinstance(item, Packet))
    assert 990 <= samples <= 1000


def test_commands_of_the_script_arrive_at_their_times():
    script = WALKS + 'command = [{ at_s = 5.2, name = "mark" }, { at_s = 2, name = "start" }]\n'
    inputs = Simulation(parse(script)).inputs()
    commands = [(c.t, c.name, c.source) for c in inputs if isinstance(c, Command)]
    assert commands == [(2.0, "start", "scenario"), (5.2, "mark", "scenario")]


def test_a_run_is_the_same_again_unless_its_seed_is_another():
    def samples(seed: int | None = None) -> bytes:
        return collect(Simulation(parse(WALKS), seed)).sensors["trunk"][1].tobytes()

    assert samples() == samples() == samples(1)  # the scenario's own seed
    assert samples() != samples(2)


def test_a_person_who_follows_presses_when_asked_and_the_truth_says_what_was_heard():
    simulation = Simulation(parse(FOLLOWS))
    inputs = simulation.inputs()
    first = next(item for item in inputs if item.t >= 3.0)
    assert simulation.hear("check_in")
    assert not simulation.hear("half_time")
    (press,) = (item for item in inputs if isinstance(item, Command))
    assert (press.name, press.source) == ("press", "person")
    assert press.t == pytest.approx(first.t + 1.5, abs=0.5)
    heard = [row.value for row in simulation.truth if row.kind == "heard"]
    assert heard == ["check_in", "half_time (ignored)"]


def test_only_as_much_truth_is_kept_as_was_asked_for():
    simulation = Simulation(parse(WALKS), keep_truth=3)
    for _ in simulation.inputs():
        pass
    assert len(simulation.truth) == 3
    assert all(8.0 < row.t_s < 10.0 for row in simulation.truth)


def test_collected_times_are_the_runs_own_even_if_the_sensors_clock_is_not():
    unsynced = WALKS + "link = { synced = false, skew_ppm = 10000.0, samples = 1 }\n"
    for script in (WALKS, unsynced):
        table = collect(Simulation(parse(script)))
        t, acc, gyr = table.sensors["trunk"]
        assert gyr is not None
        assert t.shape == acc.shape[:1] == gyr.shape[:1]
        assert t[0] == pytest.approx(0.0, abs=0.05)
        assert t[-1] == pytest.approx(10.0, abs=0.1)
        assert table.belt[-1] == (9.0, 0.8, 0.0)
