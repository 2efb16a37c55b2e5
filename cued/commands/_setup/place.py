"""Where set-up is served to a phone, and what it writes."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Place(Struct, frozen=True):
    """Where the page is served and what it writes."""

    path: Path
    host: str = "0.0.0.0"
    port: int = 8080
