"""Count a session's totals while it is recorded, for lists and for retention."""

from __future__ import annotations

import math

from msgspec import Struct

from cued.coach.workout.stranger import GUEST
from cued.model import (
    AnyEvent,
    Command,
    CommandResult,
    Cue,
    Fall,
    Input,
    Notice,
    Notification,
    Packet,
    Stride,
    Stumble,
    Summary,
)
from cued.recording.sessions.opening import Opening


class Ending(Struct, frozen=True, kw_only=True):
    """Totals of a part, for lists and for retention."""

    runner: str
    began: float
    duration_s: float
    strides: int = 0
    stumbles: int = 0
    falls: int = 0
    cues: int = 0
    backward_s: float = 0.0


class Cover:
    """Adds up the time that strides of any foot cover, counting overlaps once."""

    def __init__(self) -> None:
        self._until = -math.inf

    def feed(self, stride: Stride) -> float:
        """Return how many seconds a stride adds."""
        added = min(stride.duration_s, stride.t - self._until)
        self._until = max(self._until, stride.t)
        return max(added, 0.0)


class Totals:
    """Counts what happens in a part."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._runner = opening.memory.runner
        self._asked = ""
        self._first: float | None = None
        self._last = 0.0
        self._counts: dict[str, int] = {}
        self._cover = Cover()
        self._backward_s = 0.0

    def feed(self, item: Input | AnyEvent) -> None:
        """Count an input or an event; a chosen runner counts from the command on."""
        match item:
            case Packet():
                self._first = float(item.t) if self._first is None else self._first
                self._last = float(item.t)
            case Notification():
                for one in item.inputs:
                    self.feed(one)
            case Command(name="runner"):
                self._asked = str(item.value or "").strip()
            case CommandResult(name="runner", ok=True):
                self._runner = self._asked or self._runner
            case Notice(code="guest_runs"):
                self._runner = GUEST
            case Stride():
                self._count("strides")
                covered = self._cover.feed(item)
                self._backward_s += covered if item.direction == "backward" else 0.0
            case Stumble():
                self._count("stumbles")
            case Fall(stage="confirmed"):
                self._count("falls")
            case Cue(verdict="given"):
                self._count("cues")
            case Summary():
                self._runner = str(item.details.get("runner") or self._runner)
            case _:
                pass

    def ending(self) -> Ending:
        """Return the totals so far."""
        first = self._opening.t if self._first is None else self._first
        return Ending(
            runner=self._runner,
            began=self._opening.began + first - self._opening.t,
            duration_s=0.0 if self._first is None else self._last - first,
            backward_s=round(self._backward_s, 1),
            **self._counts,
        )

    def _count(self, what: str) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1
