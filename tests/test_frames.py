"""Frames: a mounting has to be a rotation."""

from __future__ import annotations

import numpy as np
import pytest

from cued.frames import rotation, to_body

WORN = ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def test_gravity_of_a_sensor_with_x_up_comes_out_up():
    body = to_body(rotation(WORN), np.array([[9.81, 0.0, 0.0]]))
    np.testing.assert_allclose(body, [[0.0, 0.0, 9.81]])


def test_rounded_rows_become_an_exact_rotation():
    rows = ((0.42, 0.794, 0.4396), (-0.8899, 0.2654, 0.371), (0.1779, -0.547, 0.818))
    m = rotation(rows)
    np.testing.assert_allclose(m @ m.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(m) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)), "right-handed"),
        (((1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)), "perpendicular"),
        (((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 2.0)), "length 1"),
        (((float("nan"), 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), "three numbers"),
    ],
)
def test_a_matrix_that_is_no_rotation_is_refused(rows, said):
    with pytest.raises(ValueError, match=said):
        rotation(rows)
