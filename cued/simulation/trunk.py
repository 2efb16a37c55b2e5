"""Simulated signals of a sensor on the trunk: harmonics of step and stride between known contacts.

The gait is given as knots, one per contact (``Knot``). Between two knots the phase advances
uniformly and every amplitude changes linearly, so nothing jumps. Walking is a sum of harmonics of
the step (vertical, fore-aft) and of the stride (sideways, roll, yaw), with sizes and phases against
the contact from 2,218 steps of 19 people (``gaits.py`` [1]). Running is a pulse of force while a
foot is on the belt, and free fall in between. Each contact adds a ring.

Some signs follow from the body, not from a table: the trunk sways toward the standing leg, the hip
drops on the swinging side, and the pelvis turns with the leading leg. Backward gait differs only in
the fore-aft lead over vertical, the yaw and the sizes, which are drawn at random within what has
been measured (``gaits.Style``); nothing is reversed in time.

Chest: fore-aft and turns are reduced (0.7, 0.6). That is a guess; no chest recording was examined,
so don't tune a chest sensor on it.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from msgspec.structs import astuple
from numpy.typing import NDArray

from cued.frames import GRAVITY_M_S2
from cued.model import Floats
from cued.simulation.foot import H_S, body_rates, ramp, ring, turned, within

SHAPES = 8  # random shape coefficients per step


class Knot(Struct, frozen=True):
    """The gait at one instant, mostly a contact. ``side`` is 1 left, -1 right, 0 no contact."""

    t: float
    phase: float  # step count times pi; even counts are left contacts
    side: float
    running: float
    duty: float
    up: float
    fore: float
    lateral: float
    turn: float
    yaw: float
    lead: float
    hit: float
    lean: float
    heading: float
    sway: float
    shape: tuple[float, ...]

    def row(self) -> tuple[float, ...]:
        """Return all fields as numbers."""
        return (*astuple(self)[:-1], *self.shape)


class Manner(Struct, frozen=True, eq=False):
    """One person's individual trunk movement: phases of sway (3, 4) and of the harmonics, rad."""

    sway: Floats
    up: tuple[float, ...]
    fore: tuple[float, ...]

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Manner:
        """Draw one person; the first harmonics' phases are drawn elsewhere (``gaits.Style``)."""
        own = np.clip(0.4 * rng.standard_normal((2, len(UP) - 1)), -1.0, 1.0)
        return cls(
            sway=rng.uniform(0.0, 2.0 * np.pi, (3, len(SWAY_HZ))),
            up=(0.0, *(float(x) for x in own[0])),
            fore=(0.0, *(float(x) for x in own[1])),
        )


# Vertical and fore-aft harmonics of the step: number, size relative to the first, phase at the
# contact relative to the first one's. First: vertical -35 deg, from the mean profile (voisard).
UP_PHASE = -35.0 * np.pi / 180.0
UP = ((1, 1.0, 0.0), (2, 0.25, 0.61), (3, 0.35, 0.05), (4, 0.30, -1.85))
FORE = ((1, 1.0, 0.0), (2, 0.56, 0.91), (3, 0.40, 0.33), (4, 0.25, -0.02))
WARP = 0.75  # a runner's force peaks early in the contact (-91..-120 deg, alcantara)
WARP_MEAN = 0.6560  # mean of sin(pi x^0.75) over 0..1
WARP_PHASE = -0.885 * np.pi  # of its first harmonic, per part of the step on the belt
# No two in a simple ratio, so that the sway does not repeat.
SWAY_HZ: Floats = np.array([0.23, 0.37, 0.61, 0.97])
SWAY_SIZE: Floats = np.array([1.0, 0.8, 0.2])  # fore-aft, lateral, vertical; chosen


def simulate(
    t: Floats, knots: list[Knot], manner: Manner, chest: bool
) -> tuple[Floats, Floats, Floats]:
    """Return acceleration without gravity, in level axes along the heading, and orientation.

    Returns acceleration (n, 3), angles (n, 3) as yaw, pitch, roll, and their rates (n, 3).
    """
    table = np.array([k.row() for k in knots])
    soft = (0.7, 0.6) if chest else (1.0, 1.0)
    left = np.clip(np.searchsorted(table[:, 0], t, side="right") - 1, 0, len(knots) - 2)
    around = np.concatenate((t - H_S, t, t + H_S))
    p, part = _between(around, table, np.tile(left, 3))
    sway = p[14] * _sway(around, manner.sway)
    before, now, after = np.split(_angles(p, sway, soft[1]), 3)
    middle = slice(t.size, 2 * t.size)
    p = p[:, middle]
    acc = _acceleration(t, p, part[middle], table, left, manner)
    acc += 0.035 * sway[:, middle].T
    acc[:, 0] *= soft[0]
    # The harmonics are a sensor's readings, and a tilted sensor reads gravity too.
    acc[:, 0] += GRAVITY_M_S2 * (now[:, 1] - p[12])
    acc[:, 1] -= GRAVITY_M_S2 * now[:, 2]
    return acc, now, (after - before) / (2.0 * H_S)


