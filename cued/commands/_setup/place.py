"""Where set-up is served to a phone, and its own Wi-Fi where there is no other network.

The coach may not create or join a network, but a helper may (``packaging/access-point``). The
helper writes its own network's name and password, one a line, to one file, and after set-up reads
the network to join from another.
"""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from cued.model import ConfigError, CuedError

NAME = "cued.local"  # the address that the coach says aloud on a new machine
PAGE = "http://10.42.0.1/"  # NetworkManager's own address in a network that it shares
LONGEST_NAME = 32  # bytes (IEEE 802.11, 9.4.2.2)
PASSWORDS = range(8, 64)  # characters (IEEE 802.11, J.4.1)


class Place(Struct, frozen=True):
    """Where the page is served, under which other host names, and the file that it writes.

    network, wanted : the helper's files with set-up's own network and the one to join afterwards.
    """

    path: Path
    host: str = "0.0.0.0"
    port: int = 8080
    names: tuple[str, ...] = (NAME,)
    network: Path = Path("/run/cued-access-point/told")
    wanted: Path = Path("/run/cued/wifi")


def own_network(file: Path) -> tuple[str, str] | None:
    """Return name and password of set-up's own network, if there is one."""
    try:
        name, password, *_ = file.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return None
    return name, password


def refuse_odd(name: str, password: str) -> None:
    """Raise ConfigError for a name or a password that no Wi-Fi can have."""
    if len(name.encode()) > LONGEST_NAME or not name.isprintable():
        raise ConfigError("a Wi-Fi name has at most 32 bytes")
    if password and (len(password) not in PASSWORDS or not password.isprintable()):
        raise ConfigError("a Wi-Fi password has 8 to 63 characters")


def ask_to_join(wanted: Path, name: str, password: str) -> None:
    """Ask the helper, which shares our group, to join a network. Raises CuedError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(wanted, flags, 0o660), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o660)  # whatever the service's umask
            file.write(f"{name}\n{password}\n")
    except OSError as error:
        raise CuedError(f"{wanted}: {error.strerror}") from None
