"""Which stumbles are told: none where the movement itself has just become another one.

What is ordinary is learnt from the last seconds (``trunk/stumble.py``), so the first steps of a
run, of a walk or on a belt that changes are out of it without being a stumble, and who stands does
not stumble. A stumble there is held back, and told when a fall follows: then it was one.

Stumbles of 13 people of SisFall came as early as 1.5 s after the walk began, with no run before.
"""

from __future__ import annotations

from collections import deque

from cued.gait.finding import Disturbance
from cued.model import BeltState, Mode

RUN_S = 3.0  # half of what the ordinary is learnt from, after a run began or ended
WALK_S = 1.0  # after a walk began
BELT_S = 2.0  # after the belt came to a level
FALL_S = 3.0  # a fall so soon after is the stumble's
MEASURED = ("console", "sensor", "typed")  # a stumble itself changes what the feet tell


class Upsets:
    """Sifts stumbles by mode, belt and falls."""

    def __init__(self) -> None:
        self._changes: deque[tuple[float, Mode, Mode]] = deque(maxlen=8)
        self._mode: Mode = "unknown"
        self._belt: BeltState | None = None
        self._held: Disturbance | None = None
        self._fell_t = -1e9

    def move(self, mode: Mode, t: float) -> None:
        """Follow the mode."""
        if mode != self._mode:
            self._changes.append((t, self._mode, mode))
            self._mode = mode

    def belt(self, state: BeltState) -> None:
        """Follow the belt."""
        self._belt = state

    def feed(self, found: Disturbance) -> list[Disturbance]:
        """Process a stumble or a fall and return the stumble that is to be told with it."""
        held, self._held = self._held, None
        if found.kind != "stumble":
            self._fell_t = found.t
            return [held] if held is not None and found.t - held.t <= FALL_S else []
        if abs(found.t - self._fell_t) <= FALL_S or not self._expected(found.t):
            return [found]
        self._held = found
        return []

    def _expected(self, t: float) -> bool:
        """Return whether the movement or the belt changed, so that a jolt at ``t`` says little."""
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
