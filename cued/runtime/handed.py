"""Sockets that systemd opened for this process (sd_listen_fds(3)): port 80, without the right to.

Each is duplicated where it is asked for, so that who closes it leaves it for the next. Where no
page is served on the network, who asks there is turned away at once and not left waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator

FIRST = 3  # sd_listen_fds(3)


def handed() -> list[socket.socket]:
    """Return the listening sockets that systemd handed over, if any."""
    count = os.environ.get("LISTEN_FDS", "")
    if not count.isdigit() or os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    return [socket.socket(fileno=os.dup(FIRST + n)) for n in range(int(count))]


@contextlib.asynccontextmanager
async def turned_away() -> AsyncGenerator[None]:
    """Close every connection until a server takes over."""
    async with contextlib.AsyncExitStack() as stack:
        for listening in handed():
            server = await asyncio.start_server(lambda _, w: w.close(), sock=listening)
            stack.callback(server.close)
        yield
