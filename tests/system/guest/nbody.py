"""How fast Python is here: seconds for five million steps of five bodies that attract each other.

nbody.py [STEPS]; fewer steps are taken and scaled up. The task is the "n-body" of the Computer
Language Benchmarks Game, for which figures of a Raspberry Pi 4 have been published (normal.py).
"""

import sys
import time
from itertools import combinations

WHOLE = 5_000_000
STEP = 0.01
# Place, velocity and mass of five bodies; what they are does not change how long a step takes.
BODIES = [
    ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.5),
    ([4.8, -1.2, -0.1], [0.6, 2.8, 0.0], 0.038),
    ([8.3, 4.1, -0.4], [-1.0, 1.8, 0.0], 0.011),
    ([12.9, -15.1, -0.2], [1.1, 0.9, 0.0], 0.0017),
    ([15.4, -25.9, 0.2], [1.0, 0.6, 0.0], 0.002),
]


def move(steps: int) -> None:
    """Let them attract each other, and move."""
    pairs = list(combinations(BODIES, 2))
    for _ in range(steps):
        for ([x1, y1, z1], v1, m1), ([x2, y2, z2], v2, m2) in pairs:
            dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
            pull = STEP * (dx * dx + dy * dy + dz * dz) ** -1.5
            pull1, pull2 = pull * m1, pull * m2
            v1[0] -= dx * pull2
            v1[1] -= dy * pull2
            v1[2] -= dz * pull2
            v2[0] += dx * pull1
            v2[1] += dy * pull1
            v2[2] += dz * pull1
        for place, (vx, vy, vz), _ in BODIES:
            place[0] += STEP * vx
            place[1] += STEP * vy
            place[2] += STEP * vz


if __name__ == "__main__":
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else WHOLE
    start = time.process_time()
    move(steps)
    print(f"{(time.process_time() - start) * WHOLE / steps:.1f}")
