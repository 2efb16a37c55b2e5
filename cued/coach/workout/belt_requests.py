"""What the coach asks of a connected treadmill, if the runner has consented.

Rules: it never starts a belt that stands and never stops one under somebody who turns, it never
asks for more than the stage's limit, and how a change is made (slow ramps, never a jerk) is the
treadmill source's business.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.workout.ladder import SLOW_M_S
from cued.model import BeltRequest


def asked_of_belt(known: Known) -> BeltRequest | None:
    """Return the request on entering a phase, or None."""
    belt = known.belt
    if known.by_hand or belt is None or not known.belt_moves or not known.program:
        return None
    match known.spec.pace:
        case "own":
            return None
        case "turn":
            speed = min(belt.speed_m_s, SLOW_M_S)
            return BeltRequest(t=known.now, speed_m_s=speed, incline_percent=0.0, why=known.phase)
        case "walk" | "due":
            return BeltRequest(
                t=known.now,
                speed_m_s=round(known.due_m_s or SLOW_M_S, 2),
                incline_percent=known.due_percent,
                why=known.phase,
            )
