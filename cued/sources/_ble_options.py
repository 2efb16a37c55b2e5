"""Options of the Bluetooth source."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the Bluetooth source."""

    adapter: Annotated[
        str,
        Meta(
            pattern="^(hci[0-9]+|([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})?$",
            description="Adapter by its address, or such as hci1, which may change; empty: the "
            "first.",
        ),
    ] = ""
    release_after_min: Annotated[
        float,
        Meta(
            ge=0,
            le=600,
            description="A treadmill is let go of when nobody moved for so long, and a pod "
            "that lay still, min; 0: never.",
        ),
    ] = 10.0
    recover: Annotated[
        bool,
        Meta(description="Switch a stuck adapter off and on while nothing is connected to it."),
    ] = True
