"""A person who does what the coach's program asks: turns, and sets the belt by hand.

A script of times cannot go through a program whose phases end when the coach says so. With
``[person] follows = true`` the phase prompts that the person hears become actions: a turn, and a
setting of the belt a few seconds later, as somebody would who reaches for the console.
"""

from __future__ import annotations

from msgspec import Struct

from cued.simulation.gaits import Heading

REACH_S = 1.5  # from the end of a prompt to a hand on the console, or to the first step of a turn


class Act(Struct, frozen=True):
    """What a prompt leads to; None leaves things as they are."""

    facing: Heading | None = None
    speed_m_s: float | None = None
    incline_percent: float | None = None


PROMPTS: dict[str, Act] = {
    "settle": Act(speed_m_s=0.8, incline_percent=0.0),
    "turn_slow": Act(speed_m_s=0.3),
    "turn_back": Act(facing="backward", speed_m_s=0.3),
    "backward_walk": Act(speed_m_s=0.4),
    "too_fast": Act(speed_m_s=0.3),
    "backward_uphill": Act(speed_m_s=0.5, incline_percent=4.0),
    "backward_jog": Act(speed_m_s=1.7, incline_percent=0.0),
    "backward_rest": Act(speed_m_s=0.6),
    "turn_front": Act(facing="forward", speed_m_s=0.3, incline_percent=0.0),
    "carry": Act(speed_m_s=1.1),
    "cool_down": Act(speed_m_s=0.7),
    "finished": Act(speed_m_s=0.0),
}
