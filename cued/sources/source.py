"""What a source is: where inputs come from, live, simulated or from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cued.model import BeltRequest, Input

Emit = Callable[[Input], None]


class Source(Protocol):
    """Something that emits inputs until it ends.

    ``PART.build(config, site)`` makes one. ``run`` returns when there is no more to come, raises
    ``LinkLost`` when the far end went away (it will be called again after a back-off), and lets
    every other exception out: that is a bug.
    """

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Emit inputs in order of arrival; call ``up()`` once data flows, to reset the back-off."""
        ...

    async def request(self, request: BeltRequest) -> str:
        """Pass a wish to the treadmill; "" when done, else why not (no belt, say)."""
        ...
