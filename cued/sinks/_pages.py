"""A small web server for fixed files and a few JSON bodies: the only file that knows aiohttp.

Rules
-----
* Only files that lie in the given folder and have a known suffix are served; there is no listing.
* A request must name a host we are known by: an address, localhost, the machine's own name, or one
  that was configured. Otherwise a web site could have a visitor's browser read our pages under the
  site's own name (DNS rebinding).
* Every answer carries the same strict headers.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path

from aiohttp import web

TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """Files of a folder, and JSON bodies by name.

    connects : given the host that the browser asked for, what its page may connect to (CSP).
    """

    def __init__(
        self,
        folder: Path,
        bodies: Mapping[str, Callable[[], bytes]],
        names: Collection[str],
        connects: Callable[[str], str],
    ) -> None:
        own = socket.gethostname().lower()
        self._names = {"localhost", own, f"{own}.local", *(n.lower() for n in names)}
        self._connects = connects
        self._bodies = bodies
        self._files = {
            p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.suffix in TYPES
        }
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/{path:.*}", self._get)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._runner.addresses[0][1])

    async def open(self, host: str, port: int) -> None:
        """Listen; raises OSError when that cannot be."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError:
            await self._runner.cleanup()
            raise

    async def close(self) -> None:
        """End listening and all connections."""
        await self._runner.cleanup()

    async def _get(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"] or "index.html"
        if path in self._bodies:
            body = self._bodies[path]()
            return web.Response(body=body, content_type="application/json")
        if path not in self._files:
            raise web.HTTPNotFound
        file = self._files[path]
        return web.FileResponse(file, headers={"Content-Type": TYPES[file.suffix]})

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        host = hostname(request.headers.get("Host", ""))
        if host not in self._names and not _is_address(host):
            text = "unknown host name; add it to names in [sinks.live]\n"
            raise web.HTTPMisdirectedRequest(text=text)
        response = await handler(request)
        response.headers.update(self._headers(host))
        return response

    def _headers(self, host: str) -> dict[str, str]:
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            f"img-src 'self'; connect-src 'self' {self._connects(host)}; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-cache",
        }


def hostname(host: str) -> str:
    """Take the port off a Host header, and lower its case; brackets of IPv6 stay."""
    bare, _, port = host.lower().rpartition(":")
    return bare if bare and port.isdigit() and not bare.endswith(":") else host.lower()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
