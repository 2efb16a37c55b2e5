"""Options that treadmills of several protocols share."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

ERROR = 0.03  # of a steady speed, relative; chosen


class SpeedOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a treadmill's own speed is worth."""

    speed_factor: Annotated[
        float,
        Meta(gt=0.5, lt=2, description="True over reported speed; 1.609 if it reports mph."),
    ] = 1.0


class Moved(SpeedOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Consent to change a treadmill's speed, and its limit."""

    control: Annotated[
        bool, Meta(description="Consent: cued may change speed and incline when asked to.")
    ] = False
    max_raise_m_s: Annotated[
        float, Meta(gt=0, le=1, description="Most that cued may go faster at once, m/s.")
    ] = 0.3
