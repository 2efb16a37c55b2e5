"""The small HTTP client and server for phones, over the loopback."""

from __future__ import annotations

import asyncio

import pytest

from cued.model import LinkLost
from cued.sources import _http
from cued.sources._http import MOST_WAITING, WITHIN_S, get, posts
from tests.helpers.phones import post


async def test_a_missing_phone_is_a_lost_link():
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(LinkLost):
            await get("127.0.0.1", port, "/get")
    with pytest.raises(LinkLost):
        await get("127.0.0.1", port, "/get")


async def test_a_phone_that_says_nothing_is_too_slow(monkeypatch):
    monkeypatch.setattr(_http, "WITHIN_S", 0.05)
    ended = asyncio.Event()

    async def listen(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(LinkLost, match="too slow"):
            await get("127.0.0.1", port, "/get")
        await ended.wait()


async def test_an_answer_of_another_status_is_a_lost_link():
    async with posts("127.0.0.1", 0) as (port, _):
        with pytest.raises(LinkLost, match="405 Method Not Allowed"):
            await get("127.0.0.1", port, "/")


async def test_a_taken_port_is_a_lost_link():
    async with posts("127.0.0.1", 0) as (port, _):
        with pytest.raises(LinkLost, match=str(port)):
            async with posts("127.0.0.1", port):
                pass


async def test_chunked_bodies_are_joined():
    async with posts("127.0.0.1", 0) as (port, bodies):
        chunked = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        assert b"200" in await post(port, chunked, head="Transfer-Encoding: chunked")
        assert bodies.get_nowait() == b"abcde"


async def test_only_a_proper_post_counts():
    async with posts("127.0.0.1", 0) as (port, bodies):
        assert b"400" in await post(port, b"", head="Content-Length: x")
        async with asyncio.timeout(WITHIN_S / 2):  # it does not wait for so long a body
            assert b"400" in await post(port, b"", head="Content-Length: 4000001")
        assert b"405" in await post(port, b"", method="GET")
        assert b"403" in await post(port, b"", head="Content-Length: 0\r\nOrigin: http://a.b")
        assert bodies.empty()


async def test_a_post_to_another_path_than_the_token_does_not_count():
    async with posts("127.0.0.1", 0, "longenough") as (port, bodies):
        assert b"404" in await post(port, b"a")
        assert b"404" in await post(port, b"b", method="POST /longenoug")
        assert b"200" in await post(port, b"c", method="POST /longenough?d=1")
        assert bodies.get_nowait() == b"c"
        assert bodies.empty()


async def test_of_too_many_waiting_bodies_the_oldest_is_dropped():
    async with posts("127.0.0.1", 0) as (port, bodies):
        for n in range(MOST_WAITING + 1):
            assert b"200" in await post(port, bytes((n,)))
        assert [bodies.get_nowait()[0] for _ in range(MOST_WAITING)] == list(
            range(1, MOST_WAITING + 1)
        )
