"""A session second by second, for files of other software; None where a value is unknown."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

from cued.model import BeltState, Event, Gait, Measurement, Stability, Stride
from cued.report.digest import Digest

E = TypeVar("E", bound=Event)
FRESH_S = 5.0  # an older stride no longer counts; measurements end with an unknown value


class Second(Struct, frozen=True, kw_only=True):
    """One second. distance_m is from the beginning; cues and stumbles are those in this second."""

    t: float
    speed_m_s: float | None
    distance_m: float
    incline_percent: float | None
    cadence_spm: float | None
    stance_s: float | None
    step_m: float | None
    bounce_cm: float | None
    direction: str
    level: str
    cues: int
    stumbles: int


def seconds(d: Digest) -> list[Second]:
    """Return every second of a part."""
    belt, stride = _last(d.belts), _last(d.strides)
    gait, level = _last(d.gaits), _last(d.stability)
    cadence = _last(d.measured.get("cadence_spm", []))
    bounce = _last(d.measured.get("bounce_cm", []))
    out: list[Second] = []
    distance = 0.0
    for n in range(int(d.length_s) + 1):
        t = d.start_t + n
        newest = _fresh(stride(t), t)
        speed = _speed(belt(t), newest, gait(t))
        distance += speed or 0.0
        out.append(
            Second(
                t=t,
                speed_m_s=speed,
                distance_m=distance,
                incline_percent=b.incline_percent if (b := belt(t)) else None,
                cadence_spm=_value(cadence(t)),
                stance_s=newest.stance_s if newest else None,
                step_m=newest.length_m / 2.0 if newest and newest.length_m else None,
                bounce_cm=_value(bounce(t)),
                direction=_direction(gait(t)),
                level=_level(level(t)),
                cues=sum(t <= c.t < t + 1.0 for c in d.cues if c.verdict == "given"),
                stumbles=sum(t <= s.t < t + 1.0 for s in d.stumbles),
            )
        )
    return out


def _last(items: Sequence[E]) -> Callable[[float], E | None]:
    """Return a function that finds the latest of the items at a time."""
    ordered = sorted(items, key=lambda i: i.t)
    times = [i.t for i in ordered]

    def at(t: float) -> E | None:
        n = bisect_right(times, t)
        return ordered[n - 1] if n else None

    return at


def _fresh(event: Stride | None, t: float) -> Stride | None:
    return event if event and t - event.t <= FRESH_S else None


def _value(measured: Measurement | None) -> float | None:
    return measured.value if measured else None


def _speed(belt: BeltState | None, stride: Stride | None, gait: Gait | None) -> float | None:
    """Return the belt's speed, 0 while nobody moves on it; the stride's if the belt is unknown."""
    if belt is not None and belt.speed_m_s is not None:
        moving = gait is not None and gait.mode in ("walking", "running")
        return belt.speed_m_s if moving else 0.0
    return stride.speed_m_s if stride else None


def _direction(gait: Gait | None) -> str:
    moving = gait is not None and gait.mode in ("walking", "running")
    return gait.direction if gait and moving else "unknown"


def _level(stability: Stability | None) -> str:
    return stability.level if stability else "unknown"
