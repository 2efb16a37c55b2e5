"""Movements of a trunk made from physics, independent of the detectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cued.frames import GRAVITY_M_S2
from cued.model import Block, Floats
from tests.gait.blocks import frozen
from tests.gait.recorded import read, trunk

DT = 0.01


class Move:
    """Pitch (nose-down, rad), vertical acceleration and a push forward and left, m/s²."""

    def __init__(self, seconds: float) -> None:
        n = round(seconds / DT)
        self.t: Floats = np.arange(n) * DT
        self.pitch: Floats = np.zeros(n)
        self.rise: Floats = np.zeros(n)
        self.push: Floats = np.zeros((n, 2))
        self.spin: Floats = np.zeros(n)

    def between(self, start: float, end: float) -> slice:
        return slice(round(start / DT), round(end / DT))

    def bounce(self, start: float, end: float, steps_hz: float, size_m: float) -> Move:
        """Add steps: the pelvis moves up and down over ``size_m``, sways and nods."""
        part, w = self.between(start, end), 2 * np.pi * steps_hz
        self.rise[part] += -size_m / 2 * w * w * np.sin(w * self.t[part])
        self.push[part, 1] += 1.5 * np.sin(w / 2 * self.t[part])
        self.pitch[part] += 0.045 * np.sin(w * self.t[part])
        return self

    def tip(self, start: float, end: float, angle: float) -> Move:
        """Take pitch to ``angle`` along half a cosine and keep it there."""
        part = self.between(start, end)
        x = np.linspace(0.0, np.pi, self.pitch[part].size)
        begin = self.pitch[part][0]
        self.pitch[part] = begin + (angle - begin) * (1 - np.cos(x)) / 2
        self.pitch[part.stop :] = angle
        return self

    def accelerate(self, start: float, end: float, rise: float) -> Move:
        self.rise[self.between(start, end)] += rise
        return self

    def shove(self, start: float, end: float, forward: float, left: float = 0.0) -> Move:
        self.push[self.between(start, end)] += (forward, left)
        return self

    def then(self, other: Move) -> Move:
        """Return this movement followed by the other."""
        both = Move((self.t.size + other.t.size) * DT)
        for name in ("pitch", "rise", "push", "spin"):
            setattr(both, name, np.concatenate((getattr(self, name), getattr(other, name))))
        return both

    def knock(self, at: float) -> Move:
        """Add a blow on the sensor: 8 g for 20 ms and a twitch."""
        self.push[self.between(at, at + 0.02)] += (80.0, 0.0)
        self.spin[self.between(at, at + 0.03)] += 8.0
        self.spin[self.between(at + 0.03, at + 0.06)] -= 8.0
        return self

    def block(self, *, gyro: bool = True, mounting: Floats | None = None, seed: int = 1) -> Block:
        """Return what a sensor with ordinary noise measures."""
        rng = np.random.default_rng(seed)
        force = GRAVITY_M_S2 + self.rise
        acc = np.stack((-np.sin(self.pitch), 0 * self.pitch, np.cos(self.pitch)), axis=1)
        acc = acc * force[:, None]
        acc[:, :2] += self.push
        gyr = np.zeros_like(acc)
        gyr[:, 1] = np.gradient(self.pitch, DT) + self.spin
        acc += rng.normal(0.0, 0.05, acc.shape)
        gyr += rng.normal(0.0, 0.01, gyr.shape)
        if mounting is not None:
            acc, gyr = acc @ mounting.T, gyr @ mounting.T
        ok = np.ones(self.t.size, dtype=bool)
        gyr = gyr if gyro else None
        return frozen(Block("s", "waist", self.t, acc, gyr, ok, mounting is None, True))


def walking(seconds: float = 20.0) -> Move:
    return Move(seconds).bounce(0, seconds, 1.9, 0.04)


def jogging(seconds: float = 20.0) -> Move:
    return Move(seconds).bounce(0, seconds, 2.7, 0.08)


def running(seconds: float = 20.0) -> Move:
    """Return jogging with impacts: a jolt, a push and a tilt with every step."""
    move = jogging(seconds)
    for i in range(int(seconds * 2.7)):
        at = i / 2.7
        move.accelerate(at, at + 0.03, 25.0).shove(at, at + 0.04, 15.0)
        move.spin[move.between(at, at + 0.15)] += 1.5
    return move


def joined(a: Block, b: Block) -> Block:
    """Return one block after the other, blended over 0.4 s."""
    n = 40
    k = np.linspace(0.0, 1.0, n)[:, None]

    def blend(x: Floats, y: Floats) -> Floats:
        return np.concatenate((x[:-n], x[-n:] * (1 - k) + y[:n] * k, y[n:]))

    assert a.gyr is not None
    assert b.gyr is not None
    acc, gyr = blend(a.acc, b.acc), blend(a.gyr, b.gyr)
    t, ok = np.arange(acc.shape[0]) * DT, np.ones(acc.shape[0], dtype=bool)
    return Block(a.sensor, a.placement, t, acc, gyr, ok, a.oriented, True)


def falling(at: float = 8.0, angle: float = 1.5) -> Move:
    """Return walking, a descent of 0.6 s, an impact, and lying still for five seconds."""
    impact = at + 0.6
    move = Move(impact + 5.0).bounce(0, at, 1.9, 0.04)
    move.tip(at, impact, angle).accelerate(at, impact, -4.0)
    return move.accelerate(impact, impact + 0.05, 4.0 * 0.6 / 0.05)


def stumbling(at: float = 8.0) -> Move:
    """Return walking in which a foot catches, support is lost, and the other foot lands hard."""
    move = walking(at + 8.0)
    move.shove(at, at + 0.04, -25.0).accelerate(at + 0.04, at + 0.34, -3.5)
    move.accelerate(at + 0.34, at + 0.41, 15.0)
    return move.tip(at, at + 0.3, 0.25).tip(at + 0.35, at + 0.9, 0.0)


HARMLESS: dict[str, Callable[[], Move]] = {
    "standing": lambda: Move(20.0),
    "walking": walking,
    "jogging": jogging,
    "starting to walk": lambda: Move(20.0).bounce(6, 20, 1.9, 0.04),
    "jumping": lambda: (
        Move(20.0).accelerate(9, 9.2, 14.0).accelerate(9.2, 9.77, -9.8).accelerate(9.77, 9.97, 14.0)
    ),
    "bending down": lambda: Move(20.0).tip(8, 9, 1.4).tip(10.5, 11.5, 0.0),
    "sitting down": lambda: (
        Move(20.0)
        .tip(8, 8.9, 0.5)
        .accelerate(8.1, 8.6, -1.6)
        .accelerate(8.6, 9.1, 1.6)
        .tip(9.2, 9.8, -0.2)
    ),
    "a knocked sensor": lambda: walking().knock(9.0),
    "a grabbed rail": lambda: walking().shove(9.0, 9.15, 0.0, 8.0),
    "the belt starts": lambda: Move(20.0).shove(8, 8.5, 2.0).bounce(8.5, 20, 1.7, 0.03),
    "the belt stops": lambda: Move(20.0).bounce(0, 8, 1.9, 0.04).shove(8, 8.4, -3.0),
}


def recorded(folder: Path) -> list[Block]:
    """Return the blocks of a recording's trunk sensor."""
    return trunk(read(folder))


def truth(folder: Path, kind: str) -> float:
    """Return the time of the first truth row of this kind."""
    return next(row.t for row in read(folder).truth if row.kind == kind)
