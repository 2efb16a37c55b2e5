"""What a sink is: it gets every event, and may send commands back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cued.model import AnyEvent, Command, Input, Notice
from cued.parts import Exit

Ask = Callable[[Command | Notice], None]


class Sink(Protocol):
    """A receiver of events. Entering opens it, leaving flushes and closes.

    ``PART.build(config, site, ask)`` makes one; ``ask`` hands a command to the daemon, or
    what a person should be told. A slow or
    broken sink loses its own events (and counts them), never the daemon's time.
    """

    async def __aenter__(self) -> object: ...

    async def __aexit__(self, *exit_: Exit) -> None: ...

    def take(self, event: AnyEvent) -> None:
        """Accept an event. Never blocks."""
        ...

    def watch(self, item: Input) -> None:
        """See an input before the engine does (recorders and live pages; others ignore it)."""
        ...

    async def run(self) -> None:
        """Do the sink's own waiting (connection, queue) until cancelled; may return at once."""
        ...
