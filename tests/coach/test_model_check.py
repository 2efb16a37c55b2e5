"""No sequence of inputs brings the coach into a forbidden state."""

from __future__ import annotations

import copy

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Steps
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cued.coach.commands import NAMES
from cued.coach.voice.phrases import load
from cued.coach.workout.ladder import STAGES
from cued.coach.workout.memory import Memory
from cued.coach.workout.phases import PHASES
from cued.coach.workout.profile import PROFILES
from cued.model import (
    AnyEvent,
    Battery,
    Cue,
    CueDone,
    Direction,
    Fall,
    Link,
    Mode,
    Phase,
    Priority,
    Stability,
    Stumble,
)
from tests.coach.runner import Runner

WORDS = load("en")
VALUES = st.none() | st.floats(0.0, 8.0) | st.sampled_from(["a", "b", ""])


class Session(RuleBasedStateMachine):
    """A runner, a belt, sensors and a person with buttons, all unpredictable."""

    @initialize(
        profile=st.sampled_from(PROFILES),
        program=st.booleans(),
        stage=st.integers(0, 4),
        seen=st.integers(0, 3),
    )
    def begin(self, profile: str, program: bool, stage: int, seen: int) -> None:
        memory = Memory(stage=stage, sessions=seen, clean_sessions=seen)
        self.runner = Runner(memory, profile=profile, program=program, metronome=True)
        self.runner.feed(Link(t=0.0, sensor="foot", state="up", age_s=0.0))
        self.checked = 0
        self.phase = "idle"
        self.speaking_until = float("-inf")
        self.speaking = -1
        self.technique: list[float] = []

    @rule(
        seconds=st.floats(1.0, 90.0),
        direction=st.sampled_from(["forward", "backward", "unknown"]),
        mode=st.sampled_from(["walking", "running"]),
        factor=st.sampled_from([0.85, 1.0, 1.0, 1.0, 1.15, 1.4]),
    )
    def walk(self, seconds: float, direction: Direction, mode: Mode, factor: float) -> None:
        self.runner.walk(seconds, direction, mode, factor)

    @rule(seconds=st.floats(30.0, 400.0), factor=st.sampled_from([1.0, 1.0, 1.25]))
    def obey(self, seconds: float, factor: float) -> None:
        """Obey the program, because random sequences rarely get far."""
        runner, end = self.runner, self.runner.t + seconds
        if not runner.speed:
            runner.belt(0.5)
        while runner.t < end:
            runner.obey(4.0, factor)

    @rule(times=st.integers(1, 4), then=st.sampled_from(["nothing", "stumble", "skip", "mute"]))
    def lengthen(self, times: int, then: str) -> None:
        """Walk evenly, then with long strides; something happens while these are cued."""
        runner = self.runner
        direction = "forward" if runner.direction == "unknown" else runner.direction
        runner.walk(60.0, direction)
        for _ in range(times):
            runner.walk(14.0, direction, factor=1.3)
            if then == "stumble":
                runner.feed(Stumble(t=runner.t, score=2.0))
            elif then != "nothing":
                runner.say(then)

    @rule(seconds=st.floats(0.5, 150.0))
    def stand(self, seconds: float) -> None:
        self.runner.stand(seconds)

    @rule(speed=st.floats(0.0, 3.0), incline=st.sampled_from([0.0, 0.0, 4.0]))
    def belt(self, speed: float, incline: float) -> None:
        self.runner.belt(speed, incline)

    @rule(name=st.sampled_from(NAMES), value=VALUES)
    def command(self, name: str, value: float | str | None) -> None:
        self.runner.say(name, value)

    @rule(lost=st.booleans(), sensor=st.sampled_from(["foot", "trunk"]))
    def link(self, lost: bool, sensor: str) -> None:
        state = "lost" if lost else "up"
        self.runner.feed(Link(t=self.runner.t, sensor=sensor, state=state, age_s=1.0))

    @rule(score=st.floats(1.0, 5.0))
    def stumble(self, score: float) -> None:
        self.runner.feed(Stumble(t=self.runner.t, score=score))

    @rule(stage=st.sampled_from(["possible", "confirmed"]))
    def fall(self, stage: str) -> None:
        self.runner.feed(Fall(t=self.runner.t, stage=stage))  # type: ignore[arg-type]

    @rule(level=st.sampled_from(["steady", "unsteady", "unknown"]))
    def stability(self, level: str) -> None:
        self.runner.feed(Stability(t=self.runner.t, level=level, score=None))  # type: ignore[arg-type]

    @rule(key=st.sampled_from(WORDS.keys()), ok=st.booleans())
    def cue_done(self, key: str, ok: bool) -> None:
        self.runner.feed(CueDone(t=self.runner.t, key=key, channel="sound", ok=ok))
        if key == getattr(self, "speaking_key", ""):
            self.speaking_until = min(self.speaking_until, self.runner.t)

    @rule(percent=st.floats(0.0, 100.0))
    def battery(self, percent: float) -> None:
        self.runner.feed(Battery(t=self.runner.t, sensor="foot", percent=percent))

    @rule()
    def copy_goes_on_identically(self) -> None:
        other = copy.deepcopy(self.runner)
        n = len(self.runner.events)
        for runner in (self.runner, other):
            runner.walk(5.0, "backward")
            runner.say("skip")
        mine, theirs = self.runner.events[n:], other.events[n:]
        assert msgspec.json.encode(mine) == msgspec.json.encode(theirs)

    @invariant()
    def nothing_happened_that_must_not(self) -> None:
        if not hasattr(self, "runner"):
            return
        while self.checked < len(self.runner.events):
            self.check(self.runner.events[self.checked])
            self.checked += 1

    def check(self, event: AnyEvent) -> None:
        if isinstance(event, Phase):
            self.phase_entered(event)
        if not isinstance(event, Cue) or event.verdict != "given":
            return
        self.one_voice(event)
        if event.priority == Priority.TECHNIQUE:
            self.technique_is_allowed(event)

    def one_voice(self, cue: Cue) -> None:
        if not (cue.text or cue.tone):
            return
        assert cue.t >= self.speaking_until or cue.priority > self.speaking, "two voices at once"
        self.speaking, self.speaking_key = cue.priority, cue.key
        self.speaking_until = cue.t + max(WORDS.seconds(cue.text), 0.5) - 1e-9

    def technique_is_allowed(self, cue: Cue) -> None:
        assert self.phase not in ("idle", "paused", "blind", "fallen", "check_in")
        last = self.technique[-1] if self.technique else float("-inf")
        assert cue.t - last >= 15.0
        self.technique.append(cue.t)
        assert sum(cue.t - t < 60.0 for t in self.technique) <= 3
        stumbles = [t for t, before in self.runner.stumbles if before <= self.checked]
        if stumbles:
            assert sum(stumbles[-1] < t <= cue.t for t in self.runner.steps) >= 12
        began = max(e.t for e in self.runner.events if isinstance(e, Phase) and e.t <= cue.t)
        assert cue.t - began >= 10.0

    def phase_entered(self, phase: Phase) -> None:
        self.phase = phase.name
        number, left_s = self.runner.entered[phase.t, phase.name]
        stage = STAGES[number]
        assert phase.name != "backward_uphill" or stage.uphill, "a skipped stage"
        assert phase.name != "backward_jog" or stage.jog, "a skipped stage"
        if PHASES[phase.name].backward:
            assert left_s > 0.0, "an exceeded cap"


Session.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    phases=(Steps.explicit, Steps.reuse, Steps.generate),  # shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
TestSession = Session.TestCase
