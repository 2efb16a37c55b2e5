"""Peers in tests: a watcher at a broker, and a running sink."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiomqtt
from msgspec import Struct

from cued import parts
from cued.config import Sensor, Site
from cued.model import AnyEvent, Command, CommandResult
from cued.sinks.mqtt import Config, Mqtt
from tests.helpers.world import PATIENCE_S

METRICS: dict[str, Struct] = {
    name: parts.load("metrics", name).config() for name in parts.names("metrics")
}
SENSORS = {
    "back": Sensor(device="polar_pmd", placement="lower_back"),
    "left shoe": Sensor(device="pod", placement="foot_left"),
}


def site(folder: Path, station: str = "test") -> Site:
    return Site(station=station, state=str(folder / "state"), sensors=SENSORS, metrics=METRICS)


class Watcher:
    """Subscribes to topics and waits for messages."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.seen: list[tuple[str, bytes, bool]] = []
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        with suppress(aiomqtt.MqttError):
            async for message in self.client.messages:
                async with self._news:
                    self.seen.append((str(message.topic), bytes(message.payload), message.retain))
                    self._news.notify_all()

    def of(self, topic: str) -> list[Any]:
        return [decoded(payload) for seen, payload, _ in self.seen if seen.endswith(topic)]

    async def wait_for(self, topic: str, fits: Callable[[Any], bool] = bool) -> Any:
        """Wait for a message on a topic whose payload fits; an earlier one counts too."""

        def found() -> list[Any]:
            return [body for body in self.of(topic) if fits(body)]

        try:
            async with asyncio.timeout(PATIENCE_S), self._news:
                await self._news.wait_for(found)
        except TimeoutError:
            raise AssertionError(f"nothing fitting on {topic}; seen: {self.seen}") from None
        return found()[0]


def decoded(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode()


@asynccontextmanager
async def watching(port: int, topics: str = "#", **options: Any) -> AsyncIterator[Watcher]:
    async with aiomqtt.Client("127.0.0.1", port, **options) as client:
        watcher = Watcher(client)
        listening = asyncio.create_task(watcher.listen())
        await client.subscribe(topics, qos=1)
        yield watcher
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


class Daemon:
    """The daemon as a sink sees it: it answers commands."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.sink: Mqtt | None = None

    def ask(self, command: Command) -> None:
        self.commands.append(command)
        assert self.sink
        self.sink.take(CommandResult(t=0.0, name=command.name, ok=True, id=command.id))


@asynccontextmanager
async def running(
    config: Config, folder: Path, daemon: Daemon | None = None, **given: Any
) -> AsyncIterator[Mqtt]:
    """Run a sink, and end it as the daemon does: the task first, then the context."""
    daemon = daemon or Daemon()
    async with Mqtt(config, site(folder), daemon.ask, **given) as sink:
        daemon.sink = sink
        task = asyncio.create_task(sink.run())
        try:
            yield sink
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def soon(sink: Mqtt, *events: AnyEvent) -> None:
    for event in events:
        sink.take(event)
    await asyncio.sleep(0)
