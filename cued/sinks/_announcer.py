"""Announcement of the page on the local network (mDNS): the only file that imports zeroconf.

Rules
-----
* ``_http._tcp`` named "cued STATION", and the host name ``cued-STATION.local``, for as long as the
  page is served, and only on the networks that it is served on.
* If two stations have the same name, zeroconf numbers the later one's service, but they share a
  host name; so stations should have different names.
* Other stations are found the same way, and listed only with an address of a private network:
  anybody there may announce anything, and links on a page must not lead out of the house.
* A failure here is reported once; the page is served all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cued.sinks._hosts import EVERYWHERE, own_address

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

log = logging.getLogger(__name__)

SERVICE = "_http._tcp.local."
PREFIX = "cued "
MOST, LONGEST = 500, 40  # stations of a network; characters of a name
AGAIN_S = 30.0  # a network may come up long after the daemon


def local_name(station: str) -> str:
    """Return the host name of a station's page, in which underscores are not allowed."""
    return f"cued-{station.replace('_', '-')}.local"


class Announcer:
    """Answers mDNS queries for the page.

    name : the host name; empty: the station's.
    """

    def __init__(self, station: str, name: str = "") -> None:
        self._station = station
        self._name = name or local_name(station)
        self._zeroconf: AsyncZeroconf | None = None
        self._own = ""
        self._found: set[str] = set()  # names of services that may be stations

    def others(self) -> list[dict[str, str]]:
        """Return the other stations of this network: their names and pages' addresses."""
        if self._zeroconf is None:
            return []
        found = (self._station_of(n, self._zeroconf) for n in sorted(self._found - {self._own}))
        return [one for one in found if one]

    async def run(self, host: str, port: int) -> None:
        """Announce the page as soon as there is a network; report a failure once."""
        if find_spec("zeroconf") is None:
            log.warning("the page is not announced: pip install 'cued[dashboard]' brings zeroconf")
            return
        reported = ""
        while why := await self._open(host, port):
            if why != reported:
                log.warning("the page is not announced yet: %s", why)
            reported = why
            await asyncio.sleep(AGAIN_S)
        log.info("announced as http://%s:%d/", self._name, port)

    async def close(self) -> None:
        """Withdraw the announcement."""
        self._found.clear()
        if self._zeroconf:
            with contextlib.suppress(OSError, TimeoutError):
                await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()
            self._zeroconf = None

    async def _open(self, host: str, port: int) -> str:
        """Register the service; return why that failed, or nothing."""
        from zeroconf import Error  # noqa: PLC0415 (only this needs the extra)

        try:
            await self._register(host, port)
        except (Error, OSError, TimeoutError) as error:
            await self.close()
            return str(error) or type(error).__name__
        return ""

    async def _register(self, host: str, port: int) -> None:
        from zeroconf import InterfaceChoice, IPVersion  # noqa: PLC0415 (as above)
        from zeroconf.asyncio import (  # noqa: PLC0415 (as above)
            AsyncServiceBrowser,
            AsyncZeroconf,
        )

        if host in EVERYWHERE and not own_address():
            raise OSError("there is no network")
        where = InterfaceChoice.All if host in EVERYWHERE else [host]
        version = IPVersion.V6Only if ":" in host and host != "::" else IPVersion.V4Only
        self._zeroconf = AsyncZeroconf(interfaces=where, ip_version=version)
        info = self._info(own_address() if host in EVERYWHERE else host, port)
        await (await self._zeroconf.async_register_service(info, allow_name_change=True))
        self._own = info.name
        AsyncServiceBrowser(self._zeroconf.zeroconf, SERVICE, handlers=[self._changed])

    def _changed(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        """Follow which services are there (the arguments' names are zeroconf's)."""
        del zeroconf, service_type
        if state_change.name == "Removed":
            self._found.discard(name)
        elif name.startswith(PREFIX) and len(self._found) < MOST:
            self._found.add(name)

    @staticmethod
    def _station_of(name: str, zeroconf: AsyncZeroconf) -> dict[str, str]:
        """Return a service's station and page; nothing unless it is known and in this network."""
        from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415 (as above)

        info = AsyncServiceInfo(SERVICE, name)
        if not info.load_from_cache(zeroconf.zeroconf):
            return {}
        station = (info.decoded_properties.get("station") or "")[:LONGEST]
        near = [a for a in info.parsed_addresses() if ip_address(a).is_private and ":" not in a]
        if not station.isprintable() or not station or not near:
            return {}
        return {"name": station, "page": f"http://{near[0]}:{info.port}/"}

    def _info(self, address: str, port: int) -> AsyncServiceInfo:
        from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415 (as above)

        return AsyncServiceInfo(
            SERVICE,
            f"{PREFIX}{self._station}.{SERVICE}",
            port=port,
            properties={"path": "/", "station": self._station},
            server=f"{self._name}.",
            parsed_addresses=[address],
        )
