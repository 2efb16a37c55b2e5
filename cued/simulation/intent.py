"""What the person means to do at a time: the script's ``[[does]]`` summed up, with reactions.

``Will`` answers for any time in order; it holds what the script cannot: that somebody heard a cue
and does what it says.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from cued.simulation.gaits import Heading
from cued.simulation.scenario import ACTIONS, Doing, Person

RUN_M_S = {"forward": 1.95, "backward": 1.6}  # preferred transition (science.md 1.2)
LISTEN_S = (1.5, 3.5)  # from a cue to the change: two to three strides
LASTS_S = 60.0  # how long somebody holds to what a cue said
ACTIVITIES = ("stand", "walk", "run", "go")


class Intent(Struct, frozen=True):
    """What the person means to do now. Angles in rad, factors relative to habit."""

    activity: str = "stand"
    direction: Heading = "forward"
    yaw: float = 0.0
    turning: bool = False
    stretch: float = 1.0
    uneven_percent: float = 0.0
    spread: float = 1.0
    sway: float = 1.0
    liveliness: float = 1.0
    lean: float = 0.0
    pace: float = 1.0
    stumble: float = 0.0
    fallen: float = 0.0  # tilt, degrees

    def runs(self, v: float) -> bool:
        """Whether this is a run at a belt speed."""
        if self.activity == "go":
            return v > RUN_M_S[self.direction]
        return self.activity == "run"


class Will:
    """The script and what was heard, asked in order of time."""

    def __init__(self, does: tuple[Doing, ...], person: Person, rng: np.random.Generator) -> None:
        self.does = tuple(sorted(does, key=lambda d: d.at_s))
        self._person, self._rng = person, rng
        self._stumbled = 0
        self._obeys: list[tuple[float, float]] = []

    def hear(self, key: str, t: float) -> bool:
        """Take in a cue; True when the person will do as it says."""
        if not key.startswith("overlong"):
            return False
        if float(self._rng.random()) >= self._person.responsive:
            return False
        self._obeys = [w for w in self._obeys if w[1] > t]
        self._obeys.append((t + float(self._rng.uniform(*LISTEN_S)), t + LASTS_S))
        return True

    def at(self, t: float) -> Intent:
        """Sum up what is meant at a time."""
        activity, yaw, turning = "stand", 0.0, False
        fallen, pace = 0.0, 1.0
        stretch = uneven = lean = 0.0
        spread = sway = live = 1.0
        stumble = self._stumble(t)
        for d in self.does:
            if d.at_s > t:
                break
            by, on = size(d), t < d.at_s + duration(d)
            match d.what:
                case "stand" | "walk" | "run" | "go":
                    activity = d.what
                case "step_off":
                    activity = "stand"
                case "fall":
                    fallen = by
                case "face_back":
                    yaw = math.pi
                case "turn":
                    part = min(1.0, (t - d.at_s) / duration(d))
                    yaw += math.radians(by) * part
                    turning = turning or part < 1.0
                case "tire":
                    pace *= max(0.7, 1.0 - by / 100.0 * (t - d.at_s) / 600.0)
                case "overlong":
                    stretch += by / 100.0 if on else 0.0
                case "uneven":
                    uneven += by if on else 0.0
                case "unsteady" if on:
                    spread, sway = by, by
                case "lean":
                    lean += math.radians(by) if on else 0.0
                case "hold_rail" if on:
                    live = 0.65
                case _:
                    pass
        if any(start <= t < end for start, end in self._obeys):
            stretch = 0.1 * stretch
        return Intent(
            activity=activity,
            direction="forward" if math.cos(yaw) > 0.0 else "backward",
            yaw=yaw,
            turning=turning,
            stretch=1.0 + stretch,
            uneven_percent=uneven,
            spread=spread,
            sway=sway,
            liveliness=live,
            lean=lean,
            pace=pace,
            stumble=stumble,
            fallen=fallen,
        )

    def _stumble(self, t: float) -> float:
        """Size of a stumble that is due and was not taken yet."""
        due = [d for d in self.does if d.what == "stumble" and d.at_s <= t]
        if len(due) <= self._stumbled:
            return 0.0
        self._stumbled = len(due)
        return size(due[-1])


def size(d: Doing) -> float:
    """How much: ``by`` or its default."""
    default = ACTIONS[d.what].by
    return d.by if d.by is not None else (default if default is not None else 0.0)


def duration(d: Doing) -> float:
    """How long: ``for_s`` or its default."""
    default = ACTIONS[d.what].for_s
    return d.for_s if d.for_s is not None else (default if default is not None else 0.0)
