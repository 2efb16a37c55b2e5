"""The embedded broker, run for a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from cued.sinks import broker
from tests.helpers.far_end import Daemon, site
from tests.helpers.world import free_port

pytest.importorskip("amqtt")


@asynccontextmanager
async def embedded(folder: Path, **options: Any) -> AsyncIterator[broker.Broker]:
    options = {"port": free_port(), "websocket_port": free_port(), **options}
    async with broker.Broker(broker.Config(**options), site(folder), Daemon().ask) as made:
        task = asyncio.create_task(made.run())
        yield made
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
