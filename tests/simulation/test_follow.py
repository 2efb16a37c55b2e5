"""A person who follows the program's prompts: turns round, and sets the belt by hand."""

from __future__ import annotations

from cued.model import Belt
from cued.simulation.run import Simulation
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
