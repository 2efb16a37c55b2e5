"""The simulated person's intentions: the script's ``[[does]]``, and reactions to cues.

``Will`` gives the intention at any time, asked in order; it adds to the script that the person
hears cues and obeys them.

A fixed script cannot follow a program whose phases end when the coach says so. With ``[person]
follows = true`` the prompts that the person hears become actions: a press, a turn, a setting of the
belt a few seconds later, as if reaching for the console.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from cued.simulation.gaits import Heading
from cued.simulation.scenario import Action, Person, PlannedAction

REACH_S = 1.5  # from the end of a prompt to a hand on the console, or to the first step of a turn
SPEEDS = {"belt_at": 3.6, "belt_at_mph": 2.2369}  # the prompt's unit of speed, per m/s

RUN_M_S = {
    "forward": 1.95,
    "backward": 1.6,
}  # preferred transition, forward PMID 37336086, backward uncertain
LISTEN_S = (1.5, 3.5)  # from a cue to the change: two to three strides
LASTS_S = 60.0  # how long the person obeys a cue
MENDED = 0.1  # share of the excess stride length left after a cue
CARRIES = ("same_speed", "carry")  # cues on which a person who follows keeps the short step
CARRIED = 0.06  # how much shorter: people can raise their step rate by 5-10 % (retraining studies)
HELD_ON = 0.65  # share of the trunk's movement left with a hand on the rail
ACTIVITIES = ("stand", "walk", "run", "go")


class Intent(Struct, frozen=True):
    """The person's present intention. Angles in rad, factors relative to habit."""

    activity: str = "stand"
    direction: Heading = "forward"
    yaw: float = 0.0
    turning: bool = False
    stretch: float = 1.0
    uneven_percent: float = 0.0
    limps: bool = False
    spread: float = 1.0
    sway: float = 1.0
    liveliness: float = 1.0
    lean: float = 0.0
    pace: float = 1.0
    stumble: float = 0.0
    fallen: float = 0.0  # tilt, degrees

    def runs(self, v: float) -> bool:
        """Return whether the person runs at a belt speed."""
        if self.activity == "go":
            return v > RUN_M_S[self.direction]
        return self.activity == "run"


class Will:
    """The script and the cues heard, asked in order of time."""

    def __init__(
        self, does: tuple[PlannedAction, ...], person: Person, rng: np.random.Generator
    ) -> None:
        self.does = tuple(sorted(does, key=lambda d: d.at_s))
        self._person, self._rng = person, rng
        self._stumbled = 0
        self._obeys: list[tuple[float, float]] = []
        self._carries = (math.inf, math.inf)

    def facing(self, t: float) -> Heading:
        """Return the heading after every turn begun by ``t``."""
        begun = [d for d in self.does if d.at_s <= t]
        yaw, _ = _facing(begun, t + 60.0)
        return "forward" if math.cos(yaw) > 0.0 else "backward"

    def do(self, what: Action, t: float) -> None:
        """Add an action from ``t`` on."""
        self.does = tuple(
            sorted((*self.does, PlannedAction(at_s=t, what=what)), key=lambda d: d.at_s)
        )

    def hear(self, key: str, t: float) -> bool:
        """Process a cue; return True if the person will obey it."""
        if key in CARRIES:
            since, until = self._carries
            self._carries = (since if since <= t < until else t + LISTEN_S[0], t + LASTS_S)
            return self._person.follows
        if key not in ("overlong_stride", "old_pattern"):
            return False
        if float(self._rng.random()) >= self._person.responsive:
            return False
        self._obeys = [w for w in self._obeys if w[1] > t]
        self._obeys.append((t + float(self._rng.uniform(*LISTEN_S)), t + LASTS_S))
        return True

    def at(self, t: float) -> Intent:
        """Return the intention at a time."""
        begun = [d for d in self.does if d.at_s <= t]
        on = {d.what: d.size for d in begun if t < d.at_s + d.lasts_s}
        acts = [d.what for d in begun if d.what in ACTIVITIES or d.what == "step_off"]
        activity = acts[-1] if acts else "stand"
        yaw, turning = _facing(begun, t)
        mended = any(start <= t < end for start, end in self._obeys)
        carries = self._person.follows and self._carries[0] <= t < self._carries[1]
        return Intent(
            activity="stand" if activity == "step_off" else activity,
            direction="forward" if math.cos(yaw) > 0.0 else "backward",
            yaw=yaw,
            turning=turning,
            stretch=1.0
            + on.get("overlong", 0.0) / 100.0 * (MENDED if mended else 1.0)
            - (CARRIED if carries else 0.0),
            uneven_percent=on.get("uneven", 0.0) + on.get("limp", 0.0),
            limps="limp" in on,
            spread=on.get("unsteady", 1.0),
            sway=on.get("unsteady", 1.0),
            liveliness=HELD_ON if "hold_rail" in on else 1.0,
            lean=math.radians(on.get("lean", 0.0)),
            pace=_pace(begun, t),
            stumble=self._stumble(t),
            fallen=max((d.size for d in begun if d.what == "fall"), default=0.0),
        )

    def _stumble(self, t: float) -> float:
        """Return the size of a stumble that is due, once."""
        due = [d for d in self.does if d.what == "stumble" and d.at_s <= t]
        if len(due) <= self._stumbled:
            return 0.0
        self._stumbled = len(due)
        return due[-1].size


