"""A foot that moves in one plane, with contacts, lifts and strides known by construction.

The sole's pitch and the foot's position are smooth pieces; the sensor's signals follow by
differentiation. Nothing here depends on the detector.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from msgspec.structs import replace

from cued.frames import GRAVITY_M_S2 as G
from cued.model import Block, Floats
from tests.gait.blocks import part

DT = 0.01


@dataclass(frozen=True)
class Gaitlet:
    """One kind of stride; pitch in rad, toe-down positive, at landing and at leaving."""

    stride_s: float
    stance: float
    length_m: float
    landing: float
    leaving: float
    flat_from: float = 0.08  # share of the stride at which the sole lies flat
    flat_to: float = 0.40  # share at which it starts to roll off
    lift_m: float = 0.08


FORWARD = Gaitlet(1.1, 0.62, 1.3, landing=-0.35, leaving=1.0)
BACKWARD = Gaitlet(1.1, 0.66, -0.6, landing=0.40, leaving=-0.25, flat_to=0.50)
RUN = Gaitlet(0.72, 0.38, 1.8, landing=-0.25, leaving=1.1, flat_from=0.08, flat_to=0.22)


@dataclass
class Walked:
    """Samples of a foot at 100 Hz in body axes, and its true contacts and lifts."""

    t: Floats
    acc: Floats
    gyr: Floats
    contacts: list[float] = field(default_factory=list)
    lifts: list[float] = field(default_factory=list)


def ease(x: Floats) -> Floats:
    """Go from 0 to 1 with rate and acceleration zero at both ends."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10 - 15 * x + 6 * x * x)


def felt(ax: Floats, az: Floats, pitch: Floats) -> tuple[Floats, Floats]:
    """Rotate level axes into body axes; a positive turn about +y takes x down."""
    c, s = np.cos(pitch), np.sin(pitch)
    return ax * c - az * s, ax * s + az * c


def walk(*parts: tuple[Gaitlet, int], still_s: float = 2.0, noise: float = 0.02) -> Walked:
    """Stand, walk the strides of each part in turn, stand again."""
    fine = 10
    h = DT / fine
    total = 2 * still_s + sum(g.stride_s * n for g, n in parts)
    t = np.arange(round(total / h)) * h
    pitch, x, z = np.zeros_like(t), np.zeros_like(t), np.zeros_like(t)
    contacts: list[float] = []
    lifts: list[float] = []
    start = still_s
    strides = [g for g, n in parts for _ in range(n)]
    for g in strides:
        # A stride here begins and ends in flat stance, so the landing is inside it.
        roll, lift = start, start + (g.stance - g.flat_to) * g.stride_s
        contact = start + (1 - g.flat_to) * g.stride_s
        flat = contact + g.flat_from * g.stride_s
        swing = (t - lift) / (contact - lift)
        pitch += g.leaving * ease((t - roll) / (lift - roll))
        pitch += (g.landing - g.leaving) * ease(swing)
        pitch -= g.landing * ease((t - contact) / (flat - contact))
        x += g.length_m * ease(swing)
        z += g.lift_m * (ease(2 * swing) - ease(2 * swing - 1))
        contacts.append(contact)
        lifts.append(lift)
        start += g.stride_s
    ax, az = np.gradient(np.gradient(x, h), h), np.gradient(np.gradient(z, h), h) + G
    for c in contacts:  # an impact of 20 ms as the foot lands
        az += 25.0 * np.exp(-(((t - c - 0.01) / 0.006) ** 2))
    rate = np.gradient(pitch, h)
    fx, fz = felt(ax, az, pitch)
    rng = np.random.default_rng(3)
    n = t.size // fine
    acc = np.stack((fx, np.zeros_like(fx), fz), axis=1)[::fine][:n]
    gyr = np.stack((np.zeros_like(rate), rate, np.zeros_like(rate)), axis=1)[::fine][:n]
    acc = acc + rng.normal(0.0, noise * 3, acc.shape)
    gyr = gyr + rng.normal(0.0, noise, gyr.shape)
    return Walked(np.arange(n) * DT, acc, gyr, contacts, lifts)


def block(w: Walked, first: int = 0, last: int | None = None, **changes: object) -> Block:
    """Make one block of samples ``first`` to ``last``."""
    ok = np.ones(w.t.size, dtype=bool)
    whole = Block("toe", "foot_left", w.t.copy(), w.acc.copy(), w.gyr.copy(), ok, True, True)
    return replace(part(whole, first, last), **changes)
