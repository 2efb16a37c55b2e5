"""What is said on entering a phase, line by line; each waits for the voice to be free."""

from __future__ import annotations

from collections import deque

from cued.coach.config import CoachConfig
from cued.coach.ladder import Prescription
from cued.coach.program import IDLE, PHASES
from cued.model import Belt

Line = tuple[str, dict[str, float]]
UNITS = {"km/h": 3.6, "mph": 2.2369}
SPEED_OFF_M_S = 0.05
INCLINE_OFF_PERCENT = 0.5


class Script:
    """Lines still to be said."""

    def __init__(self, plan: CoachConfig) -> None:
        self._plan = plan
        self._lines: deque[Line] = deque()

    def take(self) -> Line | None:
        """Take the next line."""
        return self._lines.popleft() if self._lines else None

    def clear(self) -> None:
        """Say no more: the runner goes on where they were."""
        self._lines.clear()

    def begin(self, phase: str, *, resumed: bool, spotter: bool) -> None:
        """Line up a phase's own words; one that goes on after a pause needs no introduction."""
        self._lines.clear()
        if resumed:
            self._say("resumed")
            if phase != "turn_back":
                return
        if phase == IDLE:
            self._say("finished")
        for key in PHASES[phase].says:
            self._say(key)
        if phase == "check_in" and spotter:
            self._say("check_spotter")

    def settings(self, due: Prescription, uphill: bool, belt: Belt | None) -> None:
        """Say what to set the belt to, where it is set by hand and differs."""
        if self._plan.belt_requests:
            return
        if belt is None or abs(belt.speed_m_s - due.speed_m_s) > SPEED_OFF_M_S:
            self._say("belt_at", speed=due.speed_m_s * UNITS[self._plan.speed_unit])
        wanted = due.incline_percent if uphill else 0.0
        has = belt.incline_percent if belt else 0.0
        if abs(has - wanted) > INCLINE_OFF_PERCENT:
            self._say("incline_at", percent=wanted)

    def standing(self, before: int, after: int) -> None:
        """Say where the ladder leads next time."""
        if after != before:
            self._say("stage_up" if after > before else "stage_down")

    def _say(self, key: str, **blanks: float) -> None:
        self._lines.append((key, blanks))
