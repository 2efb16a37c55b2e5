"""The live page: what it is told, when it is served, and where it is found."""

from __future__ import annotations

import asyncio
import logging
import socket

import aiohttp
import pytest

from cued.coach.commands import SAYABLE
from cued.coach.workout.profile import PROFILES
from cued.config import Site
from cued.sinks import live
from cued.sinks._hosts import qr_code
from cued.sinks.live import Config, Live
from tests.helpers.world import taken
from tests.sinks.serving import SITE, serving


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


async def test_the_address_is_printed_only_when_it_listens(caplog):
    pytest.importorskip("aiohttp")
    with taken() as port, caplog.at_level(logging.INFO):
        async with live.Live(live.Config(port=port), Site(), print) as page:
            assert "live page is at" not in caplog.text
            assert "set port to a free one" in caplog.text
            assert page.address == f"http://127.0.0.1:{port}/"


async def test_the_network_address_is_shown_as_a_qr_code(monkeypatch, caplog, capsys):
    pytest.importorskip("aiohttp")
    monkeypatch.setattr(live, "own_address", lambda: "192.0.2.7")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with caplog.at_level(logging.INFO):
        async with live.Live(live.Config(host="0.0.0.0", port=0, qr_code=True), Site(), print) as p:
            port = p.address.rsplit(":", 1)[1]
    assert f"http://192.0.2.7:{port}" in caplog.text
    assert capsys.readouterr().err.strip() == qr_code(f"http://192.0.2.7:{port}").strip()
