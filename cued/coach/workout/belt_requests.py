"""What the coach asks of a connected treadmill, if the runner has consented.

Rules: it never starts a belt that stands and never stops one under somebody who turns, it never
asks for more than the stage's limit, and how a change is made (slow ramps, never a jerk) is the
treadmill source's business. It asks for nothing faster or steeper while something speaks against
that (``against_more``): such a wish waits until it is safe, or until the phase is over.
"""

from __future__ import annotations

from msgspec.structs import replace

from cued.coach.known import Known
from cued.coach.workout.ladder import SLOW_M_S
from cued.model import BeltRequest


class Wish:
    """What is wanted of the belt, until nothing speaks against it."""

    def __init__(self) -> None:
        self._wish: BeltRequest | None = None

    def enter(self, known: Known) -> None:
        """Want what the phase wants, and nothing that was wanted before."""
        self._wish = asked_of_belt(known)

    def add(self, request: BeltRequest | None) -> None:
        """Want what is wanted within the phase, if there is something."""
        self._wish = request or self._wish

    def pop(self, known: Known, *, lost: bool) -> list[BeltRequest]:
        """Return the request that can be made now, once."""
        wish = self._wish
        if wish is None or (asks_more(wish, known) and against_more(known, lost=lost)):
            return []
        self._wish = None
        return [replace(wish, t=known.now)] if known.belt_moves else []


def asked_of_belt(known: Known) -> BeltRequest | None:
    """Return the request on entering a phase, or None."""
    belt = known.belt
    if known.by_hand or belt is None or not known.belt_moves or not known.program:
        return None
    if known.spec.pace == "own":
        return None
    turns = known.spec.pace == "turn"
    speed = min(belt.speed_m_s, SLOW_M_S) if turns else round(known.due_m_s or SLOW_M_S, 2)
    incline = 0.0 if turns else known.due_percent
    return BeltRequest(t=known.now, speed_m_s=speed, incline_percent=incline, why=known.phase)


def against_more(known: Known, *, lost: bool) -> str:
    """Return what speaks against a faster or steeper belt now, or an empty text.

    lost : a sensor is lost.
    """
    if lost or known.blind:
        return "while a sensor is lost"
    if known.hold == "fall":
        return "after a fall"
    if known.upset or known.hold == "after_stumble":
        return "while unsteady"
    if known.wrong:
        return "while something is wrong"
    if known.walking and (known.direction == "unknown" or known.against_s > 0.0):
        return "while the direction is in doubt"
    return ""


def asks_more(request: BeltRequest, known: Known) -> bool:
    """Return whether a request is for a faster or steeper belt than there is known to be."""
    speed, incline = request.speed_m_s, request.incline_percent
    faster = speed is not None and (known.belt is None or speed > known.belt.speed_m_s)
    has = known.belt.incline_percent if known.belt else 0.0
    return faster or (incline is not None and incline > has)
