"""Where set-up is served to a phone, and what it writes."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

NAME = "cued.local"  # what the coach says to somebody who knows nothing yet


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
