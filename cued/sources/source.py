"""What a source is: where inputs come from, live, simulated or from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cued.model import BeltRequest, Input, Notification

Emit = Callable[[Input], None]


def spread(item: Input) -> tuple[Input, ...]:
    """Return the inputs that a notification was decoded to; any other input is itself."""
    return item.inputs if isinstance(item, Notification) else (item,)


class Source(Protocol):
    """Something that emits inputs until it ends.

    ``PART.build(config, site)`` makes one. Bytes of a device are emitted as a ``Notification`` that
    holds what they were decoded to, after a ``LinkChanged`` for each new decoder. ``run`` returns
    when there is no more to come, raises ``LinkLost`` when the far end went away (it will be called
    again after a back-off), and lets every other exception out: that is a bug. One that moves no
    belt inherits how wishes are refused.
    """

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Emit inputs in order of arrival; call ``up()`` once data flows, to reset the back-off."""
        ...

    async def request(self, request: BeltRequest) -> str:
        """Pass a wish to the treadmill; "" when done, else why not."""
        return "no treadmill is connected"


class Unmade(Source):
    """Stands for a source whose making has failed: it fails as that did."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Raise the fault."""
        raise self._fault
