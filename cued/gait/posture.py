"""What the trunk did over one stride: lean, roll, sway, jerk and bounce.

Lean is that of the mean force over the whole stride against the mounting's axes, so it contains how
the sensor sits on the body and is to be compared with the wearer's own, and an incline tilts the
person but not gravity (science.md 2.4). Jerk is the largest range of the derivative of vertical
acceleration (Weiss et al. 2010, PMC2845599, use it for near falls), taken over
40 ms, which stands for their low-pass. Bounce is the range of vertical acceleration integrated
twice and made periodic over the stride; not validated against a reference.
"""

from __future__ import annotations

import math

import numpy as np

from cued.frames import to_body
from cued.gait.finding import Posture
from cued.model import Floats
from cued.signal.grid import DT_S

Rows = tuple[tuple[float, float, float], ...]


def posture(
    sensor: str, t: float, at: float, acc: Floats, gyr: Floats | None, frame: Rows, worn: Rows
) -> Posture:
    """Figures of one stride.

    acc, gyr : (n, 3) of the stride, sensor axes.  frame : rows of the leveled body axes.
    worn : rows of the body axes as the sensor is worn, which is what lean is measured against.
    """
    body = to_body(np.array(frame), acc)
    mean = acc.mean(axis=0)
    x, y, z = (_dot(mean, row) for row in worn)
    up = body[:, 2] - body[:, 2].mean()
    return Posture(
        t=t,
        at=at,
        sensor=sensor,
        duration_s=acc.shape[0] * DT_S,
        lean_forward=math.atan2(-x, z),
        lean_left=math.atan2(-y, z),
        roll_range=None if gyr is None else _roll_range(gyr, frame[0]),
        rms=(_rms(body[:, 0]), _rms(body[:, 1]), math.sqrt(float(up @ up) / up.size)),
        jerk_v=float(np.ptp(up[4:] - up[:-4])) / (4 * DT_S),
        bounce_m=_bounce(up),
        even_share=_even_share(body[:, 0]),
    )


def _dot(v: Floats, row: tuple[float, float, float]) -> float:
    return float(v[0]) * row[0] + float(v[1]) * row[1] + float(v[2]) * row[2]


def _rms(x: Floats) -> float:
    d = x - x.mean()
    return math.sqrt(float(d @ d) / d.size)


def _roll_range(gyr: Floats, ahead: tuple[float, float, float]) -> float:
    rate = gyr[:, 0] * ahead[0] + gyr[:, 1] * ahead[1] + gyr[:, 2] * ahead[2]
    return float(np.ptp(np.cumsum(rate - rate.mean()))) * DT_S


def _bounce(up: Floats) -> float:
    speed = np.cumsum(up) * DT_S
    return float(np.ptp(np.cumsum(speed - speed.mean()))) * DT_S


def _even_share(x: Floats) -> float | None:
    """Power of the even among the first 20 harmonics of the stride: two equal steps give 1."""
    power = np.abs(np.fft.rfft(x - x.mean())[1:21]) ** 2
    total = float(power.sum())
    return float(power[1::2].sum()) / total if total > 0.0 else None
