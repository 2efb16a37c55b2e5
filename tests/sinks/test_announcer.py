"""A page can be found in the network, only while it is served (mDNS on loopback)."""

from __future__ import annotations

import asyncio
import sys

import pytest

pytest.importorskip("zeroconf")

import aiohttp
from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from cued.config import Site
from cued.sinks._announcer import SERVICE, local_name
from cued.sinks.live import Config, Live

HERE = "127.0.0.1"


class Looking:
    """zeroconf's own browser; ``seen`` records arrivals and departures."""

    def __init__(self) -> None:
        self.zeroconf = AsyncZeroconf(interfaces=[HERE])
        self._seen: asyncio.Queue[tuple[str, ServiceStateChange]] = asyncio.Queue()
        self._browser = AsyncServiceBrowser(
            self.zeroconf.zeroconf, SERVICE, handlers=[self._changed]
        )

    def _changed(self, zeroconf, service_type, name, state_change) -> None:  # zeroconf's keywords
        self._seen.put_nowait((name, state_change))

    async def until(self, name: str, change: ServiceStateChange) -> str:
        async with asyncio.timeout(20):
            while True:
                seen, happened = await self._seen.get()
                if seen.startswith(name) and happened is change:
                    return seen

    async def close(self) -> None:
        await self._browser.async_cancel()
        await self.zeroconf.async_close()


@pytest.fixture
async def looking():
    looking = Looking()
    yield looking
    await looking.close()


async def test_a_served_page_is_found_by_name_and_host(looking: Looking) -> None:
    page = Live(Config(port=0), Site(station="hall_2"), lambda _: None)
    async with page:
        await page.run()
        found = await looking.until("cued hall_2", ServiceStateChange.Added)
        info = AsyncServiceInfo(SERVICE, found)
        assert await info.async_request(looking.zeroconf.zeroconf, 5000)
        assert page._pages
        assert (info.server, info.port) == ("cued-hall-2.local.", page._pages.port)
        assert info.parsed_addresses() == [HERE]
    await looking.until("cued hall_2", ServiceStateChange.Removed)


async def test_stations_find_each_other_and_link_only_inside_the_house(
    looking: Looking,
) -> None:
    def far(name: str, address: str) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            SERVICE, f"{name}.{SERVICE}", port=80, properties={"station": "evil"},
            server=f"{name[-2:]}.local.", parsed_addresses=[address],
        )  # fmt: skip

    names = ("hall_a", "hall_b")
    near, other = (Live(Config(port=0), Site(station=name), lambda _: None) for name in names)
    async with near, other:
        await near.run()
        await looking.zeroconf.async_register_service(far("cued x1", "93.184.216.34"))
        await looking.zeroconf.async_register_service(far("printer x2", HERE))
        await other.run()
        await looking.until("cued x1", ServiceStateChange.Added)
        wanted = {"name": "hall_b", "page": other.address}
        for _ in range(200):
            if wanted in (found := near._announcer.others()):
                break
            await asyncio.sleep(0.1)
        assert wanted in found
        assert {"evil", "hall_a"} & {one["name"] for one in found} == set()
        async with aiohttp.ClientSession(near.address) as session:
            assert await (await session.get("/stations.json")).json() == found
    assert near._announcer.others() == []


async def test_the_page_answers_to_its_announced_name() -> None:
    page = Live(Config(port=0), Site(station="hall"), lambda _: None)
    async with page, aiohttp.ClientSession(page.address) as session:
        async with session.get("/", headers={"Host": local_name("hall")}) as answer:
            assert answer.status == 200
        async with session.get("/", headers={"Host": local_name("other")}) as answer:
            assert answer.status == 421


async def test_a_missing_library_is_reported_and_the_page_is_served(monkeypatch, caplog) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    monkeypatch.setattr("cued.sinks._announcer.find_spec", lambda _name: None)
    page = Live(Config(port=0), Site(), lambda _: None)
    async with page:
        await page.run()
        assert page._pages
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
        "the page is not announced: pip install 'cued[dashboard]' brings zeroconf"
    ]
