"""A simulated runner in one plane, forward or backward: signals of feet, shanks and trunk.

Synthetic. No sensor recording of backward running is published, so this is made from published
mechanics, and shares nothing with ``cued/simulation`` but the impact of a landing:

* the body is a mass accelerated by the legs: a pulse of force per step from the foot to the hip,
  none in flight. Backward the force rises slower than it falls, forward the reverse, and backward
  steps are quicker, flights longer (Cavagna 2012, J Exp Biol 215:75);
* the foot on the ground moves with the belt and turns about ball or heel. Backward the ball lands
  first and the foot lies behind the hip (Roos 2012, PMC3391667);
* thigh and shank, each 0.245 of a height of 1.75 m (Winter), follow from where hip and ankle are;
  in mid-stance the knee is bent by 41 degrees backward and 44 forward (Roos 2012);
* between two stances the ankle follows a smooth path and the ankle joint turns smoothly.

Accelerations are second differences of a sensor's path. Axes as in ``cued.frames``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from msgspec import Struct

from cued.model import Floats
from cued.simulation.foot import ring
from tests.gait.planar_foot import G, ease, felt

LIMB_M = 0.43
N = 1000  # points of a stride
BALL, HEEL, ANKLE_M = 0.13, -0.05, 0.07  # along the sole from the ankle, and its height
H_S = 0.002
HARMONICS = 40
AT = {"foot": (0.06, -0.02), "shank": (0.03, 0.2), "trunk": (-0.1, 0.1)}  # on the segment, m


class Runner(Struct, frozen=True):
    """One person at one speed: pitches of the foot in degrees, toes down positive."""

    speed: float
    backward: bool = True
    seed: int = 0

    def drawn(self) -> tuple[float, float, float, float, float]:
        """Draw landing and leaving pitch, clearance in m, and factors of cadence and contact."""
        rng = np.random.default_rng(self.seed)
        land, leave = ((12, 30), (-15, 15)) if self.backward else ((-18, -5), (40, 60))
        return (
            *(float(rng.uniform(*span)) for span in (land, leave)),
            float(rng.uniform(0.08, 0.16)),
            *(float(rng.uniform(0.95, 1.05)) for _ in range(2)),
        )


def smooth(p0: Floats, v0: Floats, p1: Floats, v1: Floats, u: Floats) -> Floats:
    """Return a quintic from p0, v0 to p1, v1 over u in 0..1, without acceleration at the ends."""
    d = p1 - p0
    c3, c4, c5 = 10 * d - 6 * v0 - 4 * v1, -15 * d + 8 * v0 + 7 * v1, 6 * d - 3 * (v0 + v1)
    return p0 + v0 * u + u**3 * (c3 + u * (c4 + u * c5))


def pitched(x: Floats | float, z: Floats | float, pitch: Floats) -> Floats:
    """Turn a point of a segment about the left axis; a positive pitch takes x down."""
    return np.stack(felt(x, z, -pitch))


def integrated_twice(a: Floats, period_s: float) -> Floats:
    """Return the periodic path of a periodic acceleration of mean zero."""
    spectrum = np.fft.rfft(a)
    w = 2j * np.pi * np.arange(spectrum.size) / period_s
    spectrum[1:] /= w[1:] ** 2
    spectrum[0] = 0.0
    return np.fft.irfft(spectrum, a.size)


class Cycle:
    """One stride as closed curves over its phase; the left foot lands at phase 0."""

    def __init__(self, runner: Runner) -> None:
        land, leave, clear, quick, long = runner.drawn()
        v, sign = runner.speed, -1.0 if runner.backward else 1.0
        forward_spm = 150.0 + 6.01 * v  # 256 people; backward x1.14 (Cavagna 2012)
        step_s = 60.0 / (quick * forward_spm * (1.14 if runner.backward else 1.0))
        # Mean over 0.8 to 4.7 m/s (Cavagna 2012); its growth with speed is chosen.
        aloft_s = long * (0.098 if runner.backward else 0.072) * (v / 2.8) ** 0.5
        self.stride_s = 2.0 * step_s
        part = (step_s - aloft_s) / self.stride_s
        phase = np.arange(N) / N
        u = np.clip(phase / part, 0.0, 1.0)  # of the stance
        force = np.sin(np.pi * u ** (1.15 if runner.backward else 0.85))
        force *= G / (2.0 * force.mean())
        middle = float(force @ phase / force.sum()) * self.stride_s
        foot_x = sign * v * (middle - phase * self.stride_s)  # of its middle, under the hip's mean
        both = force + np.roll(force, N // 2)
        push = -force * foot_x / 0.9
        hip = np.stack(
            [integrated_twice(a, self.stride_s) for a in (push + np.roll(push, N // 2), both - G)]
        )
        falls, rises = u / 0.35, (u - 0.65) / 0.35
        foot = np.radians(land) * (1 - ease(falls)) + np.radians(leave) * ease(rises)
        end = HEEL + (BALL - HEEL) * (foot > 0)
        ankle = np.stack((foot_x + end - 0.04, 0 * u)) + pitched(-end, ANKLE_M, foot)
        stands = phase <= part
        last = int(stands.sum()) - 1
        half = int(middle / self.stride_s * N)
        bent = np.radians(41.0 if runner.backward else 44.0)
        reach = 2 * LIMB_M * np.cos(bent / 2)
        across = hip[0, half] - ankle[0, half]
        hip[1] += ankle[1, half] - hip[1, half] + np.sqrt(reach**2 - across**2)
        swing = (phase - phase[last]) / (1.0 - phase[last])
        span = N - last
        for i in (0, 1):
            off, on = ankle[i, last] - ankle[i, last - 1], ankle[i, 1] - ankle[i, 0]
            path = smooth(ankle[i, last], off * span, ankle[i, 0], on * span, swing)
            ankle[i] = np.where(stands, ankle[i], path)
        ankle[1] += np.where(stands, 0.0, clear * (4 * swing * (1 - swing)) ** 3)
        shank = self._shank(hip, ankle)
        joint = foot - shank
        off, on = joint[last] - joint[last - 1], joint[1] - joint[0]
        turned = smooth(joint[last], off * span, joint[0], on * span, swing)
        foot = np.where(stands, foot, shank + turned)
        nod = np.radians(2.0) * np.cos(4 * np.pi * phase)
        trunk = nod + np.radians(0.0 if runner.backward else 6.0)
        self.curves = {
            "foot": self._of(ankle, foot, "foot"),
            "shank": self._of(ankle, shank, "shank"),
            "trunk": self._of(hip, trunk, "trunk"),
        }

    def _shank(self, hip: Floats, ankle: Floats) -> Floats:
        leg = ankle - hip
        bent = np.arccos(np.minimum(np.hypot(*leg) / (2 * LIMB_M), 0.999))
        return bent - np.arctan2(leg[0], -leg[1])

    def _of(self, place: Floats, pitch: Floats, segment: str) -> Floats:
        """Return the Fourier coefficients of a sensor's x, z and pitch."""
        rows = np.concatenate((place + pitched(*AT[segment], pitch), pitch[None]))
        return np.fft.rfft(rows)[:, : HARMONICS + 1] / N

    def at(self, segment: str, phase: Floats) -> Floats:
        """Return x, z and pitch at phases counted in strides."""
        k = np.arange(1, HARMONICS + 1)
        c = self.curves[segment]
        waves = np.exp(2j * np.pi * k[:, None] * phase)
        return c[:, :1].real + 2 * (c[:, 1:] @ waves).real


