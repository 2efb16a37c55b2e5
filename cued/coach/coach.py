"""The composed coach: turns inputs and gait events into phases, cues, requests and answers.

``feed`` takes every gait event and every input except sample packets, in time order; its numbered
steps are the complete order of processing. Each step writes its findings into one snapshot
(``Known``), which all later steps read.

Pure: the output depends on the input only. ``now`` is the newest time known to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.coach import commands
from cued.coach.carry import Carry
from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule, safety_cue
from cued.coach.safety import Safety
from cued.coach.strides.overlong import Judge
from cued.coach.taught import Taught
from cued.coach.voice import silence
from cued.coach.voice.arbiter import SAFETY_HOLDS, Arbiter
from cued.coach.voice.effect import Effects
from cued.coach.voice.pacer import Pacer
from cued.coach.voice.phrases import Phrases
from cued.coach.voice.silence import SignOfLife, held
from cued.coach.workout import conditions
from cued.coach.workout.belt_requests import PendingRequest
from cued.coach.workout.memory import Memory
from cued.coach.workout.session import Session
from cued.model import (
    AnyEvent,
    Beat,
    Command,
    Cue,
    CueDone,
    Effect,
    Fall,
    Footfall,
    Input,
    Lift,
    Measurement,
    Mounting,
    Notice,
    Phase,
    Priority,
    Stride,
    Stumble,
    Summary,
)

# There are many of these in a stride; rules look at them with the stride that follows.
FREQUENT = (Measurement, Footfall, Lift, Mounting)
OFFER_LASTS_S = 60.0  # chosen: time to hear an offer and to find the button
CARRY_BEAT_S = 20.0  # then the runner should keep the rhythm alone; chosen
OFFERED_BEAT_S = 30.0  # some 40 strides a foot while running


class Coach:
    """Decides what is said to the runner."""

    def __init__(
        self,
        plan: CoachConfig,
        rules: Sequence[Rule],
        words: Phrases,
        memory: Memory,
        *,
        muted: bool = False,
    ) -> None:
        self._plan = plan
        self._rules = list(rules)
        self._words = words
        self.known = Known(muted=muted)
        self._safety = Safety(plan)
        self._session = Session(plan, memory.of(plan.runner), self.known)
        self._arbiter = Arbiter(plan, words)
        self._effects = Effects(plan.praise)
        self._pacer = Pacer()
        self._judge = Judge()
        self._taught = Taught()
        self._phase_strides = 0
        self._now = float("-inf")
        self._sign = SignOfLife()
        self._offered_at = float("-inf")
        self._request = PendingRequest()
        self._said_at = float("-inf")  # the last cue that a person asked for

    @property
    def memory(self) -> Memory:
        """The runner's memory, including this daemon's sessions."""
        return self._session.kept.memory

    def feed(self, item: Input | AnyEvent, now: float) -> list[AnyEvent]:
        """Process an input or an event; return the events that it causes."""
        now = self._now = max(now, self._now)
        known, belt_before = self.known, self.known.belt_changed
        # 1. Update the snapshot.
        known.see(item, now)
        if isinstance(item, Mounting):
            self._session.kept.wear(item)
        if isinstance(item, FREQUENT):
            return []
        if isinstance(item, CueDone):
            self._arbiter.done(item)
        # 2. A person's command.
        proposals = list[Proposal]()
        events = self._command(item, proposals, now) if isinstance(item, Command) else []
        # 3. Safety, in any phase; the end of an alarm comes before its consequences.
        proposals += self._safety.consider(item, known, now)
        known.blind = self._safety.blind
        # 4. Comparisons restart after a stumble, a fall or a change of the belt.
        if isinstance(item, Stumble | Fall) or known.belt_changed != belt_before:
            self._restart()
        # 5. The session's phases.
        events += self._follow_session(self._session.feed(item, self._safety), now)
        # 6. The verdict on the stride, against the carried one, else the runner's own.
        events += self._judge_stride(item)
        # 7. The rules.
        known.offered = now - self._offered_at < OFFER_LASTS_S
        known.hold = held(known, self._safety, self._plan.phase_quiet_s)
        events += self._request.pop(known, lost=self._safety.lost)  # not if unsteady just now
        technique = self._ask_rules(item)
        # 8. Learning from the stride, after the rules have seen it.
        if isinstance(item, Stride):
            events += self._learn(item, technique)
        # 9. The phase's script, praise, and a sign of life.
        sign = self._sign.propose(known, technique, held_back=self._held_back)
        others = (self._line(), self._effects.praise(now), sign)
        proposals += [p for p in others if p]
        events += self._safety.drain()
        # 10. The arbiter's choice.
        return [*events, *self._decide(proposals + technique, now)]

    def _command(self, command: Command, proposals: list[Proposal], now: float) -> list[AnyEvent]:
        if command.name in ("mute", "unmute"):
            why = self._mute(command.name == "mute", proposals, now)
            return [commands.answer(command, why, now)]
        if command.name == "say":
            why, cue = commands.to_say(command, self.known, now, self._said_at)
            if not why:
                self._said_at = now
                proposals.append(cue)
            return [commands.answer(command, why, now)]
        return commands.carry_out(
            command, self._session, self._safety, self.known, now, self._plan.speed_unit
        )

    def _mute(self, muting: bool, proposals: list[Proposal], now: float) -> str:
        if muting == self.known.muted:
            return "already muted" if muting else "already speaking"
        self.known.muted = muting
        key = "muted" if muting else "unmuted"  # priority LIMIT, which passes while muted
        proposals.append(safety_cue(key, Priority.LIMIT, now, key, valid_s=5.0))
        return ""

    def _restart(self) -> None:
        """Restart the rules: belt, phase or balance changed."""
        for rule in self._rules:
            rule.reset()
        self._pacer.stop()
        self._effects.forget()
        self._judge.restart()

    def _follow_session(self, moved: list[AnyEvent], now: float) -> list[AnyEvent]:
        """Handle the session's events: imprint, carry and requests happen at phase changes."""
        out: list[AnyEvent] = []
        for event in moved:
            if isinstance(event, Phase):
                out += self._enter(now)
            if isinstance(event, Summary):
                self.known.forget_runner()
                self._judge.forget()
                self._taught.forget_runner()
            out.append(event)
        self._request.add(self._session.script.pop_request(self.known))
        return out

    def _enter(self, now: float) -> list[AnyEvent]:
        self._restart()
        self.known.forget_constant_belt()
        self._phase_strides = 0
        self._sign.given(now)
        known, session, before = self.known, self._session, self._taught.carry
        imprint = self._taught.enter(known, session.kept.memory, session.tally)
        session.kept.remember(imprint)
        if self._taught.carry and self._taught.carry is not before:
            self._start_beat(self._taught.carry, now)
        self._request.enter(known)
        return [*imprint]

    def _start_beat(self, carry: Carry, now: float) -> None:
        """Start the beat of the backward step rate, if it was quicker."""
        spm = carry.backward_spm(self.known.belt)
        if self._plan.beats and spm is not None and conditions.felt(self.known):
            self._pacer.begin(spm, CARRY_BEAT_S, now, {"phase": self.known.phase}, fades=True)

    def _judge_stride(self, item: Input | AnyEvent) -> list[AnyEvent]:
        """Judge a stride's length, and measure the carry."""
        known, out = self.known, list[AnyEvent]()
        known.judged = None
        carrying = self._taught.current(known)
        known.carry = carrying.state if carrying else None
        if isinstance(item, Stride) and self.known.active:
            measured = self._taught.measure(item, known)
            known.judged = self._judge.feed(item, known)
            if carrying and known.judged:  # without a verdict nothing follows
                measured += carrying.slipped(known.judged.lasting, known.now)
            self._session.tally.note(measured)
            for m in measured:
                known.see(m, known.now)
            out += measured
        return [*out, *self._judge.band(known)]

    def _ask_rules(self, item: Input | AnyEvent) -> list[Proposal]:
        """Return every rule's proposals."""
        if not self.known.active or isinstance(item, CueDone | Command):
            return []
        found = (rule.consider(item, self.known) for rule in self._rules)
        return [p for p in found if p]

    def _learn(self, stride: Stride, proposals: list[Proposal]) -> list[AnyEvent]:
        """Learn from a stride, after the rules have judged it."""
        self._phase_strides += 1
        asks: Notice | None = None
        if self.known.active and not self._safety.holds(self.known):
            self._taught.learn(stride, self.known)
            # A paced or carried stride is not the runner's own.
            if not (self._pacer.lasts or self._taught.current(self.known)):
                self.known.learn(stride)
                asks = self._session.kept.compare(stride)
        if asks:
            self._taught.doubt()
        notices = [asks] if asks else []
        return [*notices, *self._remember(self._effects.feed(stride, proposals))]

    def _remember(self, effects: list[Effect]) -> list[AnyEvent]:
        for effect in effects:
            self._session.tally.judge(effect)
            self._session.kept.judged(effect)
        return [*effects]

    def _line(self) -> Proposal | None:
        """Return the next line of the phase's script, once the voice is free."""
        known = self.known
        if self._arbiter.busy(known.now) or known.blind or self._held_back or known.against_s > 0.0:
            return None  # the script does not fit a runner who faces the other way
        line = self._session.line()
        if line is None:
            return None
        key, blanks = line
        safety = key in ("away", "eased_off", "enough")
        return Proposal(
            key=key,
            priority=Priority.LIMIT if safety else Priority.PHASE,
            theme="program",
            since=known.since,
            blanks=blanks,
            tone="limit" if safety else "",
            refractory_s=0.0,
            valid_s=8.0,
            because={"phase": known.phase, **blanks},
        )

    @property
    def _held_back(self) -> bool:
        """Whether only safety cues are allowed."""
        return SAFETY_HOLDS.get(self.known.hold, Priority.PRAISE) > Priority.PHASE

    def _decide(self, proposals: list[Proposal], now: float) -> list[AnyEvent]:
        known = self.known
        known.share = silence.share(
            self._plan, self._session.kept.memory.clean_sessions, known.program
        )
        known.catch = silence.catching(self._plan, self._phase_strides, known.share)
        ticks = ("metronome",) if self._plan.beats else ("metronome", "try_shorter")
        cues = self._arbiter.decide([p for p in proposals if p.key not in ticks], known, now)
        events: list[AnyEvent] = []
        for cue in cues:
            if cue.verdict in ("given", "muted"):
                self._session.said(cue.key)
            if cue.verdict == "given":
                events += self._note_given(cue)
        return [*cues, *events, *self._pace([p for p in proposals if p.key == "metronome"], now)]

    def _note_given(self, cue: Cue) -> list[AnyEvent]:
        self._session.tally.cues += 1
        self._sign.given(cue.t)
        self._safety.said(cue.key)
        if cue.key in ("limp", "limp_back"):
            self.known.sore_at = cue.t
        if cue.key == "backward_offer":
            self._offered_at = cue.t
        if cue.key == "try_shorter" and self._plan.beats:
            self._pacer.begin(cue.because["spm"], OFFERED_BEAT_S, cue.t, cue.because, fades=False)
        if cue.key == "take_away":
            return [Notice(t=cue.t, level="info", code="take_away", text=cue.text)]
        if cue.priority == Priority.TECHNIQUE:
            return self._remember(self._effects.given(cue))
        return []

    def _pace(self, wanted: list[Proposal], now: float) -> list[Beat]:
        """Pace the steps, if wanted and nothing forbids it."""
        known = self.known
        silent = known.muted or known.blind or known.spec.overlay or self._held_back
        allowed = self._plan.metronome and not (known.hold or silent)
        if silent or not (allowed or self._pacer.lasts):
            self._pacer.stop()
        for proposal in wanted if allowed else ():
            self._pacer.want(proposal, now)
        beat = self._pacer.pop(now)
        return [beat] if beat else []
