"""The coach's requests to a connected treadmill, if the runner has consented.

Rules: the coach never starts a standing belt, never stops one under a runner who turns, and never
asks for more than the stage's limit. The treadmill source makes the change (slow ramps, never a
jerk). A request for a faster or steeper belt waits while there is a reason against it
(``against_more``), and is dropped at the end of the phase.
"""

from __future__ import annotations

from msgspec.structs import replace

from cued.coach.known import Known
from cued.coach.workout.ladder import SLOW_M_S
from cued.model import BeltRequest


class PendingRequest:
    """Holds a request until nothing speaks against it."""

    def __init__(self) -> None:
        self._request: BeltRequest | None = None

    def enter(self, known: Known) -> None:
        """Replace any request by that of the phase just entered."""
        self._request = request_of_phase(known)

    def add(self, request: BeltRequest | None) -> None:
        """Replace the request by one made within the phase, if there is one."""
        self._request = request or self._request

    def pop(self, known: Known, *, lost: bool) -> list[BeltRequest]:
        """Return the request that can be made now, once."""
        request = self._request
        if request is None or (asks_more(request, known) and against_more(known, lost=lost)):
            return []
        self._request = None
        return [replace(request, t=known.now)] if known.belt_moves else []


def request_of_phase(known: Known) -> BeltRequest | None:
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
    """Return the reason against a faster or steeper belt now, or an empty text.

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
    """Return whether a request is for a faster or steeper belt than is known now."""
    speed, incline = request.speed_m_s, request.incline_percent
    faster = speed is not None and (known.belt is None or speed > known.belt.speed_m_s)
    has = known.belt.incline_percent if known.belt else 0.0
    return faster or (incline is not None and incline > has)
