"""Tell systemd that the service is ready, well, or stopping: one datagram each (sd_notify(3)).

The socket is opened once and kept: the watchdog has to be fed even when somebody has used up every
file that this process may open.
"""

from __future__ import annotations

import functools
import os
import socket


def notify(state: str) -> bool:
    """Send ``READY=1``, ``WATCHDOG=1`` or another state; return False if there is no listener."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        _socket().sendto(state.encode(), address)
    except OSError:
        return False
    return True


@functools.cache
def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)


def watchdog_s() -> float | None:
    """How often systemd wants to hear from this process, s; None when it does not."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(usec) / 1e6 if usec.isdigit() and ours else None
