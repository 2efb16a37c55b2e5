"""A person who does what the coach's program asks: turns, sets the belt, steps on the rails.

A script of times cannot go through a program whose phases end when the coach says so. With
``[person] follows = true`` the prompts that the person hears become actions: a press, a turn, a
setting of the belt a few seconds later, as somebody would who reaches for the console.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cued.simulation.gaits import Heading
from cued.simulation.scenario import Action

REACH_S = 1.5  # from the end of a prompt to a hand on the console, or to the first step of a turn
SPEEDS = {"belt_at": 3.6, "belt_at_mph": 2.2369}  # what a setting is told in, a unit for each m/s


class Act(Struct, frozen=True):
    """What a prompt leads to; None leaves things as they are."""

    facing: Heading | None = None
    speed_m_s: float | None = None
    incline_percent: float | None = None
    press: bool = False
    does: Action | None = None


YES = Act(press=True)
PROMPTS: dict[str, Act] = {  # speeds and s as a person would press; chosen
    "check_in": YES,
    "check_rails": YES,
    "check_all": YES,
    "check_better": YES,
    "check_spotter": YES,
    "check_onward": YES,
    "check_console": YES,
    "start_belt": Act(speed_m_s=0.8, incline_percent=0.0, does="walk"),
    "settle": Act(speed_m_s=0.8, incline_percent=0.0),
    "turn_slow": Act(speed_m_s=0.3),
    "turn_back": Act(facing="backward"),
    "rails": Act(does="stand"),
    "step_on": Act(does="walk"),
    "too_fast": Act(speed_m_s=0.3),
    "far_too_fast": Act(speed_m_s=0.0),
    "turn_front": Act(facing="forward"),
    "own_speed": Act(speed_m_s=1.1),
    "forward_on": Act(speed_m_s=0.8),
    "eased_off": Act(speed_m_s=0.3),
    "cool_down": Act(speed_m_s=0.7),
    "finished": Act(speed_m_s=0.0),
    "away": Act(speed_m_s=0.0),
}


def meant(key: str, because: Mapping[str, float | str | None]) -> Act | None:
    """Return what a prompt leads to, with the number that it told; None for any other cue."""
    speed, percent = because.get("speed"), because.get("percent")
    if key in SPEEDS and isinstance(speed, float):
        return Act(speed_m_s=speed / SPEEDS[key])
    if key == "incline_at" and isinstance(percent, float | int):
        return Act(incline_percent=float(percent))
    return PROMPTS.get(key)
