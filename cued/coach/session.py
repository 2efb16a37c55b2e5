"""A session: which phase it is in, what led there, how much was moved, and when it is over.

Rules of this file
------------------
* It finds the trigger that applies; where that leads is ``program.py``'s business.
* A phase of movement lasts so much time of walking in it, a phase of standing so much time.
* Time backward counts whenever the runner moves backward, in whatever phase, and in a backward
  phase also while the direction is not known.
* A session begins by itself when somebody moves, and ends by itself when nobody does any more.
"""

from __future__ import annotations

from collections import deque

from cued.coach import ladder
from cued.coach.baseline import Baselines
from cued.coach.config import CoachConfig
from cued.coach.ladder import Prescription, Result, Standing
from cued.coach.memory import Memory, Past
from cued.coach.profile import Profile
from cued.coach.program import IDLE, OVERLAYS, PHASES, PhaseSpec, Trigger, after
from cued.coach.rule import Place
from cued.coach.safety import Safety
from cued.coach.tally import Tally
from cued.coach.view import View
from cued.model import AnyEvent, Gait, Imprint, Input, Phase, Stability, Stride, Stumble, Tick

CHECK_S = 12.0  # the questions take so long
TURN_S = 45.0  # long enough to turn with the belt stopped
CONTRADICTED_S = 30.0  # facing the other way for so long: go along with it
BACK_ON_S = 2.0
LONG_PAUSE = 5.0
LONGEST_STEP_S = 2.0  # of time counted at once

Line = tuple[str, dict[str, float]]


