"""A session: which phase it is in, what led there, how much was moved, and when it is over.

Rules of this file
------------------
* It finds the trigger that applies; where that leads is the table's business (``phases.py``).
* A phase of movement lasts so much time of walking in it, a phase of standing so much time.
* Time backward counts whenever the runner moves backward, in whatever phase, and in a backward
  phase also while the direction is not known, or nobody is seen and the belt moves.
* A possible fall counts as a stumble, at least: it was one that looked worse.
* A session begins by itself when somebody moves, and ends by itself when nobody does any more. One
  that was cut off goes on paused, and what was moved in it counts.
"""

from __future__ import annotations

from typing import cast

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.safety import Safety
from cued.coach.workout import facts, ladder, outlook
from cued.coach.workout.facing import Facing
from cued.coach.workout.ladder import Prescription
from cued.coach.workout.memory import Memory, Past, learned
from cued.coach.workout.phase import PhaseSpec, Trigger
from cued.coach.workout.phase_triggers import bout_left_s
from cued.coach.workout.phases import FREE, IDLE, PHASES, after
from cued.coach.workout.profile import PROFILES, followed, load
from cued.coach.workout.prompts import Script, Spoken
from cued.coach.workout.questions import Questions
from cued.coach.workout.stranger import ASKED, GUEST, Stranger
from cued.coach.workout.totals import SessionTally
from cued.frames import Matrix
from cued.model import (
    AnyEvent,
    BeltRequest,
    Effect,
    Fall,
    Gait,
    Imprint,
    Input,
    Mounting,
    Notice,
    Phase,
    Stability,
    Stride,
    Stumble,
    Tick,
)

BACK_ON_S = 2.0  # of walking after a pause; chosen
AT_LEAST_S = 30.0  # of a phase after a pause: to walk again, and for the notice before a turn
LONG_PAUSE = 5.0
SLOW_PATIENCE = 2.0  # a false "Paused" stops who walks backward; at 0.3 m/s nobody is thrown off
LONGEST_STEP_S = 2.0  # of time counted at once
ONE_STUMBLE_S = 5.0  # a stumble and a possible fall so close together are one


