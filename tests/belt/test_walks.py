"""The same strides with every kind of speed report: only the long ones are cued."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
from msgspec import Struct

from cued.belt.owner import Owner
from cued.gait.finding import Travel
from cued.gait.fusion.strides import Strides
from cued.model import AnyEvent, Belt, BeltState, Direction, Footfall, Gait, Mode, Priority
from tests.coach.walk import given, new_coach, wander

STEP = 0.1 / 3.6  # m/s, the last digit of most consoles
AT, LASTS = 90.0, 130.0  # when strides grow longer by 12 %, and the end of the walk, s


class Gaits(Struct, frozen=True):
    """A gait on a belt, and the scatter of the feet's speed (docs/accuracy.md)."""

    speed: float
    stride_s: float
    cv: float
    scatter: float
    direction: Direction = "forward"
    mode: Mode = "walking"


GAITS = {
    "walk": Gaits(1.3, 1.07, 0.018, 0.03),
    "run": Gaits(2.8, 0.72, 0.018, 0.03, mode="running"),
    "backward": Gaits(0.5, 1.35, 0.03, 0.045, "backward"),
}
Console = Callable[[float, random.Random], float]
CONSOLES: dict[str, Console | None] = {
    "noise 0.03": lambda v, c: v + c.gauss(0.0, 0.03),
    "noise 3 %": lambda v, c: v * c.gauss(1.0, 0.03),
    "1/256": lambda v, c: round((v + c.gauss(0.0, 0.002)) * 256) / 256,
    "flicker 50 %": lambda v, c: v + STEP * (c.random() < 0.5),
    "zeros and noise": lambda v, c: (v + c.gauss(0.0, 0.01)) * (c.random() >= 0.1),
    "24 km/h at times": lambda v, c: 24 / 3.6 if c.random() < 0.02 else v,
    "miles": lambda v, _: v * 0.621,
    "zero": lambda _v, _c: 0.0,
    "nothing": None,
}


def walk(gait: Gaits, console_says: Console | None, seed: int, longer: float) -> list[AnyEvent]:
    """Return the events of owner and coach for two feet's strides and a report each second."""
    owner, strides, coach, out = Owner(), Strides(), new_coach(), list[AnyEvent]()

    def feed(events: list[AnyEvent]) -> None:
        for event in events:
            if isinstance(event, BeltState):
                strides.belt(event)
            out.extend([event, *coach.feed(event, event.t)])

    feed([Gait(t=0.0, mode=gait.mode, direction=gait.direction)])
    for t, what in sorted(happens(gait, console_says, seed, longer), key=lambda row: row[0]):
        feed([*owner.pass_time(t)])
        if isinstance(what, Belt):
            feed([*owner.report(what)])
        elif isinstance(what, Footfall):
            stride = strides.feed(what, gait.mode, gait.direction)
            feed([what, *([stride] if stride else [])])
        else:
            speed = strides.foot_speed(what)
            feed([*(owner.step(t, what.sensor, speed) if speed else [])])
            feed([*strides.travel(what)])
    return out


def happens(
    gait: Gaits, console_says: Console | None, seed: int, longer: float
) -> Iterator[tuple[float, Belt | Footfall | Travel]]:
    chance, rng = random.Random(seed), np.random.default_rng(seed)
    own = 1.0 + gait.cv * wander(300, 0.5, rng)
    for n, side in enumerate(("left", "right")):
        t, bias = 4.0 + n * gait.stride_s / 2.0, chance.gauss(1.0, 0.03)
        for part in own:
            lasts = gait.stride_s * part * (longer if t >= AT else 1.0) * chance.gauss(1.0, 0.005)
            t += lasts
            if t > LASTS:
                break
            length = gait.speed * lasts * bias * chance.gauss(1.0, gait.scatter)
            at = t + 0.35  # the foot rests
            yield t, Footfall(t=t, side=side, sensor=side)
            yield (
                at,
                Travel(t=t, at=at, sensor=side, side=side, length_m=length, error_m=0.05),
            )
    for second in range(int(LASTS) if console_says else 0):
        reported = max(0.0, console_says(gait.speed, chance)) if console_says else 0.0
        yield float(second), Belt(float(second), reported, source="tm")


@cache
def console(who: str, seed: int) -> float:
    """Return when longer strides are cued if a console repeats one number."""
    events = walk(GAITS[who], lambda v, _: v, seed, longer=1.12)
    return given(events, "overlong_stride")[0].t


@pytest.mark.parametrize("console_says", CONSOLES)
@pytest.mark.parametrize("who", GAITS)
def test_longer_strides_are_cued_whatever_the_belt_reports(who: str, console_says: str) -> None:
    for seed in range(2):
        events = walk(GAITS[who], CONSOLES[console_says], seed, longer=1.12)
        first, *_ = (c for c in given(events) if c.priority == Priority.TECHNIQUE)
        assert first.key == "overlong_stride"
        assert AT < first.t < console(who, seed) + 5.0
