"""The composed coach: gait facts, inputs and time in; phases, cues, requests and answers out.

``feed`` takes every input but sample packets and every gait event, in time order. An item goes
through the view of what is known, safety, commands, the session (program or free run), imprint
and carry, and the rules; what these propose goes to the arbiter, which has the one voice.

Pure: what comes out depends on what was fed only. ``now`` is the newest time known to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.coach import commands
from cued.coach.carry import Carry, Imprints, Retention
from cued.coach.config import CoachConfig
from cued.coach.known import View
from cued.coach.rule import Carried, Place, Proposal, Rule, Situation
from cued.coach.safety import Safety
from cued.coach.strides.baseline import Baseline, Bin
from cued.coach.voice import fading
from cued.coach.voice.arbiter import SAFETY_HOLDS, Arbiter, Gate
from cued.coach.voice.effect import Effects
from cued.coach.voice.pacer import Pacer
from cued.coach.voice.phrases import Words
from cued.coach.workout.belt_requests import asked_of_belt
from cued.coach.workout.memory import Memory
from cued.coach.workout.phases import IDLE
from cued.coach.workout.profile import load
from cued.coach.workout.session import Session
from cued.model import (
    AnyEvent,
    Beat,
    Command,
    CueDone,
    Effect,
    Fall,
    Footfall,
    Input,
    Lift,
    Measurement,
    Mounting,
    Phase,
    Priority,
    Stride,
    Stumble,
    Summary,
)

# Many a stride, and by themselves no reason to say anything: the stride that follows is.
FREQUENT = (Measurement, Footfall, Lift, Mounting)
BELT_SETTLES_S = 3.0  # no technique while the belt changes


class Coach:
    """Decides what is said to the runner."""

    def __init__(
        self,
        plan: CoachConfig,
        rules: Sequence[Rule],
        words: Words,
        memory: Memory,
        *,
        muted: bool = False,
    ) -> None:
        self._plan = plan
        self._rules = list(rules)
        self._view = View()
        self._safety = Safety(plan)
        self._session = Session(plan, load(plan.profile), memory.of(plan.runner))
        self._arbiter = Arbiter(plan, words)
        self._effects = Effects(plan.praise)
        self._pacer = Pacer()
        self._imprints = Imprints()
        self._carry: Carry | None = None
        self._carried: dict[Bin, Baseline] = {}
        self._retention: Retention | None = None
        self._muted = muted
        self._phase_strides = 0
        self._now = float("-inf")

    @property
    def place(self) -> Place:
        """Where in the session the runner is."""
        return self._session.place()

    @property
    def memory(self) -> Memory:
        """What is known of the runner, this daemon's sessions included."""
        return self._session.memory

    @property
    def muted(self) -> bool:
        """Technique and guidance are off."""
        return self._muted

    @property
    def stage(self) -> int:
        """The runner's stage of the ladder."""
        return self._session.stage

    def feed(self, item: Input | AnyEvent, now: float) -> list[AnyEvent]:
        """Take an input or an event; what follows from it."""
        now = self._now = max(now, self._now)
        if isinstance(item, FREQUENT):
            self._view.see(item, now)
            return []
        if isinstance(item, CueDone):
            self._arbiter.done(item)
        belt_before = self._view.belt_changed
        self._view.see(item, now)
        proposals = self._safety.consider(item, self._view, now)
        events: list[AnyEvent] = []
        if isinstance(item, Command):
            events += self._command(item, proposals, now)
        if isinstance(item, Stumble | Fall) or self._view.belt_changed != belt_before:
            self._restart()
        moved = self._session.feed(item, self._view, self._safety, now)
        events += self._entered(moved, now)
        measured = self._measured(item, now) if isinstance(item, Stride) else []
        technique = self._considered(item, now)
        if isinstance(item, Stride):
            events += self._stride(item, technique, measured, now)
        line = self._line(now)
        proposals += [p for p in (line, self._effects.praise(now)) if p]
        events += self._safety.told()
        return [*events, *self._decide(proposals + technique, now)]

    def _command(self, command: Command, proposals: list[Proposal], now: float) -> list[AnyEvent]:
        if command.name in ("mute", "unmute"):
            why = self._mute(command.name == "mute", proposals, now)
            return [commands.answer(command, why, now)]
        return commands.carry_out(
            command, self._session, self._safety, self._view, now, self._plan.speed_unit
        )

    def _mute(self, muting: bool, proposals: list[Proposal], now: float) -> str:
        if muting == self._muted:
            return f"already {'muted' if muting else 'speaking'}"
        self._muted = muting
        proposals.append(_heard("muted" if muting else "unmuted", now))
        return ""

    def _restart(self) -> None:
        """Forget what rules have seen: belt, phase or balance changed."""
        for rule in self._rules:
            rule.reset()
        self._effects.forget()
        if self._carry:
            self._carry.restart()

    def _entered(self, moved: list[AnyEvent], now: float) -> list[AnyEvent]:
        """Follow the session into a phase: imprint, carry and requests belong to its borders."""
        out: list[AnyEvent] = []
        for event in moved:
            if isinstance(event, Phase):
                out += self._border(event, now)
            if isinstance(event, Summary):
                self._view.forget_runner()
                self._imprints = Imprints()
                self._carried = {}
            out.append(event)
        return out

    def _border(self, phase: Phase, now: float) -> list[AnyEvent]:
        self._restart()
        self._phase_strides = 0
        out: list[AnyEvent] = []
        if self._carry:
            self._carried.update(self._carry.kept)
        if phase.name == IDLE or (phase.name == "turn_front" and phase.from_ != "paused"):
            own = {**self._view.baselines.all(), **self._carried}
            imprint = self._imprints.events(own, now)
            self._session.remember(imprint)
            out += imprint
        if phase.name == "carry" and phase.from_ not in ("blind", "paused"):
            self._carry = Carry(self._view.baselines.all(), now)
        elif phase.name not in ("carry", "blind", "paused"):
            self._carry = None
        if phase.name == "settle" and phase.from_ == "check_in":
            self._retention = Retention(self._session.memory.imprint, now)
        request = asked_of_belt(self._plan, self._session, phase, self._view.belt, now)
        return [*out, request] if request else out

    def _considered(self, item: Input | AnyEvent, now: float) -> list[Proposal]:
        """Ask every rule; what they propose."""
        if not self._session.active or isinstance(item, CueDone | Command):
            return []
        situation = self._situation(item, now)
        found = (rule.consider(situation) for rule in self._rules)
        return [p for p in found if p]

    def _situation(self, item: Input | AnyEvent, now: float) -> Situation:
        session = self._session
        carry = self._carry.state if self._carry else None
        return self._view.situation(
            item,
            session.place(),
            now,
            carry=carry if session.phase == "carry" and carry else _no_carry(session.phase),
            contradicted_s=session.contradicted_s,
            program=session.in_program,
            sessions=session.memory.sessions,
        )

    def _stride(
        self, stride: Stride, proposals: list[Proposal], measured: list[Measurement], now: float
    ) -> list[AnyEvent]:
        """Learn from a stride, after the rules have judged it."""
        self._phase_strides += 1
        out: list[AnyEvent] = list(self._effects.take(stride, proposals))
        self._session.tally.note(measured)
        for m in measured:
            self._view.see(m, now)
        out += measured
        if self._session.active and not self._safety.holds(self._view):
            self._imprints.take(stride, self._view)
            self._view.learn(stride)
        return out

    def _measured(self, stride: Stride, now: float) -> list[Measurement]:
        """What imprint and carry measure with a stride."""
        if self._carry and self._session.phase == "carry":
            return self._carry.take(stride, self._view, now)
        if self._retention and self._session.phase == "settle":
            return self._retention.take(stride, self._view, now)
        return []

    def _line(self, now: float) -> Proposal | None:
        """The next line of the phase's script, once the voice is free."""
        line = self._session.script.line(self._view.belt)
        if line is None or self._arbiter.busy(now):
            return None
        if self._safety.blind or self._hold(now) in SAFETY_HOLDS:
            return None
        key, blanks = line
        return Proposal(
            key=key,
            priority=Priority.PHASE,
            theme="program",
            since=self._session.place().since,
            blanks=blanks,
            refractory_s=0.0,
            valid_s=8.0,
            because={"phase": self._session.phase},
        )

    def _decide(self, proposals: list[Proposal], now: float) -> list[AnyEvent]:
        gate = self._gate(now)
        spoken = [p for p in proposals if p.key != "metronome"]
        cues = self._arbiter.decide(spoken, gate, now)
        effects: list[Effect] = []
        for cue in cues:
            if cue.verdict in ("given", "muted"):
                self._session.script.said(cue.key)
            if cue.verdict == "given":
                self._session.tally.cues += 1
                self._safety.said(cue.key)
                if cue.priority == Priority.TECHNIQUE:
                    effects += self._effects.given(cue)
        beat = self._pace([p for p in proposals if p.key == "metronome"], gate, now)
        return [*cues, *effects, *beat]

    def _pace(self, wanted: list[Proposal], gate: Gate, now: float) -> list[Beat]:
        """Pace the steps, if that is wished and nothing forbids it."""
        allowed = self._plan.metronome and not (gate.hold or gate.muted or gate.blind)
        if not allowed:
            self._pacer.stop()
        for proposal in wanted if allowed else ():
            self._pacer.want(proposal, now)
        beat = self._pacer.pop(now)
        return [beat] if beat else []

    def _gate(self, now: float) -> Gate:
        session = self._session
        share = fading.share(self._plan, session.memory.clean_sessions, session.in_program)
        return Gate(
            phase=session.phase,
            muted=self._muted,
            hold=self._hold(now),
            blind=self._safety.blind,
            catch=fading.catching(self._plan, self._phase_strides, share),
            share=share,
        )

    def _hold(self, now: float) -> str:
        """Say why there is no technique just now, or an empty text."""
        if self._safety.fallen:
            return "fall"
        if self._safety.holds(self._view):
            return "after_stumble"
        if self._view.stability == "unsteady":
            return "unsteady"
        if self._session.contradicted_s > 0.0:
            return "direction"
        if self._session.phase in ("paused", "turn_back", "turn_front", "check_in"):
            return "phase"
        if now - self._session.place().since < self._plan.phase_quiet_s:
            return "phase_start"
        if now - self._view.belt_changed < BELT_SETTLES_S:
            return "belt_change"
        return ""


def _no_carry(phase: str) -> Carried | None:
    """In the carry phase nothing is measured against the old forward stride."""
    return Carried() if phase == "carry" else None


def _heard(key: str, now: float) -> Proposal:
    """Tell that the coach was muted, or is back; a limit, so that mute itself lets it through."""
    return Proposal(
        key=key,
        priority=Priority.LIMIT,
        theme="program",
        since=now,
        pattern="notice",
        tone=key,
        refractory_s=0.0,
        valid_s=5.0,
    )
