"""Asks the runner when the sensors see another direction than the phase expects.

Either the runner turned round unasked, or a sensor is worn the other way round; only the runner
knows. While it lasts there is no technique cue (it would use the wrong baseline), and after 30 s
the program follows the runner. A runner who turns backward on a slow belt is not asked: the program
follows after 4 s (``workout/phase_triggers.py``).
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.model import AnyEvent, Input, Priority
from cued.parts import NoOptions, Part

AFTER_S = 4.0  # chosen, as FOLLOW_S of workout/phase_triggers.py


class WrongDirection(Rule):
    """Asks about a contradiction."""

    needs = frozenset(("stride", "program"))
    keys = ("wrong_direction_backward", "wrong_direction_forward")

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose the question while the contradiction lasts."""
        del news
        lasting, facing = known.against_s, known.direction
        if lasting < AFTER_S or (facing == "backward" and known.belt_slow):
            return None
        return Proposal(
            key=f"wrong_direction_{'backward' if facing == 'backward' else 'forward'}",
            priority=Priority.PHASE,
            theme="program",
            since=known.now - lasting,
            pattern="notice",
            refractory_s=12.0,
            because={
                "seen": facing,
                "expected": known.spec.direction,
                "lasting_s": round(lasting, 1),
            },
        )


PART = Part(NoOptions, WrongDirection)
