"""Notifications to systemd (sd_notify(3)), and the sockets that it opened (sd_listen_fds(3)).

The notification socket is opened once and kept: the watchdog has to be fed even when the process
has used up its file descriptors. systemd opens port 80, which the process may not. Each listening
socket is duplicated for every use, so that closing one leaves it open for the next.
If no page is served on the network, connections are closed at once instead of left waiting.
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
        # Do not wait: if systemd itself hangs, its unread notifications are enough.
        _socket().sendto(state.encode(), socket.MSG_DONTWAIT, address)
    except OSError:
        return False
    return True


@functools.cache
def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)


def watchdog_s() -> float | None:
    """Return the watchdog's period, s; None without a watchdog."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(usec) / 1e6 if usec.isdigit() and ours else None


def handed_sockets() -> list[socket.socket]:
    """Return the listening sockets that systemd passed to this process, if any."""
    count = os.environ.get("LISTEN_FDS", "")
    if not count.isdigit() or os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    return [socket.socket(fileno=os.dup(FIRST + n)) for n in range(int(count))]


@contextlib.asynccontextmanager
async def refusing_connections() -> AsyncGenerator[None]:
    """Accept and close every connection while the block runs."""
    async with contextlib.AsyncExitStack() as stack:
        for listening in handed_sockets():
            server = await asyncio.start_server(lambda _, w: w.close(), sock=listening)
            stack.callback(server.close)
        yield
