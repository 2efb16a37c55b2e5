"""The server of the page: only its files, strict headers, known host names."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from cued.coach.commands import SAYABLE
from cued.coach.workout.profile import PROFILES
from cued.config import Site
from cued.model import BeltState, Cue, Measurement, Notice, Phase, Stability, Stride
from cued.sinks import _session_so_far, live
from cued.sinks._hosts import hostname
from cued.sinks._pages import MOST_CONNECTIONS
from cued.sinks._session_so_far import SoFar
from cued.sinks.live import Config, Live

SITE = Site(station="hall-2")


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[tuple[Live, aiohttp.ClientSession]]:
    live = Live(Config(port=0, **options), SITE, lambda _: None)
    async with live, aiohttp.ClientSession(live.address) as session:
        yield live, session


def walked(seconds: int) -> list[Any]:
    out: list[Any] = [Phase(t=0.0, name="settle", from_="idle", why="ready")]
    for n in range(1, seconds):
        out.append(Measurement(t=n, name="cadence_spm", value=100.0 + n, unit="spm", strides=4))
        out.append(Stability(t=n, level="steady", score=0.5))
        out.append(Stride(t=n, side="left", duration_s=1.0, length_m=1.0, speed_m_s=1.0))
    return out


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


@pytest.mark.parametrize(
    ("host", "bare"),
    [("Pi.local:80", "pi.local"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("", ""),
     (":80", ":80")],
)  # fmt: skip
def test_the_port_is_removed_from_a_host(host: str, bare: str) -> None:
    assert hostname(host) == bare


async def test_the_page_gets_the_address_of_the_broker_and_no_secret() -> None:
    async with serving(commands=False) as (_, session):
        answer = await (await session.get("/config.json")).json()
        assert set(answer.pop("phrases")) == set(SAYABLE)
        assert tuple(answer.pop("profiles")) == PROFILES
    assert answer == {
        "root": "cued", "port": 9001, "commands": False, "history": "hall-2", "station": "hall-2",
        "language": "en", "languages": ["de", "en", "es", "fr", "it"], "speed_unit": "km/h",
        "settings": False,
    }  # fmt: skip
    async with serving(start="all", broker="ws://b:1/") as (_, session):
        answer = await (await session.get("/config.json")).json()
    assert answer["broker"] == "ws://b:1/"
    assert "station" not in answer


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


async def test_a_taken_port_is_reported_once_and_served_when_free(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live, "AGAIN_S", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        page = Live(Config(port=port), SITE, lambda _: None)
        async with asyncio.timeout(20), page:
            trying = asyncio.create_task(page.run())
            await asyncio.sleep(0.2)
            other.close()
            await trying
            async with aiohttp.ClientSession(page.address) as session:
                assert (await session.get("/")).status == 200
    warned = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert len(warned) == 1
    assert f"[sinks.live] cannot listen on 127.0.0.1, port {port}: " in warned[0]


async def test_history_holds_the_events_taken() -> None:
    async with serving() as (live, session):
        live.take(BeltState(t=0.0, speed_m_s=1.0, source="console"))
        for event in walked(40):
            live.take(event)
        live.take(Cue(t=40.0, key="tall", text="Tall", pattern="none", priority=2, verdict="given"))
        live.take(Notice(t=41.0, level="info", code="mark", text="here"))
        kept = await (await session.get("/history.json")).json()
    assert kept["t"] == [float(n) for n in range(1, 40)]
    assert kept["columns"]["cadence"][-1] == 139.0
    assert kept["columns"]["length"] == [None] * 39
    assert [m["kind"] for m in kept["marks"]] == ["phase", "cue"]
    assert [e["type"] for e in kept["events"]] == ["phase", "cue", "notice"]
    assert kept["began"] == 0.0


def test_a_day_of_walking_stays_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_session_so_far, "ROWS", 400)
    so_far = SoFar()
    for event in walked(3000):
        so_far.take(event)
    t = json.loads(so_far.encoded())["t"]
    assert len(t) <= 400
    assert t == sorted(t)
    assert t[-1] == 2999.0
    assert t[0] == 1.0


def test_a_new_session_starts_a_new_history() -> None:
    so_far = SoFar()
    for event in walked(30):
        so_far.take(event)
    so_far.take(Phase(t=50.0, name="idle", from_="settle", why="stop"))
    assert len(json.loads(so_far.encoded())["t"]) == 29
    so_far.take(Phase(t=60.0, name="check_in", from_="idle", why="begin"))
    kept = json.loads(so_far.encoded())
    assert kept["t"] == []
    assert kept["began"] == 60.0
