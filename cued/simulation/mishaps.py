"""Interruptions of a gait: stumble, fall, bow, wipe, cough, as additions to trunk and feet.

Sizes: a stumble removes the support for a moment, pitches the trunk by some 12 degrees at 80-200
deg/s and ends in a jolt of 3-4 g (acted stumbles of SisFall, 10.3390/s17010198: 3-4.6 m/s² less for
a quarter of a second, then 3.2-4.4 g, a jerk of 1,900-3,000 m/s³ or 7-13 times the person's usual).
A fall leaves 0.3-0.9 g for half a second at 100-350 deg/s, hits with 3-8 g and then lies still.
Real falls vary more than any template; use these to test that the daemon reacts, never to report
how well it detects falls.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cued.model import Floats
from cued.simulation.foot import H_S, body_rates, ramp, ring, turned

FALL_S = 0.75  # from losing balance to the ground (0.7-0.8 s, Hsiao & Robinovitch 1998)
HIT_S = 0.09  # how long the ground takes to stop a body
CATCH_S = 0.25  # from the caught foot to the step that catches the body
STUMBLE_DEG = 12.0  # the trunk's pitch at size 1; chosen
LASTS_S = {"stumble": 2.0, "fall": np.inf}  # chosen: two or three strides; the fallen stay down


class Mishap(Struct, frozen=True):
    """One interruption. ``by`` is the script's; ``way`` 1 pitches forward, -1 backward."""

    t: float
    what: str
    by: float
    for_s: float
    way: float

    def over(self, t: float) -> bool:
        """Return whether its effect has ended by a time."""
        return t > self.t + LASTS_S.get(self.what, self.for_s + 1.0)

    @property
    def peak_t(self) -> float:
        """The time of its greatest effect."""
        return self.t + (FALL_S if self.what == "fall" else CATCH_S)


def lean(t: Floats, mishaps: list[Mishap]) -> Floats:
    """Return yaw, pitch, roll (n, 3) that the mishaps add to the trunk's."""
    out = np.zeros((t.size, 3))
    for m in mishaps:
        age, deg = t - m.t, np.pi / 180.0
        if m.what == "fall":
            part = np.clip(age / FALL_S, 0.0, 1.0)
            out[:, 1] += m.way * m.by * deg * ramp(part**1.3)
            out[:, 2] += 0.25 * m.by * deg * ramp(part)
        elif m.what == "stumble":
            shape = ramp(age / 0.18) * (1.0 - ramp((age - 0.3) / 0.9))
            out[:, 1] += m.way * m.by * STUMBLE_DEG * deg * shape
            out[:, 2] += 0.4 * m.by * STUMBLE_DEG * deg * shape
        elif m.what == "bow":
            out[:, 1] += m.by * deg * np.sin(np.pi * np.clip(age / m.for_s, 0.0, 1.0)) ** 2
        elif m.what == "wipe":
            window = np.sin(np.pi * np.clip(age / m.for_s, 0.0, 1.0)) ** 2
            out[:, 0] += m.by * deg * window * np.sin(2.0 * np.pi * 1.3 * age)
    return out


def push(t: Floats, acc: Floats, mishaps: list[Mishap]) -> Floats:
    """Return the trunk's level acceleration (n, 3) with the mishaps in it."""
    out = acc.copy()
    for m in mishaps:
        age = t - m.t
        if m.what == "fall":
            # Half the support is lost, and the gait fades out.
            unload = _hump(age - 0.1, FALL_S - 0.1)
            out *= np.where(age > 0.0, np.clip(1.0 - age / 0.4, 0.0, 1.0), 1.0)[:, None]
            out[:, 2] -= 5.5 * unload
            # The ground stops the fall.
            hit = 5.5 * (FALL_S - 0.1) / HIT_S * _hump(age - FALL_S, HIT_S)
            hit += 15.0 * ring(age - FALL_S, 2.0 * np.pi * 11.0, 0.045)
            out[:, 2] += hit
            out[:, 0] += 0.5 * m.way * hit
        elif m.what == "stumble":
            # The belt carries the caught foot along, which brakes the trunk first.
            out[:, 0] -= m.way * 5.0 * m.by * ring(age, 2.0 * np.pi * 4.0, 0.10)
            # The body sinks and is caught: the second half cancels the first one's velocity.
            out[:, 2] -= 7.0 * m.by * (_hump(age, CATCH_S) - _hump(age - CATCH_S, CATCH_S))
            caught = ring(age - CATCH_S, 2.0 * np.pi * 8.0, 0.05)
            out[:, 1] += 8.0 * m.by * caught
            out[:, 2] += 29.0 * m.by * caught
        elif m.what == "cough":
            for late in (0.0, 0.35, 0.7):
                out[:, 2] += m.by * ring(age - late, 2.0 * np.pi * 9.0, 0.05)
                out[:, 0] -= 0.5 * m.by * ring(age - late, 2.0 * np.pi * 9.0, 0.05)
    return out


def _hump(age: Floats, for_s: float) -> Floats:
    """Return a hump that rises to 1 and falls back within a time; its mean is a half."""
    return np.sin(np.pi * np.clip(age / for_s, 0.0, 1.0)) ** 2


def tumble(
    t: Floats, force: Floats, rate: Floats, mishaps: list[Mishap], toward: float
) -> tuple[Floats, Floats]:
    """Return a foot's force and rate, (n, 3) each, with falls added."""
    for m in mishaps:
        if m.what != "fall":
            continue
        angles = _foot_angles(t - m.t, m, toward)
        nothing = np.zeros(t.size)
        force = turned(force, nothing, angles[:, 1], angles[:, 2])
        spin = (_foot_angles(t + H_S - m.t, m, toward) - _foot_angles(t - H_S - m.t, m, toward)) / (
            2.0 * H_S
        )
        rate = turned(rate, nothing, angles[:, 1], angles[:, 2])
        rate = rate + body_rates(spin, angles[:, 1], angles[:, 2])
        force[:, 2] += 35.0 * ring(t - m.t - FALL_S)
    return force, rate


def _foot_angles(age: Floats, m: Mishap, toward: float) -> Floats:
    part = np.clip((age - 0.1) / (FALL_S + 0.1), 0.0, 1.0)
    out = np.zeros((age.size, 3))
    out[:, 1] = m.way * 1.1 * ramp(part)
    out[:, 2] = 0.3 * toward * ramp(part)
    return out
