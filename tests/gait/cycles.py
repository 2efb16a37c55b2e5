"""Contacts, strides and postures with plain values except those a test sets."""

from __future__ import annotations

from typing import Any

from cued.gait.finding import Contact, Posture
from cued.model import Side, Stride


def contact(t: float, sensor: str, side: Side, delay: float = 0.05) -> Contact:
    return Contact(t=t, at=t + delay, sensor=sensor, side=side)


def stride(t: float = 0.0, **changes: Any) -> Stride:
    plain: dict[str, Any] = {"side": "left", "duration_s": 1.1, "length_m": None}
    return Stride(t=t, **(plain | {"speed_m_s": None, "mode": "walking"} | changes))


def posture(t: float = 0.0, **changes: Any) -> Posture:
    plain: dict[str, Any] = {"at": t, "sensor": "trunk", "duration_s": 1.1, "lean_forward": 0.0}
    plain |= {"roll_range": 0.12, "rms": (1.0, 1.0, 1.0), "jerk_v": 300.0}
    return Posture(t=t, **(plain | changes))
