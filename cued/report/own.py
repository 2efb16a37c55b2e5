"""The band of stride times over a session, as the coach had it at each moment.

It is the event ``Band`` and the belt's speed at that moment; nothing is worked out again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct

from cued.model import AnyEvent, Band, BeltState


class Own(Struct, frozen=True):
    """From ``t`` on, strides from low to high were in range, s; nan: not known."""

    t: float
    low_s: float
    high_s: float


def own_band(events: Iterable[AnyEvent]) -> list[Own]:
    """Return the band after each change of it."""
    speed = 0.0
    out: list[Own] = []
    for item in events:
        if isinstance(item, BeltState):
            speed = item.speed_m_s or 0.0
        elif not isinstance(item, Band):
            continue
        elif speed > 0.0 and item.low_m is not None and item.high_m is not None:
            out.append(Own(item.t, item.low_m / speed, item.high_m / speed))
        else:
            out.append(Own(item.t, math.nan, math.nan))
    return out
