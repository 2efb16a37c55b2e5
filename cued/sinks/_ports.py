"""Ports to listen on: whether one is free, and what to say when it is not."""

from __future__ import annotations

import errno
import socket


def refusal(address: str, port: int) -> OSError | None:
    """Try to listen for a moment; return what the system said against it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((address, port))
            probe.listen()
        except OSError as error:
            return error
    return None


def free_port(address: str, wanted: int) -> int:
    """Return the wanted port, or any other one where another program has that."""
    if refusal(address, wanted) is None:
        return wanted
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def whose_port(section: str, address: str, port: int, option: str) -> str:
    """Return why a port can't be listened on and which option to change; "" when it can."""
    error = refusal(address, port)
    return "" if error is None else cannot_listen(section, address, port, option, error)


def cannot_listen(section: str, address: str, port: int, option: str, error: OSError) -> str:
    """Say in one line why a port can't be listened on and which option to change."""
    if error.errno == errno.EADDRINUSE:
        why = f"another program has it; set {option} to a free one"
    elif error.errno == errno.EACCES:
        why = f"ports below 1024 are the system's; set {option} to a higher one"
    else:
        why = error.strerror or str(error)
    return f"{section} cannot listen on {address}, port {port}: {why}"
