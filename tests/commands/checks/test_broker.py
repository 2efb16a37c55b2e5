"""Check of the broker: a message to ourselves comes back, or a line says what to look at."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from cued import config
from cued.commands._checks import broker as module
from cued.commands._checks.broker import broker
from cued.config import Site

SITE = Site(station="gym")


def mqtt(**options):
    return config.convert({"sinks": {"mqtt": {"host": "127.0.0.1", **options}}})


@contextlib.asynccontextmanager
async def a_broker(*, answers: bool) -> AsyncIterator[int]:
    """Serve one client with just enough of MQTT 3.1.1; return the port."""
    serving = []

    async def serve(reader, writer):
        serving.append(asyncio.current_task())
        while head := await reader.read(2):  # type and flags, and a length below 128
            kind, body = head[0] >> 4, await reader.readexactly(head[1])
            if kind == 1:
                writer.write(b"\x20\x02\x00\x00")  # CONNACK, accepted
            elif kind == 8:
                writer.write(b"\x90\x03" + body[:2] + b"\x01")  # SUBACK, QoS 1
            elif kind == 3:
                topic = body[: 2 + body[1]]
                number, rest = body[len(topic) : len(topic) + 2], body[len(topic) + 2 :]
                writer.write(b"\x40\x02" + number)  # PUBACK
                if answers:
                    writer.write(bytes([0x30, len(topic + rest)]) + topic + rest)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*serving)


async def test_without_the_section_nothing_is_tried():
    assert (await broker(config.convert({}), SITE)).state == "skipped"


async def test_a_message_that_comes_back_is_timed():
    async with a_broker(answers=True) as port:
        check = await broker(mqtt(port=port), SITE)
    assert check.state == "ok"
    assert check.found.startswith("127.0.0.1: a message came back in ")


async def test_a_broker_that_keeps_the_message_has_not_answered(monkeypatch):
    monkeypatch.setattr(module, "WITHIN_S", 0.1)
    async with a_broker(answers=False) as port:
        check = await broker(mqtt(port=port), SITE)
    assert (check.state, check.found) == ("failed", "127.0.0.1: no answer")
    assert "docs/mqtt.md" in check.advice


async def test_a_port_at_which_nobody_listens_fails_with_the_host():
    async with a_broker(answers=True) as port:
        pass
    check = await broker(mqtt(port=port), SITE)
    assert check.state == "failed"
    assert check.found.startswith("127.0.0.1: ")


@pytest.mark.parametrize(
    ("options", "state"),
    [({"password_file": "/nowhere/secret"}, "failed"), ({"credential": "mqtt"}, "warning")],
)
async def test_a_password_that_only_the_service_can_read_is_no_failure(options, state):
    check = await broker(mqtt(user="cued", **options), SITE)
    assert check.state == state
    assert "journalctl" in check.advice
