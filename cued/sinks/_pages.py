"""A small web server for fixed files and a few JSON bodies: the only file that imports aiohttp.

Rules
-----
* Only files in the given folder with a known suffix are served; there is no listing.
* A request must name one of our hosts: an address, localhost, the machine's own name, or a
  configured one. Otherwise a web site could make a visitor's browser read our pages under the
  site's own name (DNS rebinding).
* ``MOST_CONNECTIONS`` may be open at once; for one more, the oldest without a request is closed. A
  connection without a request within ``ASKED_WITHIN_S``, or without another within ``IDLE_S``, is
  closed too: idle sockets must not use up the file descriptors of the coach's process.
* If ``asked`` is given, our own page may call it by POST: JSON, from our own origin, with a key in
  a header, which no other web site can send.
* Every answer carries the same strict headers.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import zlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from msgspec import Struct

from cued.reading import from_json
from cued.runtime.systemd import handed_sockets
from cued.sinks._hosts import EVERYWHERE, hostname, is_ours

TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
MOST_CONNECTIONS = 64  # a browser opens six
ASKED_WITHIN_S = 5.0  # chosen: a browser sends a request at once
IDLE_S = 15.0  # chosen: an open page sends a request every second
LARGEST = 16 * 1024  # bytes of a request; chosen
KEY = "X-Cued-Key"


class PageReply(Struct, frozen=True):
    """An answer to a page's POST."""

    status: int
    body: dict[str, Any]


Asked = Callable[[str, dict[str, Any], str], Awaitable[PageReply]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """Files of a folder, and JSON bodies by name.

    connects : gives, for the browser's host, the addresses that its page may connect to (CSP).
    leads : gives the address to redirect a request for a foreign host to; "" refuses it.
    """

    def __init__(
        self,
        folder: Path,
        bodies: Mapping[str, Callable[[], bytes]],
        names: Collection[str],
        connects: Callable[[str], str],
        frames: Collection[str] = (),
        first: str = "index.html",
        asked: Asked | None = None,
        leads: Callable[[], str] = lambda: "",
    ) -> None:
        self._leads = leads
        self._first = first
        self._frames = " ".join(frames) or "'none'"
        self._names = names
        self._silent: dict[asyncio.BaseTransport, None] = {}  # without a request, oldest first
        self._connects = connects
        self._bodies = bodies
        self._files = {
            p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.suffix in TYPES
        }
        self._bytes: dict[str, bytes] = {}
        self._packed: dict[str, bytes] = {}
        app = web.Application(middlewares=[self._guard], client_max_size=LARGEST)
        if asked:
            self._asked = asked
            app.router.add_post("/ask/{name}", self._ask)
        app.router.add_get("/{path:.*}", self._get)
        app.on_response_prepare.append(self._sign)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, keepalive_timeout=IDLE_S, logger=_logger()
        )

    @property
    def port(self) -> int:
        """The port of the server."""
        return int(self._runner.addresses[0][1])

    async def open(self, host: str, port: int) -> None:
        """Listen, on every network also on systemd's sockets. Raises OSError."""
        await self._runner.setup()
        self._watch_connections()
        try:
            await web.TCPSite(self._runner, host, port).start()
            for listening in handed_sockets() if host in EVERYWHERE else ():
                await web.SockSite(self._runner, listening).start()
        except OSError:
            await self._runner.cleanup()
            raise

    async def close(self) -> None:
        """Stop listening and close all connections."""
        await self._runner.cleanup()

    def _watch_connections(self) -> None:
        """Limit and close idle connections, and add the headers to aiohttp's own answers."""
        server, loop = self._runner.server, asyncio.get_running_loop()
        assert server is not None
        note, sign = server.connection_made, self._add_headers

        class Signing(RequestHandler):
            """Adds the headers to errors that aiohttp answers before it reaches the application."""

            __slots__ = ()

            def handle_error(
                self, request: web.BaseRequest, *args: Any, **more: Any
            ) -> web.StreamResponse:
                response = super().handle_error(request, *args, **more)
                sign(request, response)
                return response

        def connection_made(handler: RequestHandler, transport: asyncio.Transport) -> None:
            handler.__class__ = Signing
            note(handler, transport)
            self._silent[transport] = None
            loop.call_later(ASKED_WITHIN_S, self._end_if_silent, transport)
            if len(server.connections) > MOST_CONNECTIONS:
                self._end_if_silent(next(iter(self._silent)))

        server.connection_made = connection_made  # aiohttp has no time limit for a request's head

    def _end_if_silent(self, transport: asyncio.BaseTransport) -> None:
        if transport in self._silent:
            del self._silent[transport]
            transport.close()

    async def _get(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"] or self._first
        if path in self._bodies:
            body = self._bodies[path]()
            return web.Response(body=body, content_type="application/json")
        if path not in self._files:
            raise web.HTTPNotFound
        file = self._files[path]
        body, tag = self._read(path)
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        headers = {"Content-Type": TYPES[file.suffix], "ETag": tag, "Vary": "Accept-Encoding"}
        if path in self._packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = self._packed[path], "gzip"
        return web.Response(body=body, headers=headers)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        host = request.headers.get("Host", "")
        if request.headers.get("Origin", "") not in (f"http://{host}", f"https://{host}"):
            raise web.HTTPForbidden(text="asked from another page\n")
        packed = "Content-Encoding" in request.headers
        if packed or request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            body = from_json(await request.read(), dict[str, Any])
        except msgspec.MsgspecError:
            raise web.HTTPBadRequest from None
        key = request.headers.get(KEY, "")
        reply = await self._asked(request.match_info["name"], body, key)
        headers = {"Cache-Control": "no-store"}
        return web.json_response(reply.body, status=reply.status, headers=headers)

    def _read(self, path: str) -> tuple[bytes, str]:
        """Return a file and its tag; compress it once, half a megabyte to a third of that."""
        if path not in self._bytes:
            body = self._bytes[path] = self._files[path].read_bytes()
            if not path.endswith(".woff2"):
                self._packed[path] = gzip.compress(body, mtime=0)
        body = self._bytes[path]
        return body, f'"{zlib.crc32(body):08x}"'

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.transport is not None:
            self._silent.pop(request.transport, None)
        host = hostname(request.headers.get("Host", ""))
        if not is_ours(host, self._names):
            if request.method == "GET" and (where := self._leads()):
                raise web.HTTPFound(where)
            text = "unknown host name; add it to names in [sinks.live]\n"
            raise web.HTTPMisdirectedRequest(text=text)
        return await handler(request)

    async def _sign(self, request: web.Request, response: web.StreamResponse) -> None:
        self._add_headers(request, response)

    def _add_headers(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Add the headers to an answer."""
        host = hostname(request.headers.get("Host", ""))
        known = host if is_ours(host, self._names) else "localhost"
        for name, value in self._headers(known).items():
            response.headers.setdefault(name, value)

    def _headers(self, host: str) -> dict[str, str]:
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            "img-src 'self'; manifest-src 'self'; worker-src 'self'; "
            f"connect-src 'self' {self._connects(host)}; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {self._frames}"
        )
        return {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-cache",
        }


def _logger() -> logging.Logger:
    """Return a log with one line for an unreadable request, because anybody can send one."""
    quiet = logging.getLogger(f"{__name__}.requests")
    quiet.addFilter(_one_line)
    return quiet


def _one_line(record: logging.LogRecord) -> bool:
    if record.exc_info and (error := record.exc_info[1]) is not None:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        record.msg, record.args = f"{record.getMessage()}: {what[:200]}", ()
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True