def _facing(begun: list[PlannedAction], t: float) -> tuple[float, bool]:
    """Return the heading against the console, rad, and whether it is changing."""
    turns = [d for d in begun if d.what == "turn"]
    parts = [min(1.0, (t - d.at_s) / d.lasts_s) for d in turns]
    yaw = sum(math.radians(d.size) * part for d, part in zip(turns, parts, strict=True))
    yaw += math.pi * sum(d.what == "face_back" for d in begun)
    return yaw, any(part < 1.0 for part in parts)


def _pace(begun: list[PlannedAction], t: float) -> float:
    """Return the share of cadence left after tiring."""
    lost = sum(d.size / 100.0 * (t - d.at_s) / 600.0 for d in begun if d.what == "tire")
    return max(0.7, 1.0 - lost)


class Act(Struct, frozen=True):
    """A person's reaction to a prompt; None leaves things as they are."""

    facing: Heading | None = None
    speed_m_s: float | None = None
    incline_percent: float | None = None
    press: bool = False
    does: Action | None = None


YES = Act(press=True)
PROMPTS: dict[str, Act] = {  # speeds that a person would set; chosen
    "check_in": YES,
    "check_rails": YES,
    "check_all": YES,
    "check_better": YES,
    "check_spotter": YES,
    "check_onward": YES,
    "check_console": YES,
    "start_belt": Act(speed_m_s=0.8, incline_percent=0.0, does="walk"),
    "settle": Act(speed_m_s=0.8, incline_percent=0.0),
    "turn_slow": Act(speed_m_s=0.3),
    "turn_back": Act(facing="backward"),
    "rails": Act(does="stand"),
    "step_on": Act(does="walk"),
    "too_fast": Act(speed_m_s=0.3),
    "far_too_fast": Act(speed_m_s=0.0),
    "turn_front": Act(facing="forward"),
    "own_speed": Act(speed_m_s=1.1),
    "forward_on": Act(speed_m_s=0.8),
    "eased_off": Act(speed_m_s=0.3),
    "cool_down": Act(speed_m_s=0.7),
    "rest": Act(speed_m_s=0.0, does="stand"),
    "finished": Act(speed_m_s=0.0),
    "away": Act(speed_m_s=0.0),
}


def meant(key: str, because: Mapping[str, float | str | None]) -> Act | None:
    """Return the reaction to a prompt, with the number that it names; None for any other cue."""
    speed, percent = because.get("speed"), because.get("percent")
    if key in SPEEDS and isinstance(speed, float):
        return Act(speed_m_s=speed / SPEEDS[key])
    if key == "incline_at" and isinstance(percent, float | int):
        return Act(incline_percent=float(percent))
    return PROMPTS.get(key)
