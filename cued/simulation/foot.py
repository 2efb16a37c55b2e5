"""Simulated signals of a sensor on the instep, through contact, stance, roll-off and swing.

The foot is a rigid body with a path and three angles, all closed formulas of time; acceleration is
the second difference of the path, turn rate follows from the angles, and gravity is rotated into
the foot's axes. So integrating the samples gives back the stride that the truth states.

* On the belt the foot moves with the belt and lies flat; it comes down turning about its heel or
  toes (whichever landed) and leaves turning about the other end.
* In swing it follows a fifth-order curve between two touches at belt velocity (minimum jerk,
  Flash & Hogan 1985, 10.1523/JNEUROSCI.05-07-01688.1985).
* A contact adds a damped 22 Hz ring without net velocity.

Axes: the path is in the belt's frame (x toward the console, along the deck, z off it); the foot's
own axes are x to the toes, y left, z up. Angles: yaw, pitch, roll, in this order, toe-up negative.

Compared with real feet: tests/simulation/test_simulated_signals.py has the figures. Not
modelled: bending of the shoe, soft tissue, the small wobble of a foot that stands.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from msgspec.structs import astuple, replace

from cued.frames import GRAVITY_M_S2
from cued.model import Floats

H_S = 0.0025  # half width of the differences; no sharper than a sensor's own filter
HEEL_M = (0.13, 0.06)  # the instep seen from the heel, and from the toes
TOES_M = (-0.15, 0.06)  # as above
RING_RAD_S = 2.0 * np.pi * 22.0  # 22 Hz, see above
RING_DECAY_S = 0.016  # chosen: three cycles are visible


class FootStride(Struct):
    """One foot from lying flat to lying flat again; a stride not planned yet has no end.

    Times in s, lengths in m, angles in rad, rings in m/s². ``contact`` is the touch before it,
    ``end`` the touch that ends it; ``*_next`` hold after that.
    """

    contact: float
    start: float
    speed: float
    yaw: float
    tilt: float
    lift: float = np.inf
    end: float = np.inf
    speed_next: float = 0.0
    yaw_next: float = 0.0
    leave: float = 0.0
    rise_s: float = 0.3
    follow_s: float = 0.05
    lag_s: float = 0.02
    early_s: float = 0.0
    late_s: float = 0.0
    land: float = 0.0
    drop_s: float = 0.1
    hit: float = 0.0
    slap: float = 0.0
    snag: float = 0.0
    height: float = 0.05
    shift_x: float = 0.0
    shift_y: float = 0.0
    curve: float = 0.0

    def row(self) -> tuple[float, ...]:
        """Return all fields as numbers, with a missing end far in the future."""
        far = self.contact + 1e6
        return astuple(replace(self, lift=min(self.lift, far), end=min(self.end, far + 1.0)))


def simulate(t: Floats, strides: list[FootStride]) -> tuple[Floats, Floats]:
    """Return (n, 3) specific force and (n, 3) turn rate in the foot's axes at ascending times (n,).

    ``strides`` cover the times, oldest first; extra ones do not change the result.
    """
    table = np.array([s.row() for s in strides])
    which = np.clip(np.searchsorted(table[:, 1], t, side="right") - 1, 0, len(strides) - 1)
    p = np.ascontiguousarray(table[which].T)
    around = np.concatenate((t - H_S, t, t + H_S))
    before, now, after = np.split(_pose(around, np.tile(p, 3)), 3)
    force = (after[:, :3] - 2.0 * now[:, :3] + before[:, :3]) / H_S**2
    rate = (after[:, 3:] - before[:, 3:]) / (2.0 * H_S)
    force += _rings(t, p, now[:, 3])
    tilt = p[4]
    force[:, 0] += GRAVITY_M_S2 * np.sin(tilt)
    force[:, 2] += GRAVITY_M_S2 * np.cos(tilt)
    yaw, pitch, roll = now[:, 3], now[:, 4], now[:, 5]
    return turned(force, yaw, pitch, roll), body_rates(rate, pitch, roll)


def turned(v: Floats, yaw: Floats, pitch: Floats, roll: Floats) -> Floats:
    """Express (n, 3) vectors in a body turned by yaw, then pitch, then roll."""
    x = np.cos(yaw) * v[:, 0] + np.sin(yaw) * v[:, 1]
    y = -np.sin(yaw) * v[:, 0] + np.cos(yaw) * v[:, 1]
    forward = np.cos(pitch) * x - np.sin(pitch) * v[:, 2]
    z = np.sin(pitch) * x + np.cos(pitch) * v[:, 2]
    left = np.cos(roll) * y + np.sin(roll) * z
    return np.stack((forward, left, -np.sin(roll) * y + np.cos(roll) * z), axis=1)


def body_rates(rate: Floats, pitch: Floats, roll: Floats) -> Floats:
    """Return rates about the body's axes from (n, 3) rates of yaw, pitch and roll."""
    yaw_rate, pitch_rate, roll_rate = rate[:, 0], rate[:, 1], rate[:, 2]
    x = roll_rate - yaw_rate * np.sin(pitch)
    y = pitch_rate * np.cos(roll) + yaw_rate * np.sin(roll) * np.cos(pitch)
    z = yaw_rate * np.cos(roll) * np.cos(pitch) - pitch_rate * np.sin(roll)
    return np.stack((x, y, z), axis=1)


