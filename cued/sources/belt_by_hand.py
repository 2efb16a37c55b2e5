"""The belt's speed as typed in by a person, when no treadmill reports it.

The speed comes first from the configuration, then from ``set_speed`` and ``set_incline`` (a
dashboard, the live page) and, one console step each, from ``faster`` and ``slower`` (keys on the
page, two buttons). They do not move the belt: they enter what its console shows, and a typed speed
is as uncertain as the console's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

from cued.config import Site
from cued.model import Belt, BeltRequest
from cued.parts import Part
from cued.sources.source import Emit, Source

ERROR = 0.03  # relative, one sigma: the console's (devices/_treadmill_options.py)
FASTEST_M_S = 7.0  # 25 km/h


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The console's display at the start."""

    speed_m_s: Annotated[float, Meta(ge=0, le=7, description="Speed, m/s.")]
    incline_percent: Annotated[float, Meta(ge=-20, le=40, description="Incline, percent.")] = 0.0


class BeltByHand:
    """Emits the last typed speed."""

    def __init__(self, config: Config, site: Site) -> None:
        self._speed_m_s = config.speed_m_s
        self._incline_percent = config.incline_percent
        self._typed = asyncio.Event()
        self._typed.set()

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Emit the speed at the start and whenever one is typed."""
        up()
        while True:
            await self._typed.wait()
            self._typed.clear()
            now = asyncio.get_running_loop().time()
            emit(Belt(now, self._speed_m_s, self._incline_percent, ERROR, kind="typed"))

    async def request(self, request: BeltRequest) -> str:
        """Note a typed speed or incline."""
        step = request.typed_step_m_s
        if step is not None:  # rounded to the console's steps, whatever was typed before
            tenths = round(self._speed_m_s / abs(step)) + (1 if step > 0 else -1)
            self._speed_m_s = min(FASTEST_M_S, max(0, tenths) * abs(step))
        if request.speed_m_s is not None:
            self._speed_m_s = request.speed_m_s
        if request.incline_percent is not None:
            self._incline_percent = request.incline_percent
        self._typed.set()
        return ""


PART: Part[Config, Source] = Part(Config, BeltByHand)
