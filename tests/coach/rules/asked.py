"""Feeds a rule events, each with its snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cued.coach.known import Judged, Known
from cued.coach.rule import Proposal
from cued.coach.strides.baseline import Baseline
from cued.model import Belt, Direction, Input, Measurement, Mode, Side, Stride
from tests.coach.walk import stride
from tests.helpers.built import built

OWN = Baseline(stride_s=1.2, opened_s=1.2, cv=0.02, strides=100)


def proposed(
    name: str, asked: Iterable[tuple[Input | Stride, Known]]
) -> list[tuple[float, Proposal]]:
    rule = built("rules", name)
    proposals = [(known.now, rule.consider(news, known)) for news, known in asked]
    return [(now, p) for now, p in proposals if p]


def heard(name: str, asked: Iterable[tuple[Input | Stride, Known]]) -> list[tuple[float, str]]:
    """Return the proposed keys and their times."""
    return [(now, p.key) for now, p in proposed(name, asked)]


def judged(since: float | None = None, **more: Any) -> Judged:
    return Judged(reference=OWN, since=since, because={"own_cv_percent": 2.0}, **more)


def step(
    t: float,
    measured: dict[str, float] | None = None,
    *,
    duration_s: float = 1.2,
    side: Side = "left",
    mode: Mode = "walking",
    direction: Direction = "forward",
    **known: Any,
) -> tuple[Stride, Known]:
    """Return a settled stride at 1 m/s, with its measurements."""
    news = stride(t, side, duration_s, 1.0, mode, direction)
    values = {
        name: Measurement(t=t, name=name, value=value, unit="", strides=5)
        for name, value in (measured or {}).items()
    }
    terms: dict[str, Any] = {
        "belt": Belt(t=t, speed_m_s=1.0),
        "direction": direction,
        "mode": mode,
        "measured": values,
        "since_change": {"left": 50, "right": 50},
    }
    return news, Known(now=t, **terms | known)
