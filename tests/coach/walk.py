"""A walk as the coach sees it: stride events that wander like 1/f noise.

scripts/overlong imports it as ``walk``, so it imports no other module of the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cued.coach.coach import Coach
from cued.coach.config import CoachConfig
from cued.coach.voice.phrases import load
from cued.coach.workout.memory import Memory
from cued.model import (
    AnyEvent,
    BeltState,
    Cue,
    Direction,
    Footfall,
    Gait,
    Input,
    Mode,
    Side,
    Stride,
    Tick,
)
from cued.parts import load as load_part
from cued.parts import names


def wander(strides: int, exponent: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return 1/f^exponent noise, mean 0 and SD 1, cut out of an 8 times longer series."""
    n = 8 * strides
    f = np.fft.rfftfreq(n)
    size = np.zeros_like(f)
    size[1:] = f[1:] ** (-exponent / 2.0)
    x = np.fft.irfft(size * (rng.normal(size=f.size) + 1j * rng.normal(size=f.size)), n)
    at = int(rng.integers(0, n - strides))
    x = x[at : at + strides]
    return (x - x.mean()) / x.std()


def stride(
    t: float,
    side: Side = "left",
    duration_s: float = 1.1,
    speed_m_s: float = 0.6,
    mode: Mode = "walking",
    direction: Direction = "backward",
) -> Stride:
    """Return a stride as long as the belt's distance in that time."""
    length_m = speed_m_s * duration_s
    return Stride(
        t=t, side=side, duration_s=duration_s, length_m=length_m, speed_m_s=speed_m_s, mode=mode,
        direction=direction,
    )  # fmt: skip


def durations(
    strides: int, cv: float, exponent: float, rng: np.random.Generator, mean_s: float = 1.1
) -> NDArray[np.float64]:
    """Return stride times of steady walking."""
    return mean_s * (1.0 + cv * wander(strides, exponent, rng))


def walk(
    times: Iterable[float],
    *,
    t: float = 0.0,
    sides: tuple[Side, ...] = ("left", "right"),
    direction: Direction = "backward",
    mode: Mode = "walking",
    speed_m_s: float = 0.6,
) -> Iterator[Input | AnyEvent]:
    """Return a walk's events, in time order; a second foot follows half a stride later."""
    ends = t
    for duration in times:
        ends += float(duration)
        for i, side in enumerate(sides):
            at = ends + i * float(duration) / len(sides)
            yield Footfall(t=at, side=side, sensor="foot")
            yield stride(at, side, float(duration), speed_m_s, mode, direction)
        yield Tick(t=at)


def start(direction: Direction = "backward", speed_m_s: float = 0.6) -> list[Input | AnyEvent]:
    """Start the belt and set the gait."""
    return [
        BeltState(t=0.0, speed_m_s=speed_m_s, source="console"),
        Gait(t=0.0, mode="walking", direction=direction),
    ]


def new_coach(memory: Memory | None = None, **options: object) -> Coach:
    """Return a coach with every rule, in English, by default in free run."""
    parts = [load_part("rules", name) for name in names("rules")]
    rules = [part.build(part.config()) for part in parts]
    return Coach(CoachConfig(**options), rules, load("en"), memory or Memory())  # type: ignore[arg-type]


def feed(coach: Coach, items: Iterable[Input | AnyEvent]) -> list[AnyEvent]:
    """Feed items in order; return all events."""
    out: list[AnyEvent] = []
    for item in items:
        out += coach.feed(item, item.t)
    return out


def given(events: Iterable[AnyEvent], key: str | None = None) -> list[Cue]:
    """Return the cues that were given."""
    cues = [e for e in events if isinstance(e, Cue) and e.verdict == "given"]
    return [c for c in cues if key in (None, c.key)]
