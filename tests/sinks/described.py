"""A station's description for Home Assistant, made for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import structs

from cued.sinks import _discovery
from cued.sinks._requests import DEFAULT
from tests.helpers.far_end import site

TOPIC = "homeassistant/device/cued_test/config"
BAND = {"band_from", "band_to"}


def described(folder: Path, commands: tuple[str, ...] = DEFAULT, **changes: Any) -> dict[str, Any]:
    where = structs.replace(site(folder), **changes)
    return _discovery.describe(where, "cued/test", commands)
