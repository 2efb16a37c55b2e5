"""The embedded broker, in its own process, with a sink and a watcher."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from cued.model import ConfigError, Stumble
from cued.reading import convert
from cued.sinks import _mqtt_client as client
from cued.sinks import broker
from cued.sinks.mqtt import Config
from tests.helpers.far_end import Daemon, running, site, watching
from tests.helpers.world import free_port

pytest.importorskip("amqtt")
websockets = pytest.importorskip("websockets")


@asynccontextmanager
async def embedded(folder: Path, **options: Any) -> AsyncIterator[broker.Broker]:
    options = {"port": free_port(), "websocket_port": free_port(), **options}
    async with broker.Broker(broker.Config(**options), site(folder), Daemon().ask) as made:
        task = asyncio.create_task(made.run())
        yield made
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def with_password(folder: Path, **options: Any) -> dict[str, Any]:
    file = folder / "broker.password"
    file.write_text("sesame")
    file.chmod(0o600)
    return {"user": "coach", "password_file": str(file), **options}


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


async def test_guests_can_read_and_only_users_write(tmp_path: Path) -> None:
    port = free_port()
    options = with_password(tmp_path, port=port, guests_read=True)
    daemon = Daemon()
    config = Config(
        host="127.0.0.1", port=port, user="coach", password_file=options["password_file"]
    )
    order = b'{"command": "pause"}'
    async with embedded(tmp_path, **options), running(config, tmp_path, daemon):
        async with watching(port) as guest:
            await guest.wait_for("test/state")
            await guest.client.publish("cued/test/command", order, qos=1)
            async with watching(port, username="coach", password="sesame") as user:
                await user.client.publish("cued/test/command", b'{"command": "skip"}', qos=1)
                await user.wait_for("command/result")
        assert [c.name for c in daemon.commands] == ["skip"]
        will = aiomqtt.Will("cued/test/command", order)
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", port, will=will, timeout=5):
                pass
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", port, username="coach", password="x", timeout=5):
                pass


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        (None, True),  # no browser
        ("http://127.0.0.1:8080", True),
        ("http://ha.local:8123", True),  # configured
        ("http://evil.example", False),
        ("http://localhost.evil.example", False),
        ("null", False),
    ],
)
async def test_a_web_page_of_another_origin_is_refused(
    tmp_path: Path, origin: str | None, let_in: bool
) -> None:
    port = free_port()
    async with embedded(tmp_path, websocket_port=port, origins=("http://ha.local:8123",)):
        with nullcontext() if let_in else pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(
                f"ws://127.0.0.1:{port}/mqtt", origin=origin, subprotocols=["mqtt"]
            ):
                pass


async def test_idle_sockets_block_nobody_and_large_messages_are_not_read(tmp_path: Path) -> None:
    port = free_port()
    async with embedded(tmp_path, port=port) as made:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        async with watching(port) as far:
            await far.client.publish("a", b"x")
            await far.wait_for("a")
            async with aiomqtt.Client("127.0.0.1", port) as large:
                await large.publish("b", bytes(2_000_000))
                with pytest.raises(aiomqtt.MqttError):
                    await large.publish("b", b"", qos=1, timeout=2)
            await far.client.publish("a", b"y")
            await far.wait_for("a", lambda said: said == "y")
            assert far.of("b") == []
        for _, writer in idle:
            writer.close()
        assert made._process
        assert made._process.returncode is None


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
