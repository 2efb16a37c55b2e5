"""A minimal HTTP client and server for a phone in the same network: one GET, and POSTs.

Rules: sizes, times and connections are bounded; a POST counts only with the right path and not from
a web page (browsers send an origin); one request a connection (phyphox does not support
keep-alive); whatever a peer sends raises ``LinkLost`` at most. aiohttp is not used because it is an
extra and sets no time limit for a request's head.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncGenerator

from cued.model import LinkLost

MOST_BYTES = 4_000_000  # chosen: far more than a phone sends at once
WITHIN_S = 3.0  # for a request in the local network
MOST_WAITING = 16  # chosen: over a second of a phone that sends ten times a second
MOST_OPEN = 16  # connections at once; a phone opens one
PROBLEMS = (OSError, TimeoutError, EOFError, ValueError, asyncio.LimitOverrunError)


async def get(host: str, port: int, path: str) -> bytes:
    """Fetch a path; LinkLost when there is no proper answer in time."""
    try:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                writer.write(head.encode("ascii"))
                status, fields = await _head(reader)
                body = await _body(reader, fields)
            finally:
                writer.close()
    except PROBLEMS as error:
        raise LinkLost(f"{host}:{port} does not answer ({str(error) or 'too slow'})") from None
    if status.split(" ")[1:2] != ["200"]:
        raise LinkLost(f"{host}:{port} answers {status!r}")
    return body


@contextlib.asynccontextmanager
async def posts(
    host: str, port: int, path: str = ""
) -> AsyncGenerator[tuple[int, asyncio.Queue[bytes]]]:
    """Serve, and queue the body of every POST to ``path`` (if empty, to any), dropping the oldest.

    Yields the port and the queue.
    """
    bodies: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
    inside = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal inside
        if inside >= MOST_OPEN:
            writer.transport.abort()
            return
        inside += 1
        answer = "400 Bad Request"
        with contextlib.suppress(*PROBLEMS):
            async with asyncio.timeout(WITHIN_S):
                request, fields = await _head(reader)
                answer = _refusal(request, fields, path)
                if not answer:
                    answer = "400 Bad Request"
                    body = await _body(reader, fields)
                    if bodies.full():
                        bodies.get_nowait()
                    bodies.put_nowait(body)
                    answer = "200 OK"
        with contextlib.suppress(OSError):
            head = f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            writer.write(head.encode("ascii"))
            await writer.drain()
        writer.close()
        inside -= 1

    try:
        server = await asyncio.start_server(serve, host, port)
    except OSError as error:
        raise LinkLost(f"{host}:{port}: {error.strerror or error}") from None
    async with server:
        yield int(server.sockets[0].getsockname()[1]), bodies


def _refusal(request: str, fields: dict[str, str], path: str) -> str:
    """Return the status that refuses a request, or an empty text."""
    method, _, rest = request.partition(" ")
    if method != "POST":
        return "405 Method Not Allowed"
    if "origin" in fields:
        return "403 Forbidden"
    asked = rest.partition(" ")[0].partition("?")[0].strip("/")
    return "" if not path or hmac.compare_digest(asked.encode(), path.encode()) else "404 Not Found"


async def _head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if ":" in line)
    return lines[0], {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> bytes:
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    if "content-length" in fields:
        size = int(fields["content-length"])
        if not 0 <= size <= MOST_BYTES:
            raise ValueError(f"{size} bytes")
        return await reader.readexactly(size)
    body = await reader.read(MOST_BYTES + 1)
    while not reader.at_eof() and len(body) <= MOST_BYTES:
        body += await reader.read(MOST_BYTES)
    if len(body) > MOST_BYTES:
        raise ValueError("too long")
    return body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        if size < 0 or len(body) + size > MOST_BYTES:
            raise ValueError("too long")
        body += await reader.readexactly(size)
        await reader.readline()
    return body
