"""Contacts, strides and postures, plain except for what a test sets, and metrics of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cued.gait.finding import Contact, Posture
from cued.gait.metric import Cycle
from cued.model import Side, Stride
from tests.helpers.built import built


def contact(t: float, sensor: str, side: Side, delay: float = 0.05) -> Contact:
    return Contact(t=t, at=t + delay, sensor=sensor, side=side)


def stride(t: float = 0.0, **changes: Any) -> Stride:
    plain: dict[str, Any] = {"side": "left", "duration_s": 1.1, "length_m": None}
    return Stride(t=t, **(plain | {"speed_m_s": None, "mode": "walking"} | changes))


def posture(t: float = 0.0, **changes: Any) -> Posture:
    plain: dict[str, Any] = {"at": t, "sensor": "trunk", "duration_s": 1.1, "lean_forward": 0.0}
    plain |= {"roll_range": 0.12, "rms": (1.0, 1.0, 1.0), "jerk_v": 300.0}
    return Posture(t=t, **(plain | changes))


def strides(n: int, **changes: Any) -> list[Cycle]:
    return [Cycle(stride(t, **changes)) for t in range(n)]


def trunk(n: int, **figures: Any) -> list[Cycle]:
    """Return strides with a trunk sensor worn, each with these figures of posture."""
    return [Cycle(stride(t), posture(t, **figures)) for t in range(n)]


def steps(n: int, left: float, right: float) -> list[Cycle]:
    """Return strides of both feet in turn, with steps of two durations."""
    sides = [("right", right), ("left", left)] * (n // 2)
    return [Cycle(stride(side=s, step_s=step, duration_s=left + right)) for s, step in sides]


def values(name: str, cycles: Iterable[Cycle]) -> list[float | None]:
    """Return what the metric of that name gives after each stride."""
    metric = built("metrics", name)
    return [metric.update(cycle) for cycle in cycles]
