"""The server of the page: only its files, strict headers, known host names."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from cued.sinks._pages import MOST_CONNECTIONS
from tests.sinks.serving import serving


async def test_every_file_of_the_page_is_served_with_its_type() -> None:
    async with serving() as (_, session):
        index = await (await session.get("/")).text()
        wanted = [part.split('"')[0] for part in index.split('src="')[1:]]
        wanted += [p.split('"')[0] for p in index.split('<link rel="stylesheet" href="')[1:]]
        for path in wanted:
            answer = await session.get("/" + path)
            assert answer.status == 200, path
            suffix = path.rsplit(".", 1)[1]
            assert answer.content_type == {
                "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"
            }[suffix]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["/README.md", "/../live.py", "/%2e%2e/live.py", "/js", "/js/", "//etc/passwd", "/.", "/a%00"],
)
async def test_nothing_else_is_served(path: str) -> None:
    async with serving() as (live, session):
        from yarl import URL

        answer = await session.get(URL(live.address.rstrip("/") + path, encoded=True))
        assert answer.status in (400, 404)


async def test_headers_forbid_all_the_page_does_not_need() -> None:
    async with serving(broker_port=9443) as (_, session):
        headers = (await session.get("/")).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "connect-src 'self' ws://127.0.0.1:9443 wss://127.0.0.1:9443;" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
    async with serving(broker="wss://broker.example:8084/mqtt") as (_, session):
        policy = (await session.get("/")).headers["Content-Security-Policy"]
        assert "connect-src 'self' wss://broker.example:8084;" in policy


async def test_refusals_carry_the_same_headers() -> None:
    async with serving() as (_, session):
        page = (await session.get("/")).headers
        for method, path, host, status in [
            ("GET", "/none", "localhost", 404), ("GET", "/", "evil.example", 421),
            ("POST", "/", "localhost", 405), ("GET", "/", "x'; script-src *", 421),
        ]:  # fmt: skip
            answer = await session.request(method, path, headers={"Host": host})
            assert answer.status == status
            for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
                assert answer.headers[name] == page[name]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "*" not in answer.headers["Content-Security-Policy"]


async def test_an_invalid_request_is_one_log_line_with_the_same_headers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as (live, session):
        page = (await session.get("/")).headers
        port = urlsplit(live.address).port
        for data in (b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", b"\x16\x03\x01\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            answer = (await reader.read()).decode()
            writer.close()
            assert answer.startswith("HTTP/1.0 400 ") or answer.startswith("HTTP/1.1 400 ")
            for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
                assert f"\r\n{name}: {page[name]}\r\n" in answer
            assert "\r\nContent-Security-Policy: default-src 'none'" in answer
    said = [r for r in caplog.records if "requests" in r.name]
    assert said
    assert not any(r.exc_info or "\n" in r.getMessage() for r in said)


async def test_an_unknown_host_name_is_refused_and_a_configured_one_accepted() -> None:
    async with serving(names=("gym.example",)) as (_, session):
        for host, status in [
            ("evil.example", 421), ("gym.example:8080", 200), ("[::1]:80", 200), ("", 421),
            ("x'; script-src *", 421), ("localhost", 200),
        ]:  # fmt: skip
            answer = await session.get("/config.json", headers={"Host": host})
            assert answer.status == status, host


async def test_another_site_may_embed_it_only_if_configured() -> None:
    async with serving() as (_, session), session.get("/") as answer:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    home = "http://ha.local:8123"
    async with serving(frame_ancestors=(home,)) as (_, session), session.get("/") as answer:
        assert f"frame-ancestors {home}" in answer.headers["Content-Security-Policy"]


async def test_files_are_compressed_and_not_sent_again() -> None:
    async with serving() as (_, session):
        async with session.get("/vendor/mqtt.min.js") as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            tag = answer.headers["ETag"]
        again = {"If-None-Match": tag}
        async with session.get("/vendor/mqtt.min.js", headers=again) as answer:
            assert answer.status == 304


async def test_idle_connections_block_nobody() -> None:
    async with serving() as (made, session):
        assert made._pages
        idle = [
            await asyncio.open_connection("127.0.0.1", made._pages.port)
            for _ in range(3 * MOST_CONNECTIONS)
        ]
        async with session.get("/") as answer:
            assert answer.status == 200
        reader, _ = idle[0]
        assert await reader.read() == b""  # the oldest made room
        for _, writer in idle:
            writer.close()


async def test_only_reading_is_possible() -> None:
    async with serving() as (_, session):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert (await session.request(method, "/config.json", data=b"x")).status == 405
