"""Suppression of false stumbles where the movement itself has just changed.

What is usual is learnt from the last seconds (``trunk/stumble.py``), so the first steps of a run,
of a walk or on a changing belt exceed it without being a stumble, and a person who stands does not
stumble. Such a stumble is held back and reported only if a fall follows.

Stumbles of 13 people of SisFall came as early as 1.5 s after the walk began, with no run before.
"""

from __future__ import annotations

from collections import deque

from cued.gait.finding import Disturbance
from cued.model import BeltState, Mode

RUN_S = 3.0  # after a run began or ended: half of what the usual is learnt from
WALK_S = 1.0  # after a walk began
BELT_S = 2.0  # after the belt came to a level
FALL_S = 3.0  # a fall this soon after belongs to the stumble
MEASURED = ("console", "sensor", "typed")  # not feet, whose speed the stumble itself changes


class StumbleFilter:
    """Decides by mode, belt and falls which stumbles are reported."""

    def __init__(self) -> None:
        self._changes: deque[tuple[float, Mode, Mode]] = deque(maxlen=8)
        self._mode: Mode = "unknown"
        self._belt: BeltState | None = None
        self._held: Disturbance | None = None
        self._fell_t = -1e9

    def move(self, mode: Mode, t: float) -> None:
        """Process the mode."""
        if mode != self._mode:
            self._changes.append((t, self._mode, mode))
            self._mode = mode

    def belt(self, state: BeltState) -> None:
        """Process the belt's state."""
        self._belt = state

    def feed(self, found: Disturbance) -> list[Disturbance]:
        """Process a stumble or a fall and return the stumble to report, if any."""
        held, self._held = self._held, None
        if found.kind != "stumble":
            self._fell_t = found.t
            return [held] if held is not None and found.t - held.t <= FALL_S else []
        if abs(found.t - self._fell_t) <= FALL_S or not self._expected(found.t):
            return [found]
        self._held = found
        return []

    def _expected(self, t: float) -> bool:
        """Return whether a change of movement or belt explains a jolt at ``t``."""
        if self._mode == "standing":
            return True
        belt = self._belt
        if belt and belt.source in MEASURED and (not belt.steady or belt.since > t - BELT_S):
            return True
        return any(
            0.0 <= t - at < (RUN_S if "running" in (before, after) else WALK_S)
            for at, before, after in self._changes
            if "running" in (before, after) or after == "walking"
        )
