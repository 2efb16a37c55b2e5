"""Where set-up is served to a phone, and the network of its own that it has where there is none.

The coach has no right to make a network or to join one. A helper that does
(``packaging/access-point``) says in one file how its own is called, and takes from another which to
join when set-up has ended: a name and a password, a line each.
"""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from cued.model import ConfigError, CuedError

NAME = "cued.local"  # what the coach says to somebody who knows nothing yet
PAGE = "http://10.42.0.1/"  # NetworkManager's own address in a network that it shares
LONGEST_NAME = 32  # bytes (IEEE 802.11, 9.4.2.2)
PASSWORDS = range(8, 64)  # characters (IEEE 802.11, J.4.1)


class Place(Struct, frozen=True):
    """Where the page is served, under which further host names, and what it writes.

    network, wanted : what the helper tells of a network of set-up's own, and which it joins after.
    """

    path: Path
    host: str = "0.0.0.0"
    port: int = 8080
    names: tuple[str, ...] = (NAME,)
    network: Path = Path("/run/cued-access-point/told")
    wanted: Path = Path("/run/cued/wifi")


def own_network(told: Path) -> tuple[str, str] | None:
    """Return name and password of set-up's own network, if there is one."""
    try:
        name, password, *_ = told.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return None
    return name, password


def refuse_odd(name: str, password: str) -> None:
    """Raise ConfigError where no Wi-Fi has this name or this password."""
    if len(name.encode()) > LONGEST_NAME or not name.isprintable():
        raise ConfigError("a Wi-Fi's name has 32 bytes at most")
    if password and (len(password) not in PASSWORDS or not password.isprintable()):
        raise ConfigError("a Wi-Fi's password has 8 to 63 characters")


def ask_to_join(wanted: Path, name: str, password: str) -> None:
    """Leave a network for the helper, whose group is ours. Raises CuedError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(wanted, flags, 0o660), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o660)  # whatever the service's umask
            file.write(f"{name}\n{password}\n")
    except OSError as error:
        raise CuedError(f"{wanted}: {error.strerror}") from None