def sense(acc: Floats, angles: Floats, rates: Floats) -> tuple[Floats, Floats]:
    """Return specific force and turn rate in trunk axes, from the results of ``simulate``."""
    yaw, pitch, roll = angles[:, 0], angles[:, 1], angles[:, 2]
    force = acc + np.array([0.0, 0.0, GRAVITY_M_S2])
    return turned(force, np.zeros_like(yaw), pitch, roll), body_rates(rates, pitch, roll)


def _between(t: Floats, table: Floats, left: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return parameters (columns, n) between the knots, and the fraction passed (n,)."""
    k0, k1 = table[left], table[left + 1]
    part = within((t - k0[:, 0]) / (k1[:, 0] - k0[:, 0]))
    p = np.ascontiguousarray((k0 + part[:, None] * (k1 - k0)).T)
    p[13] = k0[:, 13] + ramp(part) * (k1[:, 13] - k0[:, 13])  # the heading starts and ends at rest
    return p, part


def _acceleration(
    t: Floats, p: Floats, part: Floats, table: Floats, left: NDArray[np.intp], manner: Manner
) -> Floats:
    step = 2.0 * p[1]
    run = p[3]
    walk_up = sum(
        a * np.cos(n * step + UP_PHASE + d + own)
        for (n, a, d), own in zip(UP, manner.up, strict=True)
    )
    lead = p[10]
    walk_fore = sum(
        a * np.cos(n * step + UP_PHASE + lead + d + own)
        for (n, a, d), own in zip(FORE, manner.fore, strict=True)
    )
    duty = np.maximum(p[4], 0.3)
    pressed = within(part / duty)
    force = np.sin(np.pi * pressed**WARP) / (WARP_MEAN * duty)
    run_up = GRAVITY_M_S2 * (force - 1.0)
    run_fore = np.cos(step + WARP_PHASE * duty + lead)
    rough = p[15:23]
    up = p[5] * ((1.0 - run) * walk_up + run * run_up + 0.22 * _texture(step, rough[:4]))
    fore = p[6] * ((1.0 - run) * walk_fore + run * run_fore + 0.35 * _texture(step, rough[2:6]))
    # The body is over the standing leg and pushed away from it: negative at mid left stance.
    lateral = p[7] * (
        -0.5 * np.sin(p[1] + 0.25) - 1.1 * np.sin(3.0 * p[1] + 1.1) + 0.8 * np.cos(5.0 * p[1] + 2.4)
    )
    lateral += p[7] * 0.55 * _texture(p[1], rough[4:8])
    hit = np.zeros_like(t)
    for back in (0, 1):
        knot = table[np.maximum(left - back, 0)]
        size = knot[:, 11] * np.abs(knot[:, 2])
        hit += size * ring(t - knot[:, 0], 2.0 * np.pi * 13.0, 0.030)
    return np.stack((fore - 0.25 * hit, lateral, up + hit), axis=1)


def _texture(step: Floats, rough: Floats) -> Floats:
    """Return the variation from step to step: higher harmonics with random sizes."""
    return (
        rough[0] * np.cos(2.0 * step)
        + rough[1] * np.sin(2.0 * step)
        + rough[2] * np.cos(3.5 * step)
        + rough[3] * np.sin(3.5 * step)
    )


def _sway(t: Floats, phase: Floats) -> Floats:
    """Return slow unit sway, (3, n)."""
    waves = np.sin(2.0 * np.pi * SWAY_HZ[:, None] * t + phase[..., None])
    return SWAY_SIZE[:, None] * waves.sum(axis=1)


def _angles(p: Floats, sway: Floats, soft: float) -> Floats:
    """Return yaw, pitch and roll (n, 3), rad."""
    deg = np.pi / 180.0
    stride, turn = p[1], p[8] * soft
    sway = 0.12 * deg * sway
    # Left stance (phase 0 to pi): the hip drops on the right, which is a positive roll.
    roll = turn * deg * (3.2 * np.sin(stride + 0.2) + 1.4 * np.sin(3.0 * stride - 1.5))
    pitch = turn * deg * (1.7 * np.cos(2.0 * stride + 0.7) + 0.5 * np.cos(4.0 * stride + 0.7))
    # At left contact the left leg is ahead and the pelvis turned to the right.
    yaw = p[9] * soft * deg * (-4.5 * np.cos(stride) + 1.3 * np.sin(3.0 * stride - 1.4))
    return np.stack((p[13] + yaw + sway[2], p[12] + pitch + sway[0], roll + sway[1]), axis=1)
