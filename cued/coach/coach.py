"""The composed coach: gait facts, inputs and time in; phases, cues, requests and answers out.

``feed`` takes every input but sample packets and every gait event, in time order. One item goes
through four stations: the view of what is known, safety, the session (program or free run), the
rules; what these propose goes to the arbiter, which has the one voice.

Pure: what comes out depends on what was fed only. ``now`` is the newest time known to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.coach.arbiter import Arbiter, Gate
from cued.coach.config import CoachConfig
from cued.coach.memory import Memory
from cued.coach.phrases import Words
from cued.coach.rule import Proposal, Rule
from cued.coach.safety import Safety
from cued.coach.session import Session
from cued.coach.view import View
from cued.model import (
    AnyEvent,
    Command,
    CommandResult,
    Cue,
    CueDone,
    Input,
    Priority,
    Stride,
    Stumble,
)

BELT_SETTLES_S = 3.0  # no technique while the belt changes


class Coach:
    """Decides what is said to the runner."""

    def __init__(
        self, plan: CoachConfig, rules: Sequence[Rule], words: Words, memory: Memory
    ) -> None:
        self._plan = plan
        self._rules = list(rules)
        self._view = View()
        self._safety = Safety(plan)
        self._session = Session(plan, memory)
        self._arbiter = Arbiter(plan, words)
        self._muted = False
        self._now = float("-inf")

    def feed(self, item: Input | AnyEvent, now: float) -> list[AnyEvent]:
        """Take an input or an event; what follows from it."""
        now = self._now = max(now, self._now)
        if isinstance(item, CueDone):
            self._arbiter.done(item)
        self._view.see(item, now)
        proposals = self._safety.consider(item, self._view, now)
        if isinstance(item, Stumble):
            self._restart_rules()
        events: list[AnyEvent] = []
        if isinstance(item, Command):
            answer, asked = self._command(item, now)
            events.append(answer)
            proposals += asked
        moved = self._session.feed(item, self._view, now)
        if moved:
            self._restart_rules()
        events += moved
        if self._session.active:
            proposals += self._proposals(item, now)
        if isinstance(item, Stride) and not self._safety.holds(self._view):
            self._view.learn(item)
        events += self._told()
        cues = self._arbiter.decide(proposals, self._gate(now), now)
        self._session.cues += sum(c.verdict == "given" for c in cues)
        return [*events, *cues]

    def _restart_rules(self) -> None:
        for rule in self._rules:
            rule.reset()

    def _proposals(self, item: Input | AnyEvent, now: float) -> list[Proposal]:
        if isinstance(item, Cue | CommandResult | CueDone):
            return []
        situation = self._view.situation(item, self._session.place(now), now)
        found = (rule.consider(situation) for rule in self._rules)
        return [p for p in found if p]

    def _told(self) -> list[AnyEvent]:
        """Requests and notices that safety has left."""
        told: list[AnyEvent] = [*self._safety.requests, *self._safety.notices]
        self._safety.requests, self._safety.notices = [], []
        return told

    def _gate(self, now: float) -> Gate:
        return Gate(
            phase=self._session.place(now).phase,
            muted=self._muted,
            hold=self._hold(now),
            blind=self._safety.blind,
        )

    def _hold(self, now: float) -> str:
        """Say why there is nothing but safety just now, or an empty text."""
        if self._safety.fallen:
            return "fall"
        if self._safety.holds(self._view):
            return "after_stumble"
        if now - self._session.place(now).since < self._plan.phase_quiet_s:
            return "phase_start"
        if now - self._view.belt_changed < BELT_SETTLES_S:
            return "belt_change"
        return ""

    def _command(self, command: Command, now: float) -> tuple[CommandResult, list[Proposal]]:
        why = ""
        asked: list[Proposal] = []
        match command.name:
            case "mute" | "unmute":
                muting = command.name == "mute"
                if muting == self._muted:
                    why = f"already {command.name}d"
                self._muted = muting
                asked.append(_heard("muted" if muting else "unmuted", now))
            case "acknowledge":
                why = "" if self._safety.acknowledge() else "there is no alarm"
            case _:
                why = self._session.command(command, now)
        answer = CommandResult(t=now, name=command.name, ok=not why, why=why, id=command.id)
        return answer, asked


def _heard(key: str, now: float) -> Proposal:
    """Tell that the coach was muted, or is back; a limit, so that mute itself lets it through."""
    return Proposal(
        key=key,
        priority=Priority.LIMIT,
        theme="program",
        since=now,
        pattern="muted" if key == "muted" else "back",
        tone="muted" if key == "muted" else "back",
        refractory_s=0.0,
        valid_s=5.0,
    )
