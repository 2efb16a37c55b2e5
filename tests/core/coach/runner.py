"""A runner at stride-event level, who does what the coach says (or not)."""

from __future__ import annotations

import copy

from cued.coach.coach import Coach
from cued.coach.config import CoachConfig
from cued.coach.voice.phrases import load
from cued.coach.workout.memory import Memory
from cued.model import (
    AnyEvent,
    BeltState,
    Command,
    Cue,
    Direction,
    Footfall,
    Gait,
    Input,
    Mode,
    Phase,
    Stride,
    Stumble,
    Summary,
    Tick,
)
from tests.core.coach.walk import all_rules


class Runner:
    """Walks in steps of one stride; every event that came out is kept in ``events``."""

    def __init__(self, memory: Memory | None = None, t: float = 0.0, **options: object) -> None:
        plan = CoachConfig(**{"program": True, **options})  # type: ignore[arg-type]
        self.coach = Coach(plan, all_rules(), load("en"), memory or Memory())
        self.answers = True
        self.onward = False
        self.t = t
        self.phase = "idle"
        self.events: list[AnyEvent] = []
        self.direction: Direction = "unknown"
        self.mode: Mode = "unknown"
        self.speed = 0.0
        self.stride_s = 1.1
        self.fed: list[Stride] = []
        self.history: list[Stumble] = []
        self.steps: list[float] = []
        self.stages: dict[tuple[float, str], int] = {}
        self.left: dict[tuple[float, str], float] = {}

    def feed(self, item: Input | AnyEvent) -> list[AnyEvent]:
        """Hand the coach an item."""
        out = self.coach.feed(item, self.t)
        if isinstance(item, Stride):
            self.fed.append(item)
        if isinstance(item, Stumble):
            self.history.append(item)
        if isinstance(item, Footfall):
            self.steps.append(item.t)
        for event in out:
            if isinstance(event, Phase):
                self.phase = event.name
                self.stages[event.t, event.name] = self.coach.stage
                self.left[event.t, event.name] = self.coach.known.left_s or 0.0
        self.events += out
        asked = [e for e in out if isinstance(e, Cue) and e.verdict == "given"]
        asks = any(c.key.startswith("check_") for c in asked)
        if self.answers and asks and (self.onward or asked[0].key != "check_onward"):
            self.say("press")
        return out

    def say(self, name: str, value: float | str | None = None) -> list[AnyEvent]:
        """Give a command."""
        return self.feed(Command(t=self.t, name=name, value=value))

    def belt(self, speed: float, incline: float = 0.0) -> None:
        """Set the belt."""
        self.speed = speed
        self.feed(
            BeltState(
                t=self.t,
                speed_m_s=speed,
                incline_percent=incline,
                source="console",
                since=self.t,
            )
        )

    def gait(self, direction: Direction, mode: Mode = "walking") -> None:
        """Face and move another way."""
        if (direction, mode) != (self.direction, self.mode):
            self.direction, self.mode = direction, mode
            self.feed(Gait(t=self.t, mode=mode, direction=direction))

    def stand(self, seconds: float) -> None:
        """Stand; only time passes."""
        self.gait("unknown", "standing")
        end = self.t + seconds
        while self.t < end:
            self.t += 0.5
            self.feed(Tick(t=self.t))

    def walk(
        self,
        seconds: float,
        direction: Direction = "forward",
        mode: Mode = "walking",
        factor: float = 1.0,
        until: str = "",
    ) -> None:
        """Walk for so long, or until a phase is entered."""
        self.gait(direction, mode)
        end = self.t + seconds
        n = 0
        while self.t < end and (not until or self.phase != until):
            n += 1
            duration = self.stride_s * factor * (1.0 + 0.01 * (n % 5 - 2))
            self.t += duration
            for side in ("left", "right"):
                self.feed(Footfall(t=self.t, side=side, sensor="foot"))
                self.feed(
                    Stride(
                        t=self.t,
                        side=side,
                        duration_s=duration,
                        length_m=self.speed * duration,
                        speed_m_s=self.speed,
                        mode=mode,
                        direction=direction,
                    )
                )
            self.feed(Tick(t=self.t))

    def steps_since(self, t: float, until: float) -> int:
        """Footfalls after a time."""
        return sum(t < step <= until for step in self.steps)

    def stage_at(self, phase: Phase) -> int:
        """The stage of the ladder on entering a phase."""
        return self.stages[phase.t, phase.name]

    def left_at(self, phase: Phase) -> float:
        """The time backward left on entering a phase."""
        return self.left[phase.t, phase.name]

    def phases(self) -> list[str]:
        """The phases entered, in order."""
        return [e.name for e in self.events if isinstance(e, Phase)]

    def cues(self, key: str = "") -> list[Cue]:
        """The cues given, of one key or all."""
        cues = [e for e in self.events if isinstance(e, Cue) and e.verdict == "given"]
        return [c for c in cues if not key or c.key == key]

    def summaries(self) -> list[Summary]:
        """The summaries of the sessions that ended."""
        return [e for e in self.events if isinstance(e, Summary)]

    def copy(self) -> Runner:
        """An independent runner in the same state."""
        return copy.deepcopy(self)


def follow(runner: Runner, most_s: float = 3600.0, speed: float | None = None) -> None:
    """Do what the program says until the session is over, setting the belt as told."""
    end = runner.t + most_s
    began = False
    while runner.t < end and (not began or runner.phase != "idle"):
        known = runner.coach.known
        backward = known.spec.backward or known.spec.turn == "backward" or "mount" in known.phase
        direction: Direction = "backward" if backward else "forward"
        mode: Mode = "running" if runner.phase == "backward_jog" else "walking"
        wanted = speed if speed is not None else (known.due_m_s or runner.speed or 0.5)
        if (backward and abs(wanted - runner.speed) > 1e-6) or not runner.speed:
            runner.belt(wanted)
        runner.walk(5.0, direction, mode)
        began = began or runner.phase != "idle"
    runner.belt(0.0)
