"""Trunk figures over one stride: lean, roll, sway, jerk and bounce.

Lean is the angle of the stride's mean force in the mounting's axes, so it includes how the sensor
sits on the body and should be compared only with the wearer's own; an incline tilts the person but
not gravity (alcantara). Jerk is the range of the derivative of vertical acceleration (Weiss et al.
2010, PMC2845599, use it for near falls), taken over 40 ms in place of their low-pass. Bounce is the
range of vertical acceleration integrated twice and made periodic over the stride; not validated
against a reference.
"""

from __future__ import annotations

import math

import numpy as np

from cued.frames import to_body
from cued.gait.finding import Posture
from cued.gait.trunk.waves import along
from cued.model import Floats
from cued.signal.grid import DT_S
from cued.signal.orientation import Rows, Vector, dot


def posture(
    sensor: str, t: float, at: float, acc: Floats, gyr: Floats | None, frame: Rows, worn: Rows
) -> Posture:
    """Return the figures of one stride.

    acc, gyr : (n, 3) of the stride, sensor axes.  frame : rows of the leveled body axes.
    worn : rows of the body axes as the sensor is worn, which is what lean is measured against.
    """
    n = acc.shape[0]
    force: Floats = np.add.reduce(acc, axis=0) / n
    fx, fy, fz = force.tolist()
    x, _, z = (dot((fx, fy, fz), row) for row in worn)
    ahead, across, up = to_body(np.array(frame), acc - force).T
    return Posture(
        t=t,
        at=at,
        sensor=sensor,
        duration_s=n * DT_S,
        lean_forward=math.atan2(-x, z),
        roll_range=None if gyr is None else _roll_range(gyr, frame[0]),
        rms=(_rms(ahead), _rms(across), _rms(up)),
        jerk_v=_range(up[4:] - up[:-4]) / (4 * DT_S),
        bounce_m=_bounce(up),
        even_share=_even_share(ahead),
    )


def _rms(x: Floats) -> float:
    return math.sqrt(float(x @ x) / x.size)


def _range(x: Floats) -> float:
    return float(np.maximum.reduce(x) - np.minimum.reduce(x))


def _without_mean(x: Floats) -> Floats:
    return x - np.add.reduce(x) / x.size


def _roll_range(gyr: Floats, ahead: Vector) -> float:
    return _range(np.add.accumulate(_without_mean(along(gyr, ahead)))) * DT_S


def _bounce(up: Floats) -> float:
    speed = np.add.accumulate(up) * DT_S
    return _range(np.add.accumulate(_without_mean(speed))) * DT_S


def _even_share(x: Floats) -> float | None:
    """Return the even harmonics' share of the stride's first 20; two equal steps give 1."""
    power = np.abs(np.fft.rfft(x)[1:21]) ** 2
    total = float(np.add.reduce(power))
    return float(np.add.reduce(power[1::2])) / total if total > 0.0 else None
