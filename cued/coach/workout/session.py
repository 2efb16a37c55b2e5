"""A session: its phase, the triggers that change it, its counts, and its end.

Rules of this file
------------------
* It finds the trigger that applies; the table (``phases.py``) says where that leads.
* ``walked.py`` counts the time walked, ``keeping.py`` updates the runner's memory.
* A possible fall counts as a stumble: it was at least that.
* A session starts when somebody moves, and ends when nobody has moved for long. One that was cut
  off resumes paused, and its backward time counts.
"""

from __future__ import annotations

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.safety import Safety
from cued.coach.workout import ladder, outlook
from cued.coach.workout.conditions import TURNS_IN_S
from cued.coach.workout.facing import Facing
from cued.coach.workout.interrupted import Interrupted
from cued.coach.workout.keeping import Keeping
from cued.coach.workout.memory import Memory
from cued.coach.workout.phase import PhaseSpec, Trigger
from cued.coach.workout.phase_triggers import bout_left_s, to_be_set
from cued.coach.workout.phases import FREE, IDLE, PHASES, after
from cued.coach.workout.prompts import SETS, Script, Spoken
from cued.coach.workout.questions import Questions
from cued.coach.workout.stranger import ASKED
from cued.coach.workout.totals import SessionTally
from cued.coach.workout.walked import Walked
from cued.model import (
    AnyEvent,
    Fall,
    Gait,
    Input,
    Phase,
    Stability,
    Stride,
    Stumble,
    Tick,
)

LONG_PAUSE = 5.0  # times ``end_after_s``, for a pause that was asked for; chosen
ONE_STUMBLE_S = 5.0  # a stumble and a possible fall within this count once


