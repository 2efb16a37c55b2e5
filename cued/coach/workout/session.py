"""A session: which phase it is in, what led there, how much was moved, and when it is over.

Rules of this file
------------------
* It finds the trigger that applies; where that leads is ``program.py``'s business.
* A phase of movement lasts so much time of walking in it, a phase of standing so much time.
* Time backward counts whenever the runner moves backward, in whatever phase, and in a backward
  phase also while the direction is not known, or nobody is seen and the belt moves.
* A possible fall counts as a stumble, at least: it was one that looked worse.
* A session begins by itself when somebody moves, and ends by itself when nobody does any more.
"""

from __future__ import annotations

from cued.coach.config import CoachConfig
from cued.coach.known import View
from cued.coach.rule import Place
from cued.coach.safety import Safety
from cued.coach.strides.baseline import Baselines
from cued.coach.workout import ladder
from cued.coach.workout.ladder import Prescription, Result, Standing
from cued.coach.workout.memory import Memory, Past
from cued.coach.workout.phase_triggers import Progress, bout_left_s, due, lasts
from cued.coach.workout.phases import IDLE, OVERLAYS, PHASES, PhaseSpec, Trigger, after
from cued.coach.workout.profile import Profile
from cued.coach.workout.prompts import Script
from cued.coach.workout.totals import Tally
from cued.model import AnyEvent, Fall, Gait, Imprint, Input, Phase, Stability, Stride, Stumble, Tick

BACK_ON_S = 2.0
LONG_PAUSE = 5.0
LONGEST_STEP_S = 2.0  # of time counted at once

SPOTTER_FROM = 2
ONE_STUMBLE_S = 5.0  # a stumble and a possible fall so close together are one


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
        self._stumbled_at = float("-inf")
        self._asked: Trigger | None = None
        self._stage = ladder.entered(memory, profile)
        self._rounds = 0
        self.script = Script(plan)
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
        plan = self.prescription() if self.in_program else None
        return Place(
            phase=self._phase,
            since=self._since,
            direction=spec.direction,
            mode=spec.mode,
            backward=spec.backward,
            limit_m_s=plan.limit_m_s if plan and spec.backward else None,
            left_s=plan.left_s if plan else None,
            bout_left_s=bout_left_s(self._phase, self._stage, self._elapsed),
            cap=plan.cap if plan else "session",
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
        self.script.remind(self._phase, view.belt, view.direction, now)
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
            if PHASES[self._before].backward and view.belt_moves():
                self.tally.backward_s += passed  # nobody saw them stop
            passed = 0.0
        if walking or (spec.still and self._phase != "settle"):
            self._elapsed += passed
        backward = view.direction == "backward" or (spec.backward and view.direction == "unknown")
        if walking and backward:
            self.tally.moved_backward(passed, self._phase, view.belt, self._limit())
        if isinstance(item, Stumble | Fall) and now - self._stumbled_at > ONE_STUMBLE_S:
            self._stumbled, self._stumbled_at = True, now
            self._stage = max(self._stage - 1, 0)
            self.tally.stumbles += 1
        if isinstance(item, Stride | Stability):
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
            # The stage below may allow less time than was already moved.
            return "stumbled" if self.prescription().left_s > 0.0 else "dose"
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
        progress = Progress(
            phase=self._phase,
            elapsed_s=self._elapsed,
            left_s=self.prescription().left_s,
            stage=self._stage,
            rounds=self._rounds,
            jogged_s=self.tally.jogged_s,
            against_s=self.contradicted_s,
            walking=view.walking(now),
            direction=view.direction,
            unsteady=view.stability == "unsteady",
        )
        return due(progress, self._profile)

    def _enter(self, target: str, trigger: Trigger, view: View, now: float) -> list[AnyEvent]:
        left, self._phase = self._phase, target
        if left not in OVERLAYS:
            self._before = left if target in OVERLAYS else IDLE
        if target == "paused":
            self._paused_by = trigger
        if left == IDLE or target == "check_in":
            self._begin(now, "program" if target == "check_in" else "free_run")
        if left in ("settle", "carry") and target in ("turn_back", "backward_walk"):
            self._rounds += 1
        resumed = trigger in ("seen", "resume", "back_on")
        if trigger not in ("lost", "seen"):
            self._elapsed = 0.0
        self._since, self._against = now, None
        spotter = self._profile.spotter or self._stage >= SPOTTER_FROM
        if trigger == "seen":
            self.script.clear()
        else:
            self.script.begin(target, view.belt, now, resumed=resumed, spotter=spotter)
        if PHASES[target].backward and trigger != "seen":
            self.script.settings(self.prescription(), target, view.belt)
        elif left == "backward_uphill" and target == "turn_front":
            self.script.incline(0.0, view.belt)
        spec = PHASES[target]
        phase = Phase(
            t=now,
            name=target,
            from_=left,
            why=trigger,
            remaining_s=lasts(target, self._stage, self.prescription().left_s, self._profile),
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

    def _summary(self, now: float) -> AnyEvent:
        """Sum up, and remember: a station that runs for weeks is not restarted in between."""
        tally, elapsed = self.tally, self._elapsed_since_loading()
        tally.take(Stability(t=now, level="unknown", score=None))  # unsteady to the end counts too
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
            self.script.standing(self._memory.stage, standing.stage)
        past = Past(
            age_s=-elapsed,
            backward_s=tally.backward_s,
            peak_m_s=tally.peak_m_s,
            stage=self._stage,
        )
        self._memory = self._memory.with_session(past, standing.stage, standing.clean_sessions)
        return tally.summary(
            now, self._memory.runner, self._plan.profile, self._kind, self._stage, standing
        )