def within(x: Floats) -> Floats:
    """Return x limited to 0 to 1 (np.clip takes four times as long for an array of 50)."""
    return np.minimum(np.maximum(x, 0.0), 1.0)


def ramp(x: Floats) -> Floats:
    """Return a smooth step from 0 to 1 over x from 0 to 1, with zero slope at both ends."""
    x = within(x)
    return x - np.sin(2.0 * np.pi * x) / (2.0 * np.pi)


def _pose(t: Floats, p: Floats) -> Floats:
    """Return path and angles, x y z yaw pitch roll, at (n,) times with (24, n) parameters."""
    yaw0, lift, end, yaw1, leave = p[3], p[5], p[6], p[8], p[9]
    rise_s, follow_s, lag_s, land, drop_s = p[10], p[11], p[12], p[15], p[16]
    height, shift_y, curve = p[20], p[22], p[23]
    swing_s = end - lift
    part = within((t - lift) / swing_s)
    blend = part**3 * (10.0 - 15.0 * part + 6.0 * part**2)
    bump = np.sin(np.pi * part) ** 2

    risen = ramp(within((t - lift + rise_s) / (rise_s + follow_s)) ** 1.6)
    swung = ramp((t - lift - lag_s) / (swing_s - lag_s))
    dropped = ramp((t - end) / drop_s)
    pitch = leave * risen + (land - leave) * swung - land * dropped
    wag = np.sin(2.0 * np.pi * part) * bump

    # The pivot is the toes or the heel, whichever is on the belt; in swing it passes from one to
    # the other.
    toes = (leave > 0.0) + ((land > 0.0) * 1.0 - (leave > 0.0)) * blend
    arm = HEEL_M[0] + toes * (TOES_M[0] - HEEL_M[0])
    out_x = arm * np.cos(pitch) + HEEL_M[1] * np.sin(pitch) - arm
    out_z = HEEL_M[1] * np.cos(pitch) - arm * np.sin(pitch) - HEEL_M[1]
    yaw = yaw0 + (yaw1 - yaw0) * blend
    return np.stack(
        (
            _along(t, p) + out_x * np.cos(yaw),
            out_x * np.sin(yaw) + shift_y * blend + 0.04 * curve * bump,
            out_z + height * bump,
            yaw + 0.10 * curve * wag,
            pitch,
            0.16 * curve * wag,
        ),
        axis=1,
    )


def _along(t: Floats, p: Floats) -> Floats:
    """Return the position along the belt: with the belt while flat, minimum jerk in between.

    The curve begins before the toes are off and ends after the touch (``early_s``, ``late_s``):
    shoe and toes bend, so the instep moves while part of the sole is still down.
    """
    contact, speed, end, speed1 = p[0], p[2], p[6], p[7]
    go, come = p[5] - p[13], end + p[14]
    span = come - go
    part = within((t - go) / span)
    v0, v1 = -speed * span, -speed1 * span
    way = p[21] - speed1 * p[14] + speed * (go - contact)
    c3 = 10.0 * way - 6.0 * v0 - 4.0 * v1
    c4 = -15.0 * way + 8.0 * v0 + 7.0 * v1
    c5 = 6.0 * way - 3.0 * (v0 + v1)
    swing = v0 * part + part**3 * (c3 + part * (c4 + part * c5))
    return swing - speed * (np.minimum(t, go) - contact) - speed1 * np.maximum(t - come, 0.0)


def _rings(t: Floats, p: Floats, yaw: Floats) -> Floats:
    """Return the jolts of contact, sole and a snag in mid-swing, (n, 3) in belt axes."""
    lift, end, land, drop_s, hit, slap = p[5], p[6], p[15], p[16], p[17], p[18]
    first = hit * ring(t - end)
    second = slap * ring(t - end - 0.8 * drop_s)
    snag = p[19] * ring(t - 0.5 * (lift + end))
    # A landing heel is braked; toes that land backward are pushed the other way.
    along = 0.6 * np.sign(land) * first - 0.9 * snag
    up = first + second + 0.4 * snag
    return np.stack((along * np.cos(yaw), along * np.sin(yaw), up), axis=1)


def ring(age: Floats, rad_s: float = RING_RAD_S, decay_s: float = RING_DECAY_S) -> Floats:
    """Return a unit ring that starts at age 0 and has no net velocity."""
    s = np.maximum(age, 0.0)
    wave = np.cos(rad_s * s) - np.sin(rad_s * s) / (rad_s * decay_s)
    return np.where(age >= 0.0, np.exp(-np.minimum(s / decay_s, 60.0)) * wave, 0.0)
