"""The interface of a sink, which gets every event and may send commands back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

from cued.model import AnyEvent, Command, Input, Notice
from cued.parts import Exit

Ask = Callable[[Command | Notice], None]


class Sink(Protocol):
    """A receiver of events. Entering opens it, leaving flushes and closes.

    ``PART.build(config, site, ask)`` makes one; ``ask`` sends a command or a notice to the daemon.
    A slow or broken sink loses its own events (and counts them), but never delays the daemon.
    Methods that a sink does not need are inherited.
    """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        pass

    def take(self, event: AnyEvent) -> None:
        """Accept an event. Never blocks."""

    def watch(self, item: Input) -> None:
        """See an input before the engine does."""

    async def run(self) -> None:
        """Do the sink's own waiting (connection, queue) until cancelled; may return at once."""
