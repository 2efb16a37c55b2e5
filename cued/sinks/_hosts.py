"""Host names, ports and addresses under which this machine is reached, and a QR code.

A web site can make a visitor's browser reach us under the site's own name (DNS rebinding). So a
request must use an address, localhost, the machine's name or a configured one.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Collection
from importlib.util import find_spec
from io import StringIO

EVERYWHERE = ("0.0.0.0", "::")


def hostname(host: str) -> str:
    """Return a Host header without its port, in lower case; brackets of IPv6 stay."""
    bare, _, port = host.lower().rpartition(":")
    return bare if bare and port.isdigit() and not bare.endswith(":") else host.lower()


def is_ours(host: str, names: Collection[str]) -> bool:
    """Return whether a host name without port is one of ours."""
    own = socket.gethostname().lower()
    known = {"localhost", own, f"{own}.local", *(name.lower() for name in names)}
    return host in known or _is_address(host)


def own_address() -> str:
    """Return this machine's address in its network, "" without one. No packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737)
            return str(probe.getsockname()[0])
        except OSError:
            return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def refusal(address: str, port: int) -> OSError | None:
    """Listen for a moment; return the system's error, or None."""
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
    """Return the wanted port, or a free one if it is taken."""
    if refusal(address, wanted) is None:
        return wanted
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def whose_port(section: str, address: str, port: int, option: str) -> str:
    """Return why we can't listen on a port and which option to change; "" when we can."""
    error = refusal(address, port)
    return "" if error is None else cannot_listen(section, address, port, option, error)


def cannot_listen(section: str, address: str, port: int, option: str, error: OSError) -> str:
    """Phrase in one line why we can't listen on a port and which option to change."""
    if error.errno == errno.EADDRINUSE:
        why = f"another program has it; set {option} to a free one"
    elif error.errno == errno.EACCES:
        why = f"ports below 1024 are the system's; set {option} to a higher one"
    else:
        why = error.strerror or str(error)
    return f"{section} cannot listen on {address}, port {port}: {why}"


def qr_code(text: str) -> str:
    """Return the code as lines of half blocks; nothing if segno is missing."""
    if find_spec("segno") is None:
        return ""
    import segno  # noqa: PLC0415 (only where it is wanted)

    out = StringIO()
    segno.make(text, micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()
