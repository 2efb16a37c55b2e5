"""Limits of the embedded broker against strangers and web pages of other sites."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path

import aiomqtt
import pytest

from tests.helpers.far_end import watching
from tests.helpers.world import free_port
from tests.sinks.embedded import embedded

websockets = pytest.importorskip("websockets")


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