class Session:
    """Follows a session, and writes its state into ``known``."""

    def __init__(self, plan: CoachConfig, memory: Memory, known: Known) -> None:
        self._plan = plan
        self._known = known
        self._under = Interrupted(known)
        self._armed = True
        self._began = self._asked_at = 0.0
        self._facing = Facing()
        self._walked = Walked(plan.step_off_s, known)
        self._stumbled = False
        self._stumbled_at = float("-inf")
        self._asked: Trigger | None = None
        self._away_s = 0.0  # backward before the session was cut off
        self._questions = Questions()
        self.script = Script(plan)
        self.tally = SessionTally()
        self.kept = Keeping(plan, memory, known)
        known.by_hand = not plan.belt_requests

    def line(self) -> Spoken | None:
        """Return the next line to say: of the script, else of the check-in."""
        if self.kept.stranger.unsaid and not self._known.spec.backward:
            return (ASKED, {})
        spoken = self.script.line(self._known)
        if spoken is None and self._asks:
            question = self._questions.line(self._known.now)
            return (question, {}) if question else None
        return spoken

    def said(self, key: str) -> None:
        """Note that a line was said."""
        known = self._known
        if key == ASKED:
            self.kept.stranger.said(known.now)
        self.script.said(key, known)
        self._questions.said(key, known.now)
        known.stepped_on = known.stepped_on or key == "step_on"
        known.railed_at = known.now if key == "rails" else known.railed_at
        if key in SETS:
            known.forget_constant_belt()
        if key in ("turn_back", "turn_front") and known.turn_asked_at is None:
            known.turn_asked_at = known.now
        if key == "turn_back":
            known.turns_back_until = known.now + TURNS_IN_S

    def yes(self) -> str:
        """Take a press as the answer that is due; return why it is none, or ""."""
        if self.kept.stranger.hears(self._known.now):
            return self.kept.same(True)
        if not self._questions.answered and self._asks:
            self._questions.yes()
            if self._questions.onward and self.kept.profile.then:
                self.kept.follow(self.kept.profile.then)
            return ""
        if self._known.spec.turn != "unknown" and self._known.belt is None:
            self.script.confirm()
            return ""
        return "there is nothing to acknowledge"

    def wrong(self) -> str:
        """Ease off, because something is wrong; return why it is refused, or an empty text."""
        if not self._known.active:
            return "no session is going on"
        if self._asks and not self._questions.answered:
            self._questions.no()
            return ""
        self._known.wrong = True
        if after(self._known.phase, "wrong", self._under.before) is not None:
            self._asked = "wrong"
        else:
            self._reassure(PHASES[self._under.beneath])
        return ""

    def _reassure(self, spec: PhaseSpec) -> None:
        """Answer a runner for whom something is wrong; in a backward phase, not with the belt."""
        backward = spec.backward or spec.turn == "forward"
        self.script.say_first("enough" if backward else "eased_off")

    def ask(self, trigger: Trigger) -> str:
        """Carry out a command of the program; return why it is refused, or an empty text."""
        phase = self._known.phase
        if after(phase, trigger, self._under.before) is None:
            return f"{trigger} does nothing in phase {phase}"
        self._asked, self._asked_at = trigger, self._known.now
        return ""

    @property
    def _asks(self) -> bool:
        return any(line.key == "questions" for line in self._known.spec.says)

    def feed(self, item: Input | AnyEvent, safety: Safety) -> list[AnyEvent]:
        """Process an input or an event; return new phases and, at the end, the summary."""
        known = self._known
        self._count(item)
        self.script.remind(known)
        if self._facing.turned_unasked(known):
            self.script.say("backward_met")
        self._update_known()
        news, self.kept.news = self.kept.news, []
        trigger = self._trigger(item, safety)
        target = after(known.phase, trigger, self._under.before) if trigger else None
        if known.wrong and trigger in ("resume", "back_on"):
            target = after(self._under.before, "wrong") or target
        if trigger is None or target is None:
            return news
        events = self._enter(target, trigger)
        self._update_known()
        return news + events

    def _update_known(self) -> None:
        """Write the session's state into the snapshot."""
        known = self._known
        due = self.kept.due(self.tally, self._away_s)
        spec = known.spec
        known.program = self._known.active and PHASES[self._under.beneath].program
        backward = spec.backward or known.direction == "backward"
        known.limit_m_s = due.limit_m_s if known.program and backward else None
        known.left_s, known.cap = due.left_s if known.program else None, due.cap
        known.jogged_s, known.part_s = self.tally.jogged_s, self.tally.part_s
        known.due_m_s = ladder.pace_m_s(due, spec.jog)
        if "carry" in spec.entry and known.back_m_s is not None:
            known.due_m_s = known.back_m_s
        known.due_percent = due.incline_percent if spec.uphill else 0.0
        lasts = spec.lasts(known, self.kept.profile)
        known.remaining_s = None if lasts is None else max(lasts - known.elapsed_s, 0.0)
        known.bout_left_s = bout_left_s(known)
        known.more_rounds = known.rounds < self.kept.profile.rounds and not known.wrong
        known.may_jog = not known.by_hand or self._questions.console_minded
        known.to_be_set = to_be_set(known)
        known.answered = self._questions.answered
        known.worked = self.kept.memory.worked
        known.slowed = self.script.slowed(known)
        known.against_s = self._facing.against_s(known.now)
        known.stepped_on = known.stepped_on and spec.stands

    def _count(self, item: Input | AnyEvent) -> None:
        known, spec = self._known, self._known.spec
        self.kept.tick()
        passed = self._walked.passed()
        self._armed = self._armed or not known.walking
        if not known.active:
            return
        if spec.overlay and known.blind:
            if PHASES[self._under.before].backward and known.belt_moves:
                self.tally.backward_s += passed  # they were not seen to stop
            passed = 0.0
        self._walked.count(passed, self.tally)
        if isinstance(item, Stumble | Fall) and known.now - self._stumbled_at > ONE_STUMBLE_S:
            self._stumbled, self._stumbled_at = True, known.now
            known.stage = max(known.stage - 1, 0)
            self.tally.stumbles += 1
            if spec.backward or spec.turn == "forward":
                self.tally.part_s = 0.0  # the feeling to keep is lost
        if isinstance(item, Stride | Stability):
            self.tally.feed(item)
        self._facing.compare(known)

    def _trigger(self, item: Input | AnyEvent, safety: Safety) -> Trigger | None:
        known, spec = self._known, self._known.spec
        asked, self._asked = self._asked, None
        stumbled, self._stumbled = self._stumbled, False
        if not self._known.active:
            return asked or self._starting()
        if safety.fallen and after(known.phase, "fell", self._under.before):
            return "fell"
        if asked:
            return asked
        if spec.overlay:
            return "over" if self._gone() else self._under.recovered(blind=safety.blind)
        if known.blind:
            return "lost"
        if stumbled and after(known.phase, "stumbled"):
            # The stage below may allow less time than is already used.
            return "stumbled" if self.kept.due(self.tally, self._away_s).left_s > 0.0 else "dose"
        if self._gone() and after(known.phase, "over"):
            return "over"
        if not isinstance(item, Tick | Stride | Gait):
            return None
        if self._walked.stepped_off and not spec.still:
            return "step_off"
        return spec.leads(known, self.kept.profile)

    def _gone(self) -> bool:
        """Return whether there were no steps or commands for longer than this phase permits."""
        known = self._known
        patience = LONG_PAUSE if self._under.needs_press or self._asks else 1.0
        there = max(self._walked.moved, self._began, self._asked_at)
        return known.now - there > patience * self._plan.end_after_s

    def _starting(self) -> Trigger | None:
        if not self._known.walking or not self._armed:
            return None
        if self.kept.memory.away is not None:
            return "away"
        return "begin" if self._plan.program else "wander"

    def _enter(self, target: str, trigger: Trigger) -> list[AnyEvent]:
        known, spec = self._known, PHASES[target]
        left, was = known.phase, known.spec
        self._walked.begin()
        known.phase, known.spec, known.since = target, spec, known.now
        self._facing.begin()
        if trigger not in ("lost", "seen") or spec.turn == "forward":
            known.turn_asked_at = None
        self._under.enter(left, was, trigger)
        known.wrong = known.wrong or "wrong" in spec.entry
        if "session" in spec.entry:
            self._begin(free=not spec.program)
        asked = was.turn != "unknown" or was.stands or was.backward
        if "round" in spec.entry and not asked:
            known.rounds += 1
            self.tally.part_s = 0.0
        if trigger not in ("lost", "seen"):
            goes_on = trigger in ("resume", "back_on") and target == self._under.before
            lasts = spec.lasts(known, self.kept.profile)
            known.elapsed_s = self._under.resumed_at_s(lasts) if goes_on else 0.0
        if trigger == "away":
            self._resume_cut_off()
        self._update_known()
        self._speak(trigger)
        if not spec.overlay:
            self._under.before = IDLE
        phase = Phase(
            t=known.now,
            name=target,
            from_=left,
            why=trigger,
            remaining_s=known.remaining_s,
            workout_s=outlook.left_s(known, self.kept.profile),
            expects_direction=spec.direction,
        )
        return [phase, self._summary()] if "summary" in spec.entry else [phase]

    def _speak(self, trigger: Trigger) -> None:
        """Queue the lines for entering a phase."""
        known, spec = self._known, self._known.spec
        lasts = spec.lasts(known, self.kept.profile)
        owed = self.script.owes("enough")
        if trigger == "seen":
            self.script.go_on(known, lasts)
            return
        if trigger == "away":
            self.script.clear()
            self.script.say("away")
            return
        self.script.begin(known, lasts, resumed=trigger in ("resume", "back_on"))
        if trigger == "turned_away" and spec.backward:
            self.script.greet(known)
        if trigger == "wrong" or owed:
            self._reassure(spec)

    def _begin(self, *, free: bool) -> None:
        known, kept = self._known, self.kept
        self._armed = False
        self._began = known.now
        kept.begin()
        self.tally = SessionTally(started=known.now, kind="free_run" if free else "program")
        known.rounds, known.wrong, known.back_m_s, self._away_s = 0, False, None, 0.0
        if not free:
            self._questions.begin(kept.memory, kept.profile, known.stage, by_hand=known.by_hand)

    def _resume_cut_off(self) -> None:
        """Resume a session that was cut off: paused, before the forward part."""
        away = self.kept.memory.away
        if away is None:
            return
        self._begin(free=not self._plan.program)
        self._questions = Questions()
        self.kept.stranger.state = "same"  # steps after a backward part cannot be compared
        self._away_s = away.backward_s
        self._under.before = "carry" if self._plan.program else FREE
        self.kept.memory = self.kept.memory.resumed()

    def _summary(self) -> AnyEvent:
        summary, words = self.kept.close(self.tally)
        for key, blanks in words:
            self.script.say(key, **blanks)
        self._armed = False  # the next session needs a stop first, if this runner walks on
        return summary
