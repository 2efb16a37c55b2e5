"""The runner's own band of stride times over a session, as the coach had it at each moment.

It is concluded again from the events (``coach/strides/own_band.py``), with the limits that the
session was recorded with, and so knows only what was known then: nothing for the first 25 strides
at a speed, nothing where direction or belt were unknown. While something is carried forward, the
coach judges by the stride brought along instead; its cues hold that one themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

import msgspec
from msgspec import Struct

from cued.coach.strides.overlong import Limits
from cued.coach.strides.own_band import Band
from cued.model import AnyEvent, BeltState, Stride
from cued.recording.sessions.opening import Opening

RULE = "overlong_stride"


class Own(Struct, frozen=True):
    """From ``t`` on, strides from low to high were the runner's own, s; nan: not known."""

    t: float
    low_s: float
    high_s: float


def own_band(opening: Opening, events: Iterable[AnyEvent]) -> list[Own]:
    """Return the band after each stride."""
    band = Band(limits(opening))
    speed = 0.0
    out: list[Own] = []
    for item in events:
        band.see(item)
        if isinstance(item, BeltState):
            speed = item.speed_m_s or 0.0
        elif isinstance(item, Stride):
            low, high = band.span_m or (math.nan, math.nan)
            known = speed > 0.0
            out.append(Own(item.t, *((low / speed, high / speed) if known else (math.nan,) * 2)))
    return out


def limits(opening: Opening) -> Limits:
    """Take the rule's limits from a session; what a later version does not know is left out."""
    rules = cast("dict[str, Any]", opening.config.get("rules", {}))
    told = cast("dict[str, Any]", rules.get(RULE, {}))
    known = {field.name for field in msgspec.structs.fields(Limits)}
    try:
        return msgspec.convert({k: v for k, v in told.items() if k in known}, Limits)
    except msgspec.ValidationError:
        return Limits()
