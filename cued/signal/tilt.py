"""Up vector of a sensor, and its lean from the wearer's recent upright posture.

Rules: only the direction of gravity is used, so the mounting need not be known. The state is a
handful of plain floats updated sample by sample, so any split gives the same bits, at about 1 µs a
sample; numpy would cost more on blocks of five.

Method: a linear complementary filter. The up vector is rotated by the gyroscope and pulled toward
acceleration with a time constant of 4 s. Contrary to common practice (e.g. Valenti et al. 2015,
doi:10.3390/s150819302), the pull is not weakened during strong movement: the mean acceleration is
gravity only over whole strides, and a weight by its size would favour part of the stride. On the
jogging files of SisFall this halves the largest lean seen (47 to 22 degrees).
The gyroscope's offset is learnt from the pull that keeps undoing it (Mahony et al. 2008,
doi:10.1109/TAC.2008.923738): 7 deg/s would tilt the up vector by 28 degrees. Without a gyroscope
the pull takes 0.5 s: good for a body at rest, shaken by every step otherwise.

Upright is the mean of the up vector over 6 s: how this person stands or runs, with the sensor as
they wear it. Both means start as plain averages and are usable after ``SETTLE_S``.
"""

from __future__ import annotations

from math import acos, sqrt

import numpy as np

from cued.frames import GRAVITY_M_S2
from cued.model import Floats
from cued.signal.grid import DT_S
from cued.signal.orientation import Vector

PULL_S = 4.0  # tuned with the falls on SisFall subjects SA01, 02, 05, 06, 10
PULL_WITHOUT_GYRO_S = 0.5  # acceleration is then the only source
OFFSET_S2 = 64.0  # with a pull of 4 s both poles lie at 8 s
UPRIGHT_S = 6.0  # chosen
SETTLE_S = 3.0  # chosen: several steps, whose mean is gravity


class Tilt:
    """Follows the up vector of one sensor over blocks at the grid's rate."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, as after a gap."""
        self.samples = 0
        self._up = (0.0, 0.0, 0.0)
        self._upright = (0.0, 0.0, 0.0)
        self._offset = (0.0, 0.0, 0.0)  # of the gyroscope, rad/s

    def feed(self, acc: Floats, gyr: Floats | None) -> tuple[list[Vector], list[float]]:
        """Process (n, 3) accelerations and turn rates; return n unit up vectors, n leans in rad."""
        ups: list[Vector] = []
        leans: list[float] = []
        pull = DT_S / (PULL_WITHOUT_GYRO_S if gyr is None else PULL_S)
        turns = np.zeros_like(acc) if gyr is None else gyr
        samples = np.concatenate((acc / GRAVITY_M_S2, turns), axis=1)
        slow = DT_S / UPRIGHT_S
        x, y, z = self._up
        bx, by, bz = self._upright
        gx, gy, gz = self._offset
        drift = 0.0 if gyr is None else DT_S / OFFSET_S2
        n = self.samples
        for ax, ay, az, p, q, r in samples.tolist():
            n += 1
            mean = 1.0 / n  # a plain average until it is slower than the filter
            k = pull if pull > mean else mean
            gx -= drift * (ay * z - az * y)
            gy -= drift * (az * x - ax * z)
            gz -= drift * (ax * y - ay * x)
            wx, wy, wz = p - gx, q - gy, r - gz
            dx, dy, dz = wz * y - wy * z, wx * z - wz * x, wy * x - wx * y
            x += DT_S * dx
            y += DT_S * dy
            z += DT_S * dz
            x += k * (ax - x)
            y += k * (ay - y)
            z += k * (az - z)
            size = sqrt(x * x + y * y + z * z) or 1.0
            ux, uy, uz = x / size, y / size, z / size
            k = slow if slow > mean else mean
            bx += k * (ux - bx)
            by += k * (uy - by)
            bz += k * (uz - bz)
            ups.append((ux, uy, uz))
            size = sqrt(bx * bx + by * by + bz * bz) or 1.0
            cosine = (ux * bx + uy * by + uz * bz) / size
            leans.append(acos(-1.0 if cosine < -1.0 else 1.0 if cosine > 1.0 else cosine))
        self.samples = n
        self._up, self._upright, self._offset = (x, y, z), (bx, by, bz), (gx, gy, gz)
        return ups, leans