class Session:
    """Where a runner is in a session; what is known of that is written into ``known``."""

    def __init__(self, plan: CoachConfig, memory: Memory, known: Known) -> None:
        self._plan = plan
        self._known = known
        self._memory = memory
        self._profile_name = followed(plan.profile, memory)
        self._profile = load(self._profile_name)
        self._before = IDLE
        self._paused_by: Trigger = "pause"
        self._last: float | None = None
        self._loaded = 0.0
        self._armed = True
        self._began = 0.0
        self._moved = 0.0
        self._facing = Facing()
        self._stumbled = False
        self._stumbled_at = float("-inf")
        self._asked: Trigger | None = None
        self._walked_s = 0.0  # in the phase that was interrupted
        self._away_s = 0.0  # backward before the session was cut off
        self._questions = Questions()
        self.script = Script(plan)
        self.tally = SessionTally()
        self.stranger = Stranger()
        self._kept = memory  # as it was before the session
        self._first: list[Imprint] | None = None  # imprints of the session
        self._last_told: list[Imprint] = []
        self._news: list[AnyEvent] = []
        known.stage = ladder.entered(memory, self._profile)
        known.sessions = memory.sessions
        known.by_hand = not plan.belt_requests

    @property
    def active(self) -> bool:
        """A session is going on."""
        return self._known.phase != IDLE

    @property
    def memory(self) -> Memory:
        """The runner's memory."""
        return self._memory

    def prescription(self) -> Prescription:
        """Return what is due at the present stage."""
        return ladder.prescribe(
            self._known.stage,
            self._memory,
            self._profile,
            done_s=self.tally.backward_s,
            cut_s=self._away_s,
            elapsed_s=self._elapsed_since_loading(),
        )

    def line(self) -> Spoken | None:
        """Return the next line to be said: of the script, else of the check-in."""
        if self.stranger.unsaid and not self._known.spec.backward:
            return (ASKED, {})
        spoken = self.script.line(self._known)
        if spoken is None and "questions" in (x.key for x in self._known.spec.says):
            question = self._questions.line(self._known.now)
            return (question, {}) if question else None
        return spoken

    def pop_request(self) -> BeltRequest | None:
        """Return what is to be asked of the belt within the phase, once."""
        known, wanted = self._known, self.script.wants_belt
        self.script.wants_belt = False
        if not wanted or known.due_m_s is None or not known.belt_moves:
            return None
        return BeltRequest(t=known.now, speed_m_s=round(known.due_m_s, 2), why=known.phase)

    def said(self, key: str) -> None:
        """Strike out a line that was said."""
        known = self._known
        if key == ASKED:
            self.stranger.said(known.now)
        self.script.said(key, known)
        self._questions.said(key, known.now)
        known.stepped_on = known.stepped_on or key == "step_on"
        if key in ("turn_back", "turn_front") and known.told_to_turn is None:
            known.told_to_turn = known.now

    def remember(self, imprint: list[Imprint]) -> None:
        """Keep the imprint for the sessions to come."""
        if not imprint:
            return
        self._first = imprint if self._first is None else self._first
        self._last_told = imprint
        if not self.stranger.apart:
            self._keep_steps(usual=imprint is self._first)

    def _keep_steps(self, *, usual: bool) -> None:
        self._memory = self._memory.with_imprint(self._last_told)
        if usual:
            self._memory = self._memory.with_usual(self._first or [])

    def compare(self, stride: Stride) -> Notice | None:
        """Return the question who walks, if a stride raises it; undo what the session changed."""
        free = not self._known.program
        asks = self.stranger.feed(stride, self._known, self._memory, free=free)
        if asks:
            self._memory = self._kept.gone_on()
        return asks

    def same(self, same: bool) -> str:
        """Process whether it is the chosen runner who walks; return why it is no answer, or ""."""
        if self.stranger.state != "asked":
            return "nobody asks"
        self._news.append(self.stranger.answer(same, self._known.now))
        if same:
            self._keep_steps(usual=True)
            self._news += [] if self.active else self._last_told
        elif self.active:
            self._memory = Memory(runner=GUEST)
            self._follow(self._profile_name)
            self._known.sessions = 0
        return ""

    def wear(self, worn: Mounting) -> None:
        """Keep how a trunk sensor was found to be worn."""
        if worn.matrix is not None and learned(worn) and not self.stranger.apart:
            self._memory = self._memory.with_worn(
                worn.sensor, cast("Matrix", worn.matrix), sure=worn.sure
            )

    def judged(self, effect: Effect) -> None:
        """Keep whether a wording worked for this runner."""
        self.tally.judged += 1
        self.tally.worked += effect.worked
        if not self.stranger.apart:
            self._memory = self._memory.with_effect(effect)

    def choose(self, runner: str) -> str:
        """Change the runner between sessions; why not, or an empty text."""
        if self.active:
            return "a session is going on"
        self._memory, self.stranger = self._memory.of(runner), Stranger()
        self._follow(followed(self._plan.profile, self._memory))
        self._known.stage = ladder.entered(self._memory, self._profile)
        self._known.sessions = self._memory.sessions
        return ""

    def follow(self, profile: str) -> str:
        """Change the profile between sessions; why not, or an empty text."""
        if profile not in PROFILES:
            return f"there are the profiles {', '.join(PROFILES)}"
        if self.active:
            return "a session is going on"
        self._follow(profile)
        return ""

    def _follow(self, profile: str) -> None:
        self._profile, self._profile_name = load(profile), profile
        self._known.stage = ladder.entered(
            self._memory, self._profile, self._elapsed_since_loading()
        )

    def yes(self) -> str:
        """Count a press as the answer that is waited for; return why it is none, or ""."""
        if self.stranger.hears(self._known.now):
            return self.same(True)
        if not self._questions.answered and self._asks:
            self._questions.yes()
            if self._questions.onward and self._profile.then:
                self._follow(self._profile.then)
            return ""
        if self._known.spec.turn != "unknown" and self._known.belt is None:
            self.script.confirm()
            return ""
        return "there is nothing to acknowledge"

    def wrong(self) -> str:
        """Ease off: the runner says that something is wrong; why not, or an empty text."""
        if not self.active:
            return "no session is going on"
        if self._asks and not self._questions.answered:
            self._questions.no()
            return ""
        self._known.wrong = True
        if after(self._known.phase, "wrong", self._before) is not None:
            self._asked = "wrong"
        self.script.say("eased_off")
        return ""

    def ask(self, trigger: Trigger) -> str:
        """Carry out a command of the program; return why it is refused, or an empty text."""
        phase = self._known.phase
        if after(phase, trigger, self._before) is None:
            return f"{trigger} does nothing in phase {phase}"
        self._asked = trigger
        return ""

    @property
    def _asks(self) -> bool:
        return any(line.key == "questions" for line in self._known.spec.says)

    def feed(self, item: Input | AnyEvent, safety: Safety) -> list[AnyEvent]:
        """Process an input or an event; return phases entered and, at the end, the summary."""
        known = self._known
        self._count(item)
        self.script.remind(known)
        if self._facing.met(known, active=self.active):
            self.script.say("backward_met")
        self._place()
        news, self._news = self._news, []
        trigger = self._trigger(item, safety)
        target = after(known.phase, trigger, self._before) if trigger else None
        if trigger is None or target is None:
            return news
        events = self._enter(target, trigger)
        self._place()
        return news + events

    def _place(self) -> None:
        """Write down where in the session the runner is."""
        known = self._known
        due = self.prescription()
        spec = known.spec
        known.program = self.active and PHASES[self._beneath].program
        backward = spec.backward or known.direction == "backward"
        known.limit_m_s = due.limit_m_s if known.program and backward else None
        known.left_s, known.cap = due.left_s if known.program else None, due.cap
        known.jogged_s, known.part_s = self.tally.jogged_s, self.tally.part_s
        known.due_m_s = ladder.pace_m_s(due, spec.jog)
        known.due_percent = due.incline_percent if spec.uphill else 0.0
        lasts = spec.lasts(known, self._profile)
        known.remaining_s = None if lasts is None else max(lasts - known.elapsed_s, 0.0)
        known.bout_left_s = bout_left_s(known)
        known.more_rounds = known.rounds < self._profile.rounds and not known.wrong
        known.may_jog = not known.by_hand or self._questions.console_minded
        known.to_be_set = known.by_hand and self._sets(known.due_m_s)
        known.answered = self._questions.answered
        known.worked = self._memory.worked
        known.slowed = self.script.slowed(known)
        known.against_s = self._facing.against_s(known.now)
        known.stepped_on = known.stepped_on and spec.stands

    def _sets(self, due_m_s: float) -> bool:
        """Return whether the belt has to be made faster once the runner has turned."""
        belt = self._known.belt
        has = ladder.TURN_M_S if belt is None else belt.speed_m_s
        return due_m_s > has + 2 * ladder.SPEED_OFF_M_S

    @property
    def _beneath(self) -> str:
        known = self._known
        return self._before if known.spec.overlay else known.phase

    def _elapsed_since_loading(self) -> float:
        return (self._last or self._loaded) - self._loaded

    def _count(self, item: Input | AnyEvent) -> None:
        known, now = self._known, self._known.now
        if self._last is None:
            self._last = self._loaded = now
        passed = min(max(now - self._last, 0.0), LONGEST_STEP_S)
        self._last = now
        walking, spec = known.walking, known.spec
        self._armed = self._armed or not walking
        if walking or known.blind:
            self._moved = now
        if not self.active:
            return
        if spec.overlay and known.blind:
            if PHASES[self._before].backward and known.belt_moves:
                self.tally.backward_s += passed  # nobody saw them stop
            passed = 0.0
        if walking or spec.stands or (spec.still and spec.turn != "unknown"):
            known.elapsed_s += passed
        backward = known.direction == "backward" or (spec.backward and known.direction == "unknown")
        if walking and backward:
            limit = known.limit_m_s if known.program else None
            self.tally.moved_backward(passed, spec.jog, known.belt, limit)
        if isinstance(item, Stumble | Fall) and now - self._stumbled_at > ONE_STUMBLE_S:
            self._stumbled, self._stumbled_at = True, now
            known.stage = max(known.stage - 1, 0)
            self.tally.stumbles += 1
        if isinstance(item, Stride | Stability):
            self.tally.feed(item)
        self._facing.compare(known)

    def _trigger(self, item: Input | AnyEvent, safety: Safety) -> Trigger | None:
        known, spec = self._known, self._known.spec
        asked, self._asked = self._asked, None
        stumbled, self._stumbled = self._stumbled, False
        if not self.active:
            return asked or self._starting()
        if safety.fallen and after(known.phase, "fell", self._before):
            return "fell"
        if asked:
            return asked
        if spec.overlay:
            return self._recovered(safety)
        if known.blind:
            return "lost"
        if stumbled and spec.backward:
            # The stage below may allow less time than was already moved.
            return "stumbled" if self.prescription().left_s > 0.0 else "dose"
        if self._gone():
            return "over"
        if not isinstance(item, Tick | Stride | Gait):
            return None
        return self._stepped_off() or spec.leads(known, self._profile)

    def _gone(self) -> bool:
        """Nobody has walked for very long; a pause that was asked for may last longer."""
        known = self._known
        asked = known.spec.overlay and self._paused_by in ("pause", "away")
        patience = LONG_PAUSE if asked or self._asks else 1.0
        return known.now - max(self._moved, self._began) > patience * self._plan.end_after_s

    def _starting(self) -> Trigger | None:
        if not self._known.walking or not self._armed:
            return None
        if self._memory.away is not None:
            return "away"
        return "begin" if self._plan.program else "wander"

    def _recovered(self, safety: Safety) -> Trigger | None:
        known = self._known
        if self._gone():
            return "over"
        if self._paused_by == "lost":
            return None if safety.blind else "seen"
        if self._paused_by == "step_off" and known.walking:
            return "back_on" if known.now - known.since > BACK_ON_S else None
        return None

    def _stepped_off(self) -> Trigger | None:
        known = self._known
        if known.spec.still:
            return None
        # A very slow step is seen as a footfall long before it is a stride, or not at all.
        quiet = known.now - max(known.stride_at, known.footfall_at, known.walked_at, known.since)
        slow = known.belt is None or (known.belt_moves and known.belt_slow)
        patience = self._plan.step_off_s * (SLOW_PATIENCE if slow else 1.0)
        return "step_off" if quiet > patience else None

    def _enter(self, target: str, trigger: Trigger) -> list[AnyEvent]:
        known, spec = self._known, PHASES[target]
        left, was = known.phase, known.spec
        known.phase, known.spec, known.since = target, spec, known.now
        self._facing.begin()
        known.told_to_turn = None
        if spec.overlay:
            self._before = self._before if was.overlay else left
            self._paused_by = trigger
        if "session" in spec.entry:
            self._begin(free=not spec.program)
        asked = was.turn != "unknown" or was.stands or was.backward
        if "round" in spec.entry and not asked:
            known.rounds += 1
            self.tally.part_s = 0.0
        if spec.overlay and not was.overlay:
            self._walked_s = known.elapsed_s
        if trigger not in ("lost", "seen"):
            goes_on = trigger in ("resume", "back_on") and target == self._before
            known.elapsed_s = self._taken_up_at(spec) if goes_on else 0.0
        if trigger == "away":
            self._go_on()
        self._place()
        self._speak(trigger)
        if not spec.overlay:
            self._before = IDLE
        lasts = spec.lasts(known, self._profile)
        phase = Phase(
            t=known.now,
            name=target,
            from_=left,
            why=trigger,
            remaining_s=None if lasts is None else max(lasts - known.elapsed_s, 0.0),
            workout_s=outlook.left_s(known, self._profile),
            expects_direction=spec.direction,
            expects_mode=spec.mode,
        )
        return [phase, self._summary()] if "summary" in spec.entry else [phase]

    def _taken_up_at(self, spec: PhaseSpec) -> float:
        """Return how much of a phase counts as walked when it goes on after a pause."""
        lasts = spec.lasts(self._known, self._profile)
        return (
            self._walked_s if lasts is None else max(min(self._walked_s, lasts - AT_LEAST_S), 0.0)
        )

    def _speak(self, trigger: Trigger) -> None:
        """Line up what is said on entering a phase."""
        known, spec = self._known, self._known.spec
        if trigger == "seen":
            self.script.clear()
            return
        if trigger == "away":
            self.script.clear()
            self.script.say("away")
            return
        resumed = trigger in ("resume", "back_on")
        self.script.begin(known, spec.lasts(known, self._profile), resumed=resumed)
        if trigger == "turned_away" and spec.backward:
            self.script.met(known)
        if trigger == "wrong":
            self.script.say("eased_off")

    def _begin(self, *, free: bool) -> None:
        known = self._known
        self._armed = False
        self._began = known.now
        self.stranger, self._kept = Stranger(), self._memory
        self._first, self._last_told = None, []
        self.tally = SessionTally(started=known.now, kind="free_run" if free else "program")
        known.stage = ladder.entered(self._memory, self._profile, self._elapsed_since_loading())
        known.rounds, known.wrong, self._away_s = 0, False, 0.0
        if not free:
            self._questions.begin(self._memory, self._profile, known.stage, by_hand=known.by_hand)

    def _go_on(self) -> None:
        """Resume a session that was cut off: paused, before the forward part."""
        away = self._memory.away
        if away is None:
            return
        self._begin(free=not self._plan.program)
        self._questions = Questions()
        self.stranger.state = "same"  # steps after a backward part tell nothing
        self._away_s = away.backward_s
        self._before = "carry" if self._plan.program else FREE
        self._memory = self._memory.gone_on()

    def _summary(self) -> AnyEvent:
        """Sum up, and remember: a station that runs for weeks is not restarted in between."""
        known, tally, elapsed = self._known, self.tally, self._elapsed_since_loading()
        standing = facts.standing_after(known, tally, self._memory, self._profile, elapsed)
        if self.stranger.apart:
            standing = facts.no_higher(standing, self._memory)
        if tally.kind == "program":
            for key, blanks in facts.last_words(tally, self._memory, standing):
                self.script.say(key, **blanks)
        tally.before = self._memory.past[-1] if self._memory.past else None
        past = Past(
            age_s=-elapsed,
            backward_s=tally.backward_s,
            peak_m_s=tally.peak_m_s,
            stage=known.stage,
            held_s=None if self.stranger.apart else tally.held_s,
        )
        runner, trained, wrong = self._memory.runner, known.stage, known.wrong
        self._memory = self._memory.with_session(
            past,
            standing.stage,
            standing.clean_sessions,
            profile=self._profile_name,
            wrong=wrong,
        )
        known.sessions, known.wrong = self._memory.sessions, False
        if self.stranger.state == "guest":
            self._memory = self._kept.gone_on()
        self._armed = False  # the next begins after standing, not while this runner walks on
        tally.measured["apart"] = float(self.stranger.apart)
        return tally.summary(known.now, runner, self._profile_name, trained, standing, wrong=wrong)
