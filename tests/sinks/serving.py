"""The live page, served for a test, and a walk to show on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from cued.config import Site
from cued.model import Measurement, Phase, Stability, Stride
from cued.sinks.live import Config, Live

SITE = Site(station="hall-2")


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[tuple[Live, aiohttp.ClientSession]]:
    live = Live(Config(port=0, **options), SITE, lambda _: None)
    async with live, aiohttp.ClientSession(live.address) as session:
        yield live, session


def walked(seconds: int) -> list[Any]:
    out: list[Any] = [Phase(t=0.0, name="settle", from_="idle", why="ready")]
    for n in range(1, seconds):
        out.append(Measurement(t=n, name="cadence_spm", value=100.0 + n, unit="spm", strides=4))
        out.append(Stability(t=n, level="steady", score=0.5))
        out.append(Stride(t=n, side="left", duration_s=1.0, length_m=1.0, speed_m_s=1.0))
    return out
