"""Announces the page on the local network (mDNS): the only file that knows zeroconf.

Rules
-----
* ``_http._tcp`` named "cued STATION", and the host name ``cued-STATION.local``, for as long as the
  page is served, on the networks that it is served on and on no other.
* Two stations of one name: zeroconf numbers the later one's service, but their host name is the
  same one, so stations should have names of their own.
* What fails here costs nobody the page: it is told, once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cued.sinks._hosts import own_address

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

log = logging.getLogger(__name__)

SERVICE = "_http._tcp.local."
EVERYWHERE = ("0.0.0.0", "::")
AGAIN_S = 30.0  # a network may come up long after the daemon


def local_name(station: str) -> str:
    """Return the host name of a station's page; an underscore is none in a host name."""
    return f"cued-{station.replace('_', '-')}.local"


class Announcer:
    """Answers mDNS queries for the page.

    name : the host name; that of the station unless another is given.
    """

    def __init__(self, station: str, name: str = "") -> None:
        self._station = station
        self._name = name or local_name(station)
        self._zeroconf: AsyncZeroconf | None = None

    async def run(self, host: str, port: int) -> None:
        """Announce the page as soon as there is a network; report a failure once."""
        if find_spec("zeroconf") is None:
            log.warning("the page is not announced: pip install 'cued[dashboard]' brings zeroconf")
            return
        told = ""
        while why := await self._open(host, port):
            if why != told:
                log.warning("the page is not announced yet: %s", why)
            told = why
            await asyncio.sleep(AGAIN_S)
        log.info("announced as http://%s:%d/", self._name, port)

    async def close(self) -> None:
        """Say that it is gone."""
        if self._zeroconf:
            with contextlib.suppress(OSError, TimeoutError):
                await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()
            self._zeroconf = None

    async def _open(self, host: str, port: int) -> str:
        """Register the service; return why that cannot be, or nothing."""
        from zeroconf import Error  # noqa: PLC0415 (only this needs the extra)

        try:
            await self._register(host, port)
        except (Error, OSError, TimeoutError) as error:
            await self.close()
            return str(error) or type(error).__name__
        return ""

    async def _register(self, host: str, port: int) -> None:
        from zeroconf import InterfaceChoice, IPVersion  # noqa: PLC0415 (as above)
        from zeroconf.asyncio import AsyncZeroconf  # noqa: PLC0415 (as above)

        if host in EVERYWHERE and not own_address():
            raise OSError("there is no network")
        where = InterfaceChoice.All if host in EVERYWHERE else [host]
        version = IPVersion.V6Only if ":" in host and host != "::" else IPVersion.V4Only
        self._zeroconf = AsyncZeroconf(interfaces=where, ip_version=version)
        info = self._info(own_address() if host in EVERYWHERE else host, port)
        await (await self._zeroconf.async_register_service(info, allow_name_change=True))

    def _info(self, address: str, port: int) -> AsyncServiceInfo:
        from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415 (as above)

        return AsyncServiceInfo(
            SERVICE,
            f"cued {self._station}.{SERVICE}",
            port=port,
            properties={"path": "/", "station": self._station},
            server=f"{self._name}.",
            parsed_addresses=[address],
        )
