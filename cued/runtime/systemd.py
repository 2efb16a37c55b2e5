"""What systemd is told (sd_notify(3)), and the sockets that it opened (sd_listen_fds(3)).

The socket of notices is opened once and kept: the watchdog has to be fed even when somebody has
used up every file that this process may open. Each socket that was opened, for port 80 without the
right to it, is duplicated where it is asked for, so that who closes it leaves it for the next.
Where no page is served on the network, who asks there is turned away at once and not left waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import socket
from collections.abc import AsyncGenerator

FIRST = 3  # sd_listen_fds(3)


def notify(state: str) -> bool:
    """Send ``READY=1``, ``WATCHDOG=1`` or another state; return False if there is no listener."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        # Not waited for: where systemd itself hangs, what it has not read yet is enough.
        _socket().sendto(state.encode(), socket.MSG_DONTWAIT, address)
    except OSError:
        return False
    return True


@functools.cache
def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)


def watchdog_s() -> float | None:
    """Return how often systemd wants to hear from this process, s; None when it does not."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(usec) / 1e6 if usec.isdigit() and ours else None


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
