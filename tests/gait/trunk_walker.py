"""A trunk's signals made from a few waves, with contacts known by construction.

Amplitudes and phases are those of lumbar sensors in the literature: forward acceleration leads
vertical by 109 degrees in forward walking and trails it by 90 in backward walking; running is a
half sine of weight in stance and nothing in flight.
"""

from __future__ import annotations

import numpy as np

from cued.gait.finding import Finding
from cued.gait.trunk.chain import Trunk
from cued.model import Block, Floats
from tests.gait.blocks import split

G = 9.81
DT_S = 0.01
EYE = np.eye(3)
ROWS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
UPSIDE_DOWN = np.diag([1.0, -1.0, -1.0])
BACK_TO_FRONT = np.diag([-1.0, -1.0, 1.0])


def standing(seconds: float, seed: int = 1) -> tuple[Floats, Floats]:
    """Return acceleration and turn rate of a standing person, body axes."""
    n = round(seconds / DT_S)
    noise = np.random.default_rng(seed)
    acc = 0.03 * noise.standard_normal((n, 3)) + np.array([0.0, 0.0, G])
    return acc, 0.01 * noise.standard_normal((n, 3))


def walking(
    seconds: float, step_s: float = 0.55, backward: bool = False
) -> tuple[Floats, Floats, Floats]:
    """Return acceleration, turn rate and contact times; the first contact is half a step in."""
    t = np.arange(round(seconds / DT_S)) * DT_S
    contacts = np.arange(step_s / 2, seconds, step_s)
    phase = 2 * np.pi * (t - step_s / 2) / step_s
    up = phase - 0.63  # vertical peaks a tenth of a step after contact
    lead = np.radians(-90.0 if backward else 109.0)
    acc = np.stack(
        (
            1.5 * np.cos(up + lead) + 0.5 * np.cos(2 * up + lead),
            0.6 * np.sin(phase / 2),
            G + 2.4 * np.cos(up) + 0.5 * np.cos(2 * up),
        ),
        axis=1,
    )
    gyr = np.stack((0.4 * np.sin(phase / 2), 0.2 * np.sin(phase), 0.4 * np.cos(phase / 2)), axis=1)
    return acc, gyr, contacts


def running(seconds: float, step_s: float = 0.36) -> tuple[Floats, Floats, Floats]:
    """Return acceleration, turn rate and contact times of a run with 0.24 s of stance."""
    t = np.arange(round(seconds / DT_S)) * DT_S
    stance_s = 0.24
    contacts = np.arange(step_s / 2, seconds, step_s)
    into = np.mod(t - step_s / 2, step_s)
    on = into < stance_s
    weight = np.where(on, np.sin(np.pi * into / stance_s), 0.0) * G * step_s / stance_s * np.pi / 2
    push = np.where(on, -3.0 * np.cos(np.pi * into / stance_s), 0.0)
    sway = 0.8 * np.sin(np.pi * (t - step_s / 2) / step_s)
    return np.stack((push, sway, weight), axis=1), np.zeros((t.size, 3)), contacts


def turning(seconds: float, angle: float) -> tuple[Floats, Floats]:
    """Return a turn on the spot at constant rate."""
    acc, gyr = standing(seconds, seed=2)
    gyr[:, 2] += angle / seconds
    return acc, gyr


def leaning(seconds: float, angle: float) -> tuple[Floats, Floats]:
    """Return a gentle bow of ``angle`` toward the chest: two seconds down, stay, two seconds up."""
    t = np.arange(round(seconds / DT_S)) * DT_S
    tilt = angle * np.clip(np.minimum(t / 2.0, (seconds - t) / 2.0), 0.0, 1.0)
    acc = np.stack((-G * np.sin(tilt), np.zeros_like(t), G * np.cos(tilt)), axis=1)
    gyr = np.stack((np.zeros_like(t), np.gradient(tilt, DT_S), np.zeros_like(t)), axis=1)
    noise = 0.03 * np.random.default_rng(3).standard_normal(acc.shape)
    return acc + noise, gyr


def worn(parts: list[tuple[Floats, Floats]], m: Floats = EYE) -> tuple[Floats, Floats]:
    """Join parts in time, in the axes of a sensor with ``v_body = m @ v_sensor``."""
    acc = np.concatenate([a for a, _ in parts])
    gyr = np.concatenate([g for _, g in parts])
    return acc @ m, gyr @ m


def blocks(
    acc: Floats, gyr: Floats | None, sizes: list[int] | None = None, oriented: bool = True
) -> list[Block]:
    """Cut into blocks of the given sizes; the last one takes the rest."""
    t, ok = np.arange(len(acc)) * DT_S, np.ones(len(acc), dtype=bool)
    whole = Block("trunk", "lower_back", t, acc, gyr, ok, oriented, True)
    return split(whole, np.cumsum(sizes or []))


def found(blocks: list[Block], **how: bool) -> list[Finding]:
    """Return the findings of the trunk's chain."""
    trunk = Trunk("trunk", **how)
    return [finding for block in blocks for finding in trunk.feed(block)]


def rotation(seed: int) -> Floats:
    """Return a random rotation."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    return q * np.sign(np.linalg.det(q))