class Session:
    """Where a runner is in a session."""

    def __init__(self, plan: CoachConfig, profile: Profile, memory: Memory) -> None:
        self._plan = plan
        self._profile = profile
        self._memory = memory
        self._phase = IDLE
        self._since = 0.0
        self._before = IDLE
        self._paused_by: Trigger = "pause"
        self._elapsed = 0.0
        self._last: float | None = None
        self._loaded = 0.0
        self._armed = True
        self._began = 0.0
        self._moved = 0.0
        self._against: float | None = None
        self._stumbled = False
        self._asked: Trigger | None = None
        self._begin_asked = False
        self._stage = ladder.entered(memory, profile)
        self._rounds = 0
        self._lines: deque[Line] = deque()
        self._kind = "free_run"
        self.tally = Tally()

    @property
    def active(self) -> bool:
        """A session is going on."""
        return self._phase != IDLE

    @property
    def in_program(self) -> bool:
        """It is a workout in phases."""
        return self.active and "free_run" not in (self._phase, self._before)

    @property
    def stage(self) -> int:
        """Stage of the ladder that holds now."""
        return self._stage

    @property
    def phase(self) -> str:
        """Name of the phase."""
        return self._phase

    @property
    def memory(self) -> Memory:
        """The runner's memory."""
        return self._memory

    @property
    def contradicted_s(self) -> float:
        """For how long the sensors have seen another direction than the phase asks for."""
        return (self._last or 0.0) - self._against if self._against is not None else 0.0

    def place(self) -> Place:
        """Where in the session we are, for rules."""
        spec = PHASES[self._phase]
        due = self.prescription() if self.in_program else None
        return Place(
            phase=self._phase,
            since=self._since,
            direction=spec.direction,
            mode=spec.mode,
            backward=spec.backward,
            limit_m_s=due.limit_m_s if due and spec.backward else None,
            left_s=due.left_s if due else None,
            cap=due.cap if due else "session",
        )

    def prescription(self) -> Prescription:
        """Say what is due at the present stage."""
        return ladder.prescribe(
            self._stage,
            self._memory,
            self._profile,
            done_s=self.tally.backward_s,
            elapsed_s=self._elapsed_since_loading(),
        )

    def _elapsed_since_loading(self) -> float:
        return (self._last or self._loaded) - self._loaded

    def line(self) -> Line | None:
        """Take the next line to say on entry of the phase."""
        return self._lines.popleft() if self._lines else None

    def _compare_spread(self, baselines: Baselines) -> None:
        """Compare how much backward strides varied with earlier sessions at the same speed."""
        usual = {
            (i.mode, round(i.speed_m_s * 10)): i.cv
            for i in self._memory.imprint
            if i.direction == "backward"
        }
        ratios = [
            own.cv / usual[key.mode, key.speed]
            for key, own in baselines.all().items()
            if key.direction == "backward" and (key.mode, key.speed) in usual
        ]
        self.tally.compare_spread(ratios)

    def remember(self, imprint: list[Imprint]) -> None:
        """Keep the imprint for the sessions to come."""
        self._memory = self._memory.with_imprint(imprint)

    def choose(self, runner: str) -> str:
        """Change the runner between sessions; why not, or an empty text."""
        if self.active:
            return "a session is going on"
        self._memory = self._memory.of(runner)
        self._stage = ladder.entered(self._memory, self._profile)
        return ""

    def ask(self, trigger: Trigger) -> str:
        """Take a command that the program knows; why it is refused, or an empty text."""
        if trigger == "begin" and self._phase == "free_run":
            pass
        elif after(self._phase, trigger, self._before) is None:
            return f"{trigger} does nothing in phase {self._phase}"
        self._asked = trigger
        return ""

    def feed(
        self, item: Input | AnyEvent, view: View, safety: Safety, now: float
    ) -> list[AnyEvent]:
        """Take an input or an event; phases entered and, at the end, the summary."""
        self._count(item, view, safety.blind, now)
        trigger = self._trigger(item, view, safety, now)
        if trigger is None:
            return []
        target = after(self._phase, trigger, self._before)
        if target is None:
            return []
        return self._enter(target, trigger, view, now)

    def _count(self, item: Input | AnyEvent, view: View, blind: bool, now: float) -> None:
        if self._last is None:
            self._last = self._loaded = now
        passed = min(max(now - self._last, 0.0), LONGEST_STEP_S)
        self._last = now
        walking = view.walking(now)
        self._armed = self._armed or not walking
        if walking or blind:
            self._moved = now
        if not self.active:
            return
        spec = PHASES[self._phase]
        if self._phase == "blind":
            passed = 0.0
        if walking or (spec.still and self._phase != "settle"):
            self._elapsed += passed
        backward = view.direction == "backward" or (spec.backward and view.direction == "unknown")
        if walking and backward:
            self.tally.moved_backward(passed, self._phase, view.belt, self._limit())
        if isinstance(item, Stumble):
            self._stumbled = True
            self._stage = max(self._stage - 1, 0)
        if isinstance(item, Stride | Stumble | Stability):
            self.tally.take(item)
        self._compare(spec, view, now)

    def _limit(self) -> float | None:
        return self.prescription().limit_m_s if self.in_program else None

    def _compare(self, spec: PhaseSpec, view: View, now: float) -> None:
        """Note since when the sensors see another direction than the phase asks for."""
        known = view.direction != "unknown" and spec.direction != "unknown" and view.walking(now)
        if not known or view.direction == spec.direction:
            self._against = None
        elif self._against is None:
            self._against = now

    def _trigger(
        self, item: Input | AnyEvent, view: View, safety: Safety, now: float
    ) -> Trigger | None:
        asked, self._asked = self._asked, None
        stumbled, self._stumbled = self._stumbled, False
        if self._phase == IDLE:
            return asked or self._starting(view, now)
        if safety.fallen and self._phase != "fallen":
            return "fell"
        if asked:
            return asked
        if self._phase in OVERLAYS:
            return self._recovered(view, safety, now)
        if safety.blind:
            return "lost"
        if stumbled and PHASES[self._phase].backward:
            return "stumbled"
        if self._gone(now):
            return "over"
        if not isinstance(item, Tick | Stride | Gait):
            return None
        return self._stepped_off(view, now) or self._due(view, now)

    def _gone(self, now: float) -> bool:
        """Nobody has walked for very long; a pause that was asked for may last longer."""
        asked = self._phase == "paused" and self._paused_by == "pause"
        patience = LONG_PAUSE if asked else 1.0
        return now - max(self._moved, self._began) > patience * self._plan.end_after_s

    def _starting(self, view: View, now: float) -> Trigger | None:
        if not view.walking(now) or not self._armed:
            return None
        return "begin" if self._plan.program else "wander"

    def _recovered(self, view: View, safety: Safety, now: float) -> Trigger | None:
        if self._gone(now):
            return "over"
        if self._phase == "blind":
            return None if safety.blind else "seen"
        if self._phase == "paused" and self._paused_by == "step_off" and view.walking(now):
            return "back_on" if now - self._since > BACK_ON_S else None
        return None

    def _stepped_off(self, view: View, now: float) -> Trigger | None:
        if PHASES[self._phase].still:
            return None
        quiet = now - max(view.stride_at, self._since)
        return "step_off" if quiet > self._plan.step_off_s else None

    def _due(self, view: View, now: float) -> Trigger | None:
        """Find what the phase itself leads to."""
        if self._phase in ("turn_back", "turn_front"):
            return self._turning(view, now)
        if PHASES[self._phase].backward:
            return self._backward(now)
        match self._phase:
            case "check_in":
                return "ready" if self._elapsed >= CHECK_S and view.walking(now) else None
            case "settle":
                done = self._elapsed >= self._profile.settle_s
                return self._onward("timeout") if done else None
            case "carry":
                return self._carrying(now)
            case "cool_down":
                return "timeout" if self._elapsed >= self._profile.cool_down_s else None
            case _:
                return None

    def _onward(self, trigger: Trigger) -> Trigger:
        """Go on to a backward part, unless there is no time backward left."""
        return trigger if self.prescription().left_s >= ladder.LEAST_BOUT_S else "dose"

    def _turning(self, view: View, now: float) -> Trigger | None:
        wanted = "backward" if self._phase == "turn_back" else "forward"
        if view.direction == wanted and view.walking(now):
            return "turned"
        unsure = view.direction == "unknown" and view.walking(now)
        return "timeout" if unsure and self._elapsed >= TURN_S else None

    def _backward(self, now: float) -> Trigger | None:
        if self.prescription().left_s <= 0.0:
            return "dose"
        if self._against is not None and now - self._against > CONTRADICTED_S:
            return "turned_away"
        stage = ladder.STAGES[self._stage]
        match self._phase:
            case "backward_jog":
                return "timeout" if self._elapsed >= ladder.JOG_ON_S else None
            case "backward_rest":
                if self._elapsed < ladder.JOG_OFF_S:
                    return None
                more = stage.jog and self.tally.jogged_s < ladder.JOG_SESSION_S
                return "jog" if more else "timeout"
            case "backward_walk" if stage.uphill and self._elapsed >= ladder.BEFORE_UPHILL_S:
                return "uphill"
            case "backward_walk" if stage.jog and self._elapsed >= ladder.BEFORE_JOG_S:
                return "jog"
            case _:
                return "timeout" if self._elapsed >= stage.bout_s else None

    def _carrying(self, now: float) -> Trigger | None:
        if self._against is not None and now - self._against > CONTRADICTED_S:
            return "turned_away" if self._onward("timeout") == "timeout" else None
        if self._elapsed < self._profile.carry_s:
            return None
        more = self._rounds < self._profile.rounds and self._onward("again") == "again"
        return "again" if more else "timeout"

    def _enter(self, target: str, trigger: Trigger, view: View, now: float) -> list[AnyEvent]:
        left, self._phase = self._phase, target
        if left not in OVERLAYS:
            self._before = left if target in OVERLAYS else IDLE
        if target == "paused":
            self._paused_by = trigger
        if left == IDLE or target == "check_in":
            self._begin(now, "program" if target == "check_in" else "free_run")
        if target == "backward_walk" and left in ("turn_back", "carry"):
            self._rounds += 1
        resumed = trigger in ("seen", "resume", "back_on")
        if trigger not in ("lost", "seen"):
            self._elapsed = 0.0
        self._since, self._against = now, None
        self._script(target, resumed, view)
        spec = PHASES[target]
        phase = Phase(
            t=now,
            name=target,
            from_=left,
            why=trigger,
            remaining_s=self._lasts(target),
            expects_direction=spec.direction,
            expects_mode=spec.mode,
        )
        if target != IDLE:
            return [phase]
        self._compare_spread(view.baselines)
        return [phase, self._summary(now)]

    def _begin(self, now: float, kind: str) -> None:
        self._armed = False
        self._began = now
        self.tally = Tally(started=now)
        self._stage = ladder.entered(self._memory, self._profile, self._elapsed_since_loading())
        self._rounds = 0
        self._kind = kind

    def _script(self, phase: str, resumed: bool, view: View) -> None:
        """Line up what is said on entry."""
        self._lines.clear()
        if resumed:
            self._lines.append(("resumed", {}))
        if resumed and phase not in ("turn_back",):
            return
        if phase == IDLE:
            self._lines.append(("finished", {}))
        for key in PHASES[phase].says:
            self._lines.append((key, {}))
        if phase == "check_in" and (self._profile.spotter or self._stage >= 2):
            self._lines.append(("check_spotter", {}))
        if PHASES[phase].backward and phase != "backward_rest":
            self._settings(view)

    def _settings(self, view: View) -> None:
        """Say what to set the belt to, where it is set by hand and differs."""
        due = self.prescription()
        belt = view.belt
        factor = 3.6 if self._plan.speed_unit == "km/h" else 2.2369
        if self._plan.belt_requests:
            return
        if belt is None or abs(belt.speed_m_s - due.speed_m_s) > 0.1:
            self._lines.append(("belt_at", {"speed": due.speed_m_s * factor}))
        if due.incline_percent and (
            belt is None or abs(belt.incline_percent - due.incline_percent) > 0.5
        ):
            self._lines.append(("incline_at", {"percent": due.incline_percent}))

    def _lasts(self, phase: str) -> float | None:
        stage = ladder.STAGES[self._stage]
        bout = min(stage.bout_s, self.prescription().left_s)
        return {
            "settle": self._profile.settle_s,
            "carry": self._profile.carry_s,
            "cool_down": self._profile.cool_down_s,
            "backward_walk": bout,
            "backward_uphill": bout,
            "backward_jog": ladder.JOG_ON_S,
            "backward_rest": ladder.JOG_OFF_S,
        }.get(phase)

    def _summary(self, now: float) -> AnyEvent:
        """Sum up, and remember: a station that runs for weeks is not restarted in between."""
        tally, elapsed = self.tally, self._elapsed_since_loading()
        standing = Standing(self._memory.stage, self._memory.clean_sessions, clean=False)
        if self._kind == "program":
            result = Result(
                stage=self._stage,
                backward_s=tally.backward_s,
                peak_m_s=tally.peak_m_s,
                stumbles=tally.stumbles,
                unsteady_s=tally.unsteady_s,
                cv_ratio=tally.cv_ratio,
                effort=tally.effort,
            )
            standing = ladder.advance(self._memory, self._profile, result, elapsed)
        past = Past(
            age_s=-elapsed,
            backward_s=tally.backward_s,
            peak_m_s=tally.peak_m_s,
            stage=self._stage,
        )
        self._memory = self._memory.with_session(past, standing.stage, standing.clean_sessions)
        return tally.summary(now, self._memory.runner, self._plan.profile, self._kind, standing)
