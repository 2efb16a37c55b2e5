"""A session: begins by itself when somebody moves, ends by itself when nobody does any more."""

from __future__ import annotations

from cued.coach.config import CoachConfig
from cued.coach.memory import Memory
from cued.coach.rule import Place
from cued.coach.view import View
from cued.model import AnyEvent, Command, Input, Phase, Stride, Stumble, Summary


class Session:
    """Free run: no phases, any direction."""

    def __init__(self, plan: CoachConfig, memory: Memory) -> None:
        self._plan = plan
        self._memory = memory
        self._place = Place()
        self._started = 0.0
        self._moved = 0.0
        self._strides = 0
        self._backward_s = 0.0
        self._stumbles = 0
        self._stop = False
        self.cues = 0

    @property
    def active(self) -> bool:
        """A session is going on."""
        return self._place.phase != "idle"

    def place(self, now: float) -> Place:
        """Where in the session we are."""
        del now
        return self._place

    def command(self, command: Command, now: float) -> str:
        """Take a command; why it is refused, or an empty text."""
        if command.name == "stop":
            self._stop = self.active
            return "" if self.active else "no session is going on"
        if command.name == "mark":
            return ""
        return f"{command.name} is not known here"

    def feed(self, item: Input | AnyEvent, view: View, now: float) -> list[AnyEvent]:
        """Take an input or an event; phases entered and the summary."""
        self._count(item)
        moving = view.walking(now) or view.belt_moves()
        if moving:
            self._moved = now
        if not self.active and moving and view.strides > 0:
            return self._begin(now)
        if self.active and (self._stop or now - self._moved > self._plan.end_after_s):
            return self._end(now, "stopped" if self._stop else "nobody moves")
        return []

    def _count(self, item: Input | AnyEvent) -> None:
        if isinstance(item, Stride):
            self._strides += 1
            if item.direction == "backward":
                self._backward_s += item.duration_s / 2.0
        elif isinstance(item, Stumble):
            self._stumbles += 1

    def _begin(self, now: float) -> list[AnyEvent]:
        self._place = Place(phase="free_run", since=now)
        self._started, self._strides, self._backward_s = now, 0, 0.0
        self._stumbles = self.cues = 0
        return [Phase(t=now, name="free_run", from_="idle", why="somebody moves")]

    def _end(self, now: float, why: str) -> list[AnyEvent]:
        before = self._place.phase
        self._place = Place(since=now)
        self._stop = False
        return [
            Phase(t=now, name="idle", from_=before, why=why),
            Summary(
                t=now,
                started_t=self._started,
                duration_s=now - self._started,
                strides=self._strides,
                backward_s=self._backward_s,
                cues=self.cues,
                stumbles=self._stumbles,
            ),
        ]
