"""Conversion of sensor axes to body axes: the only place where axes are permuted.

Body frame: x forward (anterior, where the chest or the toes point), y left, z up; right-handed.
Rotations about +y are nose-down: toe-up is negative. A mounting is a rotation M with
``v_body = M @ v_sensor`` for column vectors, i.e. rows of M are the body axes in sensor axes.
docs/wearing.md has the drawings.
"""

from __future__ import annotations

import numpy as np

from cued.model import Floats

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

GRAVITY_M_S2 = 9.80665  # standard gravity
ORTHOGONAL_WITHIN = 0.05  # hand-written matrices are rounded; a wrong row is far off


def rotation(rows: Matrix) -> Floats:
    """Turn three written rows into an exact rotation (3, 3).

    Raises ValueError when the rows are not close to a right-handed orthonormal frame.
    """
    m = np.array(rows, dtype=float)
    if m.shape != (3, 3) or not np.all(np.abs(m) < 1e9):  # refuses NaN too
        raise ValueError("a mounting has three rows of three numbers")
    if np.abs(m @ m.T - np.eye(3)).max() > ORTHOGONAL_WITHIN:
        raise ValueError("the rows of a mounting must be perpendicular and of length 1")
    u, _, vt = np.linalg.svd(m)
    if np.linalg.det(u @ vt) < 0:
        raise ValueError("the rows of a mounting must be right-handed (x forward, y left, z up)")
    return u @ vt


def to_body(m: Floats, v: Floats) -> Floats:
    """Rotate (..., 3) sensor vectors into body axes, in a fixed order of operations.

    Written out, because a matrix product may round differently for different n, and any split of
    the same samples has to give the same bits.
    """
    parts = v[..., None, :] * m
    return parts[..., 0] + parts[..., 1] + parts[..., 2]


def sizes(v: Floats) -> Floats:
    """Return the lengths of (n, 3) vectors, in a fixed order of operations."""
    x, y, z = v[:, 0], v[:, 1], v[:, 2]
    return np.sqrt(x * x + y * y + z * z)
