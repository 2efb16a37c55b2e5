"""Host names under which this machine is known, as browsers give them.

A web site can have a visitor's browser reach us under the site's own name (DNS rebinding). So a
request has to name us by an address, as localhost, by the machine's name, or by one configured.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection


def hostname(host: str) -> str:
    """Return a Host header without its port, in lower case; brackets of IPv6 stay."""
    bare, _, port = host.lower().rpartition(":")
    return bare if bare and port.isdigit() and not bare.endswith(":") else host.lower()


def is_ours(host: str, names: Collection[str]) -> bool:
    """Return whether a bare host name is one that we are known by."""
    own = socket.gethostname().lower()
    known = {"localhost", own, f"{own}.local", *(name.lower() for name in names)}
    return host in known or _is_address(host)


def own_address() -> str:
    """Return this machine's address in its network, "" without one. No packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737)
            return str(asked.getsockname()[0])
        except OSError:
            return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
