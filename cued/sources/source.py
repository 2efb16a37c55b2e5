"""The interface of a source of inputs: live, simulated or from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cued.model import BeltRequest, Input, Notification

Emit = Callable[[Input], None]


def spread(item: Input) -> tuple[Input, ...]:
    """Return the inputs decoded from a notification; any other input is returned itself."""
    return item.inputs if isinstance(item, Notification) else (item,)


class Source(Protocol):
    """Something that emits inputs until it ends.

    ``PART.build(config, site)`` makes one. A device's bytes are emitted as a ``Notification`` with
    the inputs decoded from them, after a ``LinkChanged`` for each new decoder. ``run`` returns at
    the end of the data and raises ``LinkLost`` when the other side has gone (it is called again
    after a back-off); any other exception is a bug and passes through. A source that cannot move a
    belt inherits ``request``.
    """

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Emit inputs in order of arrival; call ``up()`` once data flows, to reset the back-off."""
        ...

    async def request(self, request: BeltRequest) -> str:
        """Pass a request to the treadmill; return "" when done, else why not."""
        return "no treadmill is connected"


class Unmade(Source):
    """Stands for a source that could not be made: ``run`` raises the fault."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Raise the fault."""
        raise self._fault
