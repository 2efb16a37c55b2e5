"""Links to a broker that says nothing, or what cannot be read."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cued.sinks import _mqtt_client as client
from cued.sinks.mqtt import Config
from tests.helpers.far_end import running


@pytest.mark.alone
async def test_a_broker_that_never_answers_leaves_no_open_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 0.1)
    ended: list[asyncio.Task[bytes]] = []

    async def stare(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended.append(asyncio.create_task(reader.read()))
        await ended[-1]
        writer.close()

    enough = asyncio.Event()

    async def sleep(_wait_s: float) -> None:
        if len(ended) >= 3:
            enough.set()
            await asyncio.Event().wait()

    server = await asyncio.start_server(stare, "127.0.0.1", 0)
    async with server:
        config = Config(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        async with running(config, tmp_path, sleep=sleep):
            async with asyncio.timeout(20):
                await enough.wait()
            async with asyncio.timeout(5):
                await asyncio.gather(*ended)  # each connection was closed


@pytest.mark.alone
async def test_a_message_that_cannot_be_read_ends_the_link() -> None:
    """Otherwise its socket stays readable, and the loop spins on it for ever."""

    async def garble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x20\x03\x00\x00\x00")  # CONNACK, accepted
        await reader.readuntil(b"hello")
        writer.write(b"\x30\x06\x00\x03a/+\x00")  # PUBLISH on a topic with a wildcard
        writer.close()

    server = await asyncio.start_server(garble, "127.0.0.1", 0)
    async with server:
        config = Config(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        made = client.make_client(config, "one", client.proof(config), version=client.V5)
        async with made, asyncio.timeout(5):
            await made.publish("far", b"hello", 0)
            with pytest.raises(client.MqttError) as ended:
                await anext(made.messages)
    assert "Protocol error" in client.reason(ended.value)
