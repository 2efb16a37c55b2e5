"""A worn sensor: its clock, mounting, errors and faults.

Order: body axes -> sensor axes (mounting, worn askew, slipped) -> offset and white noise -> range
-> faults. Sample k is taken at k / (rate (1 + skew)) on the run's clock and stamped k / rate by
the sensor, as by any device whose crystal is off. Noise is drawn in order of samples from the
sensor's own generator, so other sensors, packets and links do not change it.
"""

from __future__ import annotations

import math

import numpy as np

from cued.frames import GRAVITY_M_S2, rotation
from cued.model import Bools, Floats
from cued.simulation.foot import ring
from cued.simulation.scenario import PlannedFault, SimulatedLink, SimulatedSensor

DEG = math.pi / 180.0  # rad


class WornSensor:
    """Turns the motion of a place on the body into the sensor's samples."""

    def __init__(
        self,
        sensor: SimulatedSensor,
        link: SimulatedLink,
        breaks: tuple[PlannedFault, ...],
        rng: np.random.Generator,
    ) -> None:
        self.sensor = sensor
        self._breaks = tuple(b for b in breaks if b.sensor in {"", sensor.name})
        self._true_rate = sensor.rate_hz * (1.0 + link.skew_ppm * 1e-6)
        self._rng = rng
        self._k = 0
        tilt = float(rng.uniform(-1.0, 1.0)) * sensor.skewed_deg * DEG
        axis = rng.standard_normal(3)
        self._to_sensor: Floats = rotation(sensor.mounting).T @ _about(axis, tilt)
        self._offset_acc: Floats = sensor.bias_m_s2 * rng.standard_normal(3)
        self._offset_gyr: Floats = sensor.bias_deg_s * DEG * rng.standard_normal(3)
        self._held: tuple[Floats, Floats] = (np.zeros(3), np.zeros(3))
        self.epoch_s = round(float(rng.uniform(10.0, 5000.0)), 3)

    def times(self, until: float) -> tuple[Floats, Floats]:
        """Return the next samples' times before ``until``, and their stamps in sensor time."""
        stop = max(self._k, math.ceil(until * self._true_rate - 1e-9))
        k = np.arange(self._k, stop)
        self._k = stop
        return k / self._true_rate, k / self.sensor.rate_hz

    def run_times(self, stamps: Floats) -> Floats:
        """Convert a radio's time stamps to the run's clock, as an ideal clock estimate would."""
        return (stamps - self.epoch_s) * (self.sensor.rate_hz / self._true_rate)

    def sense(self, t: Floats, force: Floats, rate: Floats) -> tuple[Floats, Floats | None]:
        """Return (n, 3) acceleration and turn rate in sensor axes from those in body axes."""
        noise = self._rng.standard_normal((t.size, 6))
        s = self.sensor
        m = self._slipped(t)
        acc = _rotated(m, force) + self._offset_acc + s.noise_m_s2 * noise[:, :3]
        gyr = _rotated(m, rate) + self._offset_gyr + s.noise_deg_s * DEG * noise[:, 3:]
        for b in self._active("knock", t):
            acc[:, 0] += b.size * ring(t - b.at_s, 2 * np.pi * 30.0, 0.012)
        reach = np.full(t.size, s.range_g * GRAVITY_M_S2)
        for b in self._active("saturate", t):
            reach[_during(b, t)] = b.size * GRAVITY_M_S2
        acc = np.minimum(np.maximum(acc, -reach[:, None]), reach[:, None])
        gyr = np.minimum(np.maximum(gyr, -s.range_deg_s * DEG), s.range_deg_s * DEG)
        self._break(t, acc, gyr)
        return acc, (gyr if s.gyro else None)

    def _slipped(self, t: Floats) -> Floats:
        m = self._to_sensor
        for b in self._breaks:
            if b.what == "slip" and t.size and b.at_s <= t[0]:
                m = m @ _about(np.array([1.0, 0.0, 0.0]), -b.size * DEG)
        return m

    def _break(self, t: Floats, acc: Floats, gyr: Floats) -> None:
        """Apply faults to the samples in place: no one else holds these arrays."""
        for b in self._active("flat", t):
            spoilt = _during(b, t)
            first = int(np.argmax(spoilt))
            if spoilt.any():
                hold = (acc[first - 1], gyr[first - 1]) if first else self._held
                acc[spoilt], gyr[spoilt] = hold[0].copy(), hold[1].copy()
        if t.size:
            self._held = (acc[-1].copy(), gyr[-1].copy())
        for b in self._active("nan", t):
            acc[_during(b, t)] = np.nan

    def _active(self, what: str, t: Floats) -> list[PlannedFault]:
        if not t.size:
            return []
        return [
            b
            for b in self._breaks
            if b.what == what and b.at_s <= t[-1] and t[0] < b.at_s + b.lasts_s + 1.0
        ]


def _during(b: PlannedFault, t: Floats) -> Bools:
    return (t >= b.at_s) & (t < b.at_s + b.lasts_s)


def _rotated(m: Floats, v: Floats) -> Floats:
    """Rotate rows; written out, to round identically for any number of rows."""
    x, y, z = v[:, 0], v[:, 1], v[:, 2]
    return np.stack([m[i, 0] * x + m[i, 1] * y + m[i, 2] * z for i in range(3)], axis=1)


def _about(axis: Floats, angle: float) -> Floats:
    """Return the rotation matrix about an axis (Rodrigues)."""
    x, y, z = axis / math.sqrt(float(axis @ axis))
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + math.sin(angle) * k + (1.0 - math.cos(angle)) * (k @ k)