@cache
def run(
    runner: Runner, seconds: float = 20.0
) -> tuple[Floats, dict[str, tuple[Floats, Floats]], Floats]:
    """Return times, each sensor's acceleration and turn rate, and contacts of part of a run."""
    cycle, rng = Cycle(runner), np.random.default_rng([runner.seed, 1])
    t = np.arange(0.0, seconds, 0.01)
    knots = np.arange(-3.0, seconds + 2.0, cycle.stride_s)
    fine = np.arange(-1.0, seconds + 1.0, H_S)
    rate = np.interp(fine, knots, 1 + 0.04 * rng.standard_normal(knots.size)) / cycle.stride_s
    turned = np.cumsum(rate) * H_S

    def phase(at: Floats) -> Floats:
        return np.interp(at, fine, turned) + 0.3

    steps = np.arange(int(2 * turned[-1])) / 2
    lands = np.interp(steps - 0.3, turned, fine)
    out: dict[str, tuple[Floats, Floats]] = {}
    for name in ("foot_left", "foot_right", "shank_left", "shank_right", "lower_back"):
        segment, side = name.split("_")[0], 0.5 if name.endswith("right") else 0.0
        segment = "trunk" if segment == "lower" else segment
        own = lands[(steps * 2).astype(int) % 2 == 2 * side] if segment != "trunk" else lands
        acc, gyr = _felt(cycle, segment, lambda at, s=side: phase(at) - s, t)
        hit, hz, decay = {"foot": (50, 22, 0.016), "shank": (25, 22, 0.016)}.get(
            segment, (5, 13, 0.03)
        )
        acc[:, 2] += hit * sum(ring(t - at, 2 * np.pi * hz, decay) for at in own)
        acc += rng.normal(0.0, 0.05, acc.shape)
        out[name] = acc, gyr + rng.normal(0.0, 0.01, gyr.shape)
    return t, out, lands


def _felt(cycle: Cycle, segment: str, phase, t: Floats) -> tuple[Floats, Floats]:
    """Return specific force and turn rate, with a little movement out of the plane."""
    before, now, after = (cycle.at(segment, phase(t + h)) for h in (-H_S, 0.0, H_S))
    a = (after - 2 * now + before)[:2] / H_S**2
    pitch = now[2]
    x, z = felt(a[0], a[1] + G, pitch)
    stride = 2 * np.pi * phase(t)
    gyr = np.stack((0.5 * np.sin(stride), (after - before)[2] / (2 * H_S), 0.4 * np.cos(stride)), 1)
    return np.stack((x, 1.6 * np.sin(stride + 0.3), z), axis=1), gyr
