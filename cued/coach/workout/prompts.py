"""What is said on entering a phase, line by line; each waits for the voice to be free.

A line stays the next one until it was said. Nobody is told to turn round on a belt that is known to
be fast: first to slow it, and the rest when it has slowed.
"""

from __future__ import annotations

from collections import deque

from cued.coach.config import CoachConfig
from cued.coach.workout.ladder import TURN_M_S, Prescription, pace_m_s
from cued.coach.workout.phases import IDLE, PHASES, TURNS
from cued.model import Belt, Direction

Line = tuple[str, dict[str, float]]
UNITS = {"km/h": 3.6, "mph": 2.2369}
SPEED_OFF_M_S = 0.05
INCLINE_OFF_PERCENT = 0.5
AGAIN_S = 20.0


class Script:
    """Lines still to be said."""

    def __init__(self, plan: CoachConfig) -> None:
        self._plan = plan
        self._lines: deque[Line] = deque()
        self._begun = 0.0

    def line(self, belt: Belt | None) -> Line | None:
        """Show the next line that can be said now."""
        line = self._lines[0] if self._lines else None
        return None if line and line[0] in TURNS and _fast(belt) else line

    def said(self, key: str) -> None:
        """Take it that a line was said."""
        if self._lines and self._lines[0][0] == key:
            self._lines.popleft()

    def clear(self) -> None:
        """Say no more: the runner goes on where they were."""
        self._lines.clear()

    def remind(self, phase: str, belt: Belt | None, facing: Direction, now: float) -> None:
        """Ask again to turn round who goes on walking the other way."""
        if facing in ("unknown", TURNS.get(phase, facing)) or now - self._begun < AGAIN_S:
            return
        self._lines.clear()
        self._begun = now
        self._enter(phase, belt, slow_first=True)

    def begin(
        self, phase: str, belt: Belt | None, now: float, *, resumed: bool, spotter: bool
    ) -> None:
        """Line up a phase's own words; one that goes on after a pause needs no introduction."""
        self._lines.clear()
        self._begun = now
        if resumed:
            self._say("resumed")
            if phase not in TURNS:
                return
        if phase == IDLE:
            self._say("finished")
        self._enter(phase, belt, slow_first=not self._plan.belt_requests)
        if phase == "check_in" and spotter:
            self._say("check_spotter")

    def _enter(self, phase: str, belt: Belt | None, *, slow_first: bool) -> None:
        if slow_first and phase in TURNS and (belt is None or _fast(belt)):
            self._say("turn_slow")
        for key in PHASES[phase].says:
            self._say(key)

    def settings(self, due: Prescription, phase: str, belt: Belt | None) -> None:
        """Say what to set the belt to, where it is set by hand and differs."""
        if self._plan.belt_requests:
            return
        speed = pace_m_s(due, phase)
        if belt is None or abs(belt.speed_m_s - speed) > SPEED_OFF_M_S:
            self._say("belt_at", speed=speed * UNITS[self._plan.speed_unit])
        self.incline(due.incline_percent if phase == "backward_uphill" else 0.0, belt)

    def incline(self, wanted: float, belt: Belt | None) -> None:
        """Say what to set the incline to, where it is set by hand and differs."""
        has = belt.incline_percent if belt else 0.0
        if abs(has - wanted) > INCLINE_OFF_PERCENT and not self._plan.belt_requests:
            self._say("incline_at", percent=wanted)

    def standing(self, before: int, after: int) -> None:
        """Say where the ladder leads next time."""
        if after != before:
            self._say("stage_up" if after > before else "stage_down")

    def _say(self, key: str, **blanks: float) -> None:
        self._lines.append((key, blanks))


def _fast(belt: Belt | None) -> bool:
    return belt is not None and belt.speed_m_s > TURN_M_S + SPEED_OFF_M_S
