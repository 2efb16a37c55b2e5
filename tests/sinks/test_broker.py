"""The embedded broker, in its own process, with a sink and a watcher."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from cued.config import Site
from cued.model import ConfigError, Stumble
from cued.reading import convert
from cued.sinks import _mqtt_client as client
from cued.sinks import broker
from cued.sinks.mqtt import Config
from tests.helpers.far_end import running, watching
from tests.helpers.world import free_port, taken
from tests.sinks.embedded import embedded


async def test_it_carries_state_events_commands_and_the_last_will(tmp_path: Path) -> None:
    port, websocket_port = free_port(), free_port()
    async with (
        embedded(tmp_path, port=port, websocket_port=websocket_port),
        watching(websocket_port, transport="websockets", websocket_path="/mqtt") as page,
        running(Config(host="127.0.0.1", port=port), tmp_path) as sink,
    ):
        assert await page.wait_for("test/availability") == "online"
        await page.wait_for("test/state")
        sink.take(Stumble(t=1.0, score=2.0))
        assert (await page.wait_for("test/event"))["type"] == "stumble"
        await page.client.publish("cued/test/command", b'{"command": "pause"}')
        assert (await page.wait_for("command/result"))["ok"]
        async with watching(port) as late:
            await late.wait_for("test/state")
            await late.wait_for("test/availability")


async def test_a_killed_broker_is_restarted_and_everything_published_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "AGAIN_S", 0.0)
    monkeypatch.setattr(client, "ANSWER_S", 1.0)
    port = free_port()

    async def at_once(_wait_s: float) -> None:
        await asyncio.sleep(0.05)

    async with embedded(tmp_path, port=port) as made:
        config = Config(host="127.0.0.1", port=port)
        async with running(config, tmp_path, sleep=at_once):
            async with watching(port) as far:
                await far.wait_for("test/state")
            assert made._process
            os.kill(made._process.pid, signal.SIGKILL)
            async with asyncio.timeout(20):
                while True:
                    with suppress(aiomqtt.MqttError):
                        async with watching(port, timeout=1) as again:
                            await again.wait_for("test/state")
                        break
                    await asyncio.sleep(0.05)


async def test_it_does_not_outlive_the_daemon(tmp_path: Path) -> None:
    async with embedded(tmp_path) as made:
        assert made._process
        process = made._process
        assert process.stdin
        process.stdin.close()  # as when the daemon is gone
        async with asyncio.timeout(10):
            await process.wait()
    assert process.returncode is not None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"address": "0.0.0.0"}, "reached from outside"),
        ({"address": "::"}, "reached from outside"),
        ({"address": "192.168.1.4"}, "reached from outside"),
        ({"user": "coach"}, "belong together"),
        ({"port": 1883, "websocket_port": 1883}, "must differ"),
    ],
)
def test_it_refuses_to_be_open_to_a_network(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        convert(options, broker.Config, "[sinks.broker]")


@pytest.mark.parametrize("key", ["port", "websocket_port"])
async def test_a_broker_whose_port_is_taken_says_so_once(key, caplog):
    with taken() as port, taken() as free:
        pass
    other = {"port": "websocket_port", "websocket_port": "port"}[key]
    with taken() as port:
        options = broker.Config(**{key: port, other: free})
        with caplog.at_level(logging.WARNING):
            async with broker.Broker(options, Site(), print) as made:
                assert made._process
                await made._process.wait()
                await made._start()
        warned = [r.getMessage() for r in caplog.records if r.name == broker.__name__]
        assert len(warned) == 1, warned
        assert f"port {port}: another program has it; set {key}" in warned[0]
