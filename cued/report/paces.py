"""The median stride of each direction, gait and belt speed, never averaged over two of them."""

from __future__ import annotations

from statistics import median

from msgspec import Struct

from cued.model import Stride
from cued.report.digest import Digest

STEP_KM_H = 0.5  # over this step strides grow by less than their natural variation
LEAST = 8  # strides, for a median that one odd stride hardly moves


class Pace(Struct, frozen=True):
    """One direction and gait at one speed; km_h and length_m are None if the belt is unknown."""

    direction: str
    mode: str
    km_h: float | None
    strides: int
    length_m: float | None
    steps_a_minute: float


def paces(d: Digest) -> list[Pace]:
    """Return the paces with enough strides, sorted by direction, gait and speed."""
    groups: dict[tuple[str, str, float], list[Stride]] = {}
    for stride in d.strides:
        if stride.mode in ("walking", "running") and stride.direction != "unknown":
            speed = stride.speed_m_s
            km_h = -1.0 if speed is None else round(speed * 3.6 / STEP_KM_H) * STEP_KM_H
            groups.setdefault((stride.direction, stride.mode, km_h), []).append(stride)
    return [_pace(*key, own) for key, own in sorted(groups.items()) if len(own) >= LEAST]


def _pace(direction: str, mode: str, km_h: float, own: list[Stride]) -> Pace:
    lengths = [s.length_m for s in own if s.length_m is not None]
    return Pace(
        direction,
        mode,
        None if km_h < 0 else km_h,
        len(own),
        median(lengths) if lengths else None,
        120.0 / median(s.duration_s for s in own),
    )
