"""A runner at stride-event level, who obeys the coach (or not)."""

from __future__ import annotations

import copy
from functools import cache

from cued.coach.workout.memory import Memory, Past
from cued.model import (
    AnyEvent,
    BeltState,
    Command,
    Cue,
    Direction,
    Fall,
    Footfall,
    Gait,
    Input,
    Link,
    Mode,
    Phase,
    Side,
    Stride,
    Stumble,
    Summary,
    Tick,
)
from tests.coach.walk import given, new_coach, stride

DAY = 86400.0
JOGGER = Memory(
    stage=4, sessions=20, past=(Past(age_s=8 * DAY, backward_s=300.0, peak_m_s=1.5, stage=4),)
)
CLIMBER = Memory(
    stage=2, sessions=8, past=(Past(age_s=8 * DAY, backward_s=300.0, peak_m_s=0.7, stage=2),)
)


class Runner:
    """Walks stride by stride, and keeps every resulting event in ``events``."""

    def __init__(self, memory: Memory | None = None, t: float = 0.0, **options: object) -> None:
        self.coach = new_coach(memory, **{"program": True, **options})
        self.answers = True
        self.onward = False
        self.t = t
        self.phase = "idle"
        self.events: list[AnyEvent] = []
        self.direction: Direction = "unknown"
        self.mode: Mode = "unknown"
        self.speed = 0.0
        self.stride_s = 1.1
        self.sides: tuple[Side, ...] = ("left", "right")  # the feet with a sensor
        self.fed: list[Stride] = []
        self.stumbles: list[tuple[float, int]] = []  # and the number of events before
        self.steps: list[float] = []
        self.entered: dict[tuple[float, str], tuple[int, float]] = {}  # stage, time backward left

    def feed(self, item: Input | AnyEvent) -> list[AnyEvent]:
        """Feed the coach one item."""
        out = self.coach.feed(item, self.t)
        if isinstance(item, Stride):
            self.fed.append(item)
        if isinstance(item, Stumble):
            self.stumbles.append((item.t, len(self.events)))
        if isinstance(item, Footfall):
            self.steps.append(item.t)
        for event in out:
            if isinstance(event, Phase):
                self.phase = event.name
                left_s = self.coach.known.left_s or 0.0
                self.entered[event.t, event.name] = self.coach.known.stage, left_s
        self.events += out
        asked = given(out)
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
        """Change direction or mode."""
        if (direction, mode) != (self.direction, self.mode):
            self.direction, self.mode = direction, mode
            self.feed(Gait(t=self.t, mode=mode, direction=direction))

    def stand(self, seconds: float) -> None:
        """Stand while time passes."""
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
        """Walk for a time, or until a phase is entered."""
        self.gait(direction, mode)
        end = self.t + seconds
        n = 0
        while self.t < end and (not until or self.phase != until):
            n += 1
            duration = self.stride_s * factor * (1.0 + 0.01 * (n % 5 - 2))
            self.t += duration
            for side in self.sides:
                self.feed(Footfall(t=self.t, side=side, sensor="foot"))
                self.feed(stride(self.t, side, duration, self.speed, mode, direction))
            self.feed(Tick(t=self.t))

    def faces_back(self) -> bool:
        """Return whether an obedient runner faces backward now."""
        spec = self.coach.known.spec
        return spec.backward or spec.turn == "backward" or self.phase.startswith("mount")

    def obey(self, seconds: float, factor: float = 1.0, until: str = "") -> None:
        """Walk or stand for a time, as the program asks now."""
        mode: Mode = "running" if self.phase == "backward_jog" else "walking"
        self.walk(seconds, "backward" if self.faces_back() else "forward", mode, factor, until)

    def obey_until(self, phase: str) -> None:
        """Obey the program until a phase is entered."""
        while self.phase != phase:
            assert self.t < 3600.0, f"{phase} never reached"
            self.obey(5.0, until=phase)

    def phases(self) -> list[str]:
        """The phases entered, in order."""
        return [e.name for e in self.events if isinstance(e, Phase)]

    def cues(self, key: str = "") -> list[Cue]:
        """The cues given, of one key or all."""
        return given(self.events, key or None)

    def summaries(self) -> list[Summary]:
        """The summaries of the sessions that ended."""
        return [e for e in self.events if isinstance(e, Summary)]

    def copy(self) -> Runner:
        """An independent runner in the same state."""
        return copy.deepcopy(self)

    def __deepcopy__(self, memo: dict[int, object]) -> Runner:
        other = copy.copy(self)
        for name, value in vars(self).items():  # except the coach, these never change
            setattr(other, name, copy.copy(value))
        other.coach = copy.deepcopy(self.coach, memo)
        return other


def follow(runner: Runner, most_s: float = 3600.0, speed: float | None = None) -> None:
    """Obey the program until the session is over, also in setting the belt."""
    end = runner.t + most_s
    began = False
    while runner.t < end and (not began or runner.phase != "idle"):
        known = runner.coach.known
        wanted = speed if speed is not None else (known.due_m_s or runner.speed or 0.5)
        if (runner.faces_back() and abs(wanted - runner.speed) > 1e-6) or not runner.speed:
            runner.belt(wanted)
        runner.obey(5.0)
        began = began or runner.phase != "idle"
    runner.belt(0.0)


@cache
def there(phase: str) -> Runner:
    """Return a runner who has just entered a phase."""
    memory = CLIMBER if phase in ("backward_uphill", "mount_uphill") else JOGGER
    runner = Runner(memory, program=phase != "free_run", profile="variety_for_a_runner")
    runner.feed(Link(t=0.0, sensor="foot", state="up", age_s=0.0))
    runner.belt(0.6)
    if phase in ("paused", "blind", "fallen"):
        runner = there("settle").copy()
        enter(runner, phase)
        return runner
    if phase == "rest":
        runner = there("fallen").copy()
        runner.say("acknowledge")
        runner.stand(5.0)  # the alarm is over
        return runner
    runner.walk(2.0)
    runner.obey_until(phase)
    return runner


def enter(runner: Runner, overlay: str) -> None:
    """Interrupt a phase."""
    if overlay == "paused":
        runner.say("pause")
    elif overlay == "blind":
        runner.feed(Link(t=runner.t, sensor="foot", state="lost", age_s=1.0))
    else:
        runner.feed(Fall(t=runner.t, stage="confirmed"))


def carrying(**options: object) -> Runner:
    """Return a runner at the end of the first carry's same speed, after shorter steps backward."""
    runner = Runner(**options)
    runner.belt(0.5)
    runner.walk(600.0, until="turn_back")
    runner.walk(20.0, "backward", factor=0.9)
    runner.walk(200.0, "backward", factor=0.9, until="turn_front")
    runner.walk(40.0, factor=0.95)
    assert runner.phase == "carry"
    return runner
