"""phyphox's server is asked over the loopback."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest

from cued.model import LinkChanged, LinkLost, Packet
from cued.sources import phyphox
from cued.sources.source import spread
from tests.helpers.phones import PHONE, acceleration, at, buffers
from tests.helpers.until import until


class PhyphoxServer:
    """As the app answers: /get with the values after those asked for."""

    def __init__(self) -> None:
        self.rate = 100.0
        self.start = asyncio.get_running_loop().time()
        self.asked: list[str] = []
        self.frozen = False

    async def serve(self, reader, writer) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        self.asked.append(line)
        body = b'{"result":true}' if line.startswith("/control") else self._values(line)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    def _values(self, line: str) -> bytes:
        query = parse_qs(urlsplit(line).query, keep_blank_values=True)
        now = int((asyncio.get_running_loop().time() - self.start) * self.rate)
        times = at(0, now, self.rate)
        if query["acc_time"] == [""]:
            return buffers("a", acc_time=times[-1:])
        after = float(query["acc_time"][0])
        assert unquote(query["accX"][0]) == f"{after!r}|acc_time"
        times = [] if self.frozen else [t for t in times if t > after]
        return acceleration("a", times)


async def test_phyphox_is_asked_only_for_new_values():
    phone = PhyphoxServer()
    await asyncio.sleep(0.05)
    server = await asyncio.start_server(phone.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    items = []
    async with server:
        config = phyphox.Config(host="127.0.0.1", port=port)
        source = phyphox.Phyphox(config, PHONE)
        task = asyncio.create_task(
            source.run(lambda item: items.extend(spread(item)), lambda: None)
        )
        await until(lambda: sum(p.ticks.size for p in items if isinstance(p, Packet)) > 60)
        phone.frozen = True
        with pytest.raises(LinkLost, match="measures nothing"):
            async with asyncio.timeout(6):
                await task
    ticks = np.concatenate([p.ticks for p in items if isinstance(p, Packet)])
    assert len(ticks) > 60
    assert np.diff(ticks) == pytest.approx(0.01)
    assert isinstance(items[0], LinkChanged)
    assert phone.asked[0] == "/control?cmd=start"


async def test_a_server_that_is_no_phyphox_is_a_lost_link():
    async def page(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        source = phyphox.Phyphox(phyphox.Config(host="127.0.0.1", port=port), PHONE)
        with pytest.raises(LinkLost, match="phyphox"):
            async with asyncio.timeout(5):
                await source.run(lambda _item: None, lambda: None)
