"""What the coach asks of a connected treadmill, if the runner has consented.

Rules: it never starts a belt that stands, it never asks for more than the stage's limit, and how a
change is made (slow ramps, never a jerk) is the treadmill source's business.
"""

from __future__ import annotations

from cued.coach.config import CoachConfig
from cued.coach.workout import ladder
from cued.coach.workout.phases import PHASES
from cued.coach.workout.session import Session
from cued.model import Belt, BeltRequest, Phase

STANDS_M_S = 0.05


def asked_of_belt(
    plan: CoachConfig, session: Session, phase: Phase, belt: Belt | None, now: float
) -> BeltRequest | None:
    """Return the request on entering a phase, or None."""
    if not plan.belt_requests or belt is None or belt.speed_m_s <= STANDS_M_S:
        return None
    if phase.name in ("turn_back", "turn_front"):
        return BeltRequest(t=now, speed_m_s=0.0, incline_percent=0.0, why=phase.name)
    if not PHASES[phase.name].backward or not session.in_program:
        return None
    due = session.prescription()
    uphill = phase.name == "backward_uphill"
    return BeltRequest(
        t=now,
        speed_m_s=round(ladder.pace_m_s(due, phase.name), 2),
        incline_percent=due.incline_percent if uphill else 0.0,
        why=phase.name,
    )
