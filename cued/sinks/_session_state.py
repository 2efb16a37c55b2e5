"""The present state of a station, derived from events for topics, page, console and light.

Rules
-----
* A value is valid until the core ends it (``gait/fusion/ages.py``); nothing expires here. A result
  that the coach measures once in a session (such as the carry-over) is valid until its end.
* The alarm of a possible fall lasts as long as the coach's, that of a confirmed one until it is
  acknowledged or the session is stopped.
* Inputs supply what no event contains: batteries, the requested runner, and the time.
"""

from __future__ import annotations

from typing import Literal

from cued.coach.safety import POSSIBLE_LASTS_S
from cued.coach.workout.phases import IDLE, PHASES
from cued.coach.workout.stranger import ASKED, GUEST, OTHER, SAME
from cued.model import (
    AnyEvent,
    Band,
    Battery,
    BeltRequest,
    BeltState,
    Command,
    CommandResult,
    Fall,
    Gait,
    Input,
    Link,
    LinkState,
    Measurement,
    Mounting,
    Notice,
    Phase,
    Stability,
)

Alarm = Literal["", "possible", "confirmed"]

OVERLAYS = frozenset(name for name, spec in PHASES.items() if spec.overlay)


class SessionState:
    """Follows a station."""

    def __init__(self, runner: str = "", profile: str = "") -> None:
        self.t = 0.0
        self.phase = Phase(t=0.0, name=IDLE, from_=IDLE, why="")
        self.entered = False  # any phase has been reported
        self.began: float | None = None
        self.gait = Gait(t=0.0, mode="unknown", direction="unknown")
        self.stability = Stability(t=0.0, level="unknown", score=None)
        self.values: dict[str, Measurement] = {}
        self.links: dict[str, LinkState] = {}
        self.batteries: dict[str, float] = {}
        self.fronts: dict[str, str] = {}  # trunk sensor: how its front is known
        self.belt = BeltState(t=0.0, speed_m_s=None)
        self.asked_m_s: float | None = None  # belt speed that the coach asks for in this phase
        self.muted = False
        self.runner, self.profile = runner, profile
        self.band_m: tuple[float, float] | None = None  # low and high end of a stride's length
        self._chosen: dict[str, str] = {}  # command: value, in effect once it is accepted
        self._fall: Fall | None = None
        self.asks = ""  # the open question whether another runner walks
        self._guest = False

    @property
    def alarm(self) -> Alarm:
        """The stage of an unacknowledged fall, or nothing."""
        fall = self._fall
        if fall is None:
            return ""
        if fall.stage == "possible" and self.t - fall.t > POSSIBLE_LASTS_S:
            return ""
        return fall.stage

    def value(self, name: str) -> float | None:
        """Return a metric's present value."""
        measured = self.values.get(name)
        return measured.value if measured else None

    def watch(self, item: Input) -> None:
        """Process an input."""
        self.t = max(self.t, item.t)
        match item:
            case Battery():
                self.batteries[item.sensor] = item.percent
            case Command(name="runner" | "profile"):
                self._chosen[item.name] = str(item.value or "").strip()
            case _:
                pass

    def take(self, event: AnyEvent) -> None:
        """Process an event."""
        self.t = max(self.t, event.t)
        match event:
            case Measurement():
                self._measured(event)
            case Stability():
                self.stability = event
            case Band(low_m=low, high_m=high):
                self.band_m = None if low is None or high is None else (low, high)
            case Gait():
                self.gait = event
            case BeltState():
                self.belt = event
            case Link() | Mounting():
                self._sensor(event)
            case Phase():
                self._enter(event)
            case BeltRequest() if event.speed_m_s is not None:
                self.asked_m_s = event.speed_m_s
            case Fall() if self._fall is None or event.stage == "confirmed" or not self.alarm:
                self._fall = event
            case Notice():
                self._noticed(event.code)
            case CommandResult(ok=True):
                self._answered(event.name)
            case _:
                pass

    def _measured(self, event: Measurement) -> None:
        """Keep a value; a null one ends it."""
        if event.value is None:
            self.values.pop(event.name, None)
        else:
            self.values[event.name] = event

    def _sensor(self, event: Link | Mounting) -> None:
        if isinstance(event, Link):
            self.links[event.sensor] = event.state
        elif event.front != "unknown" or event.state == "level" or event.sensor in self.fronts:
            self.fronts[event.sensor] = event.front if event.state == "known" else "unknown"

    def shown_runner(self) -> str:
        """Return the name of the present runner."""
        return GUEST if self._guest else self.runner

    def _noticed(self, code: str) -> None:
        if code == "fall_acknowledged":
            self._fall = None
        elif code in (ASKED, SAME, OTHER, "new_engine"):  # a new engine does not know the question
            self.asks = code if code == ASKED else ""
            self._guest = code == OTHER and self.phase.name != IDLE

    def _enter(self, phase: Phase) -> None:
        if "fallen" in (self.phase.name, phase.from_) and phase.name != "fallen":
            self._fall = None
        if phase.from_ == IDLE:
            self.began, self.asks = phase.t, ""
        if phase.name == IDLE:
            self.values.clear()  # the remaining ones are results of the ended session
            self.began, self._guest = None, False
        if phase.name not in OVERLAYS:
            self.asked_m_s = None
        self.phase, self.entered = phase, True

    def _answered(self, name: str) -> None:
        if name in ("mute", "unmute"):
            self.muted = name == "mute"
        elif name == "runner":
            self.runner, self.asks = self._chosen.get(name) or self.runner, ""
        elif name == "profile" and self.profile:  # empty without a program
            self.profile = self._chosen.get(name) or self.profile
