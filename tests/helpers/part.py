"""An actuator and a sink in one, for tests to look at, and a cue to give."""

from __future__ import annotations

import asyncio
from typing import Any

from cued.model import Cue, Notice, Pattern


class Part:
    """Keeps in ``log`` what it was asked: ("enter",), ("give", cue), ("take", event) and so on."""

    channel = "haptic"

    def __init__(self, log: list[Any] | None = None) -> None:
        self.log = [] if log is None else log

    def count(self, method: str) -> int:
        return sum(entry[0] == method for entry in self.log)

    def taken(self, kind: type[Any] = Notice) -> list[Any]:
        """Return the events of a kind that it was told, notices if nothing else is said."""
        return [e[1] for e in self.log if e[0] == "take" and isinstance(e[1], kind)]

    def called(self, method: str, *args: Any) -> None:
        self.log.append((method, *args))

    async def __aenter__(self):
        self.called("enter")
        return self

    async def __aexit__(self, *exit_):
        self.called("leave")

    def give(self, cue):
        self.called("give", cue)

    def cancel(self):
        self.called("cancel")

    def take(self, event):
        self.called("take", event)

    def watch(self, item):
        self.called("watch", item)

    async def run(self):
        self.called("run")
        await asyncio.Event().wait()


def cue(
    key: str,
    text: str = "",
    *,
    t: float = 0.0,
    pattern: Pattern = "none",
    tone: str = "",
    priority: int = 2,
) -> Cue:
    return Cue(
        t=t, known_t=t, key=key, text=text, pattern=pattern, priority=priority, verdict="given",
        tone=tone,
    )  # fmt: skip


class Fault(Exception):
    """What is thrown into a part."""


def raising(*_args, **_options):
    raise Fault("thrown in")
