"""The path of a foot between two rests, from signals of a known movement."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cued.gait.foot.trajectory import Leg, Path

DT, G = 0.01, 9.80665
LEFT = np.array((0.0, 1.0, 0.0))
REST, MOVE = 30, 80  # samples


def went(x_m: float, y_m: float = 0.0, yaw: float = 0.0, split: int = 7, lie=(0.0, 0.0, 1.0)):
    """Return the leg of a foot that rests, slides and turns on a minimum-jerk path, and rests."""
    s = np.linspace(0.0, 1.0, MOVE)
    blend = 10 * s**3 - 15 * s**4 + 6 * s**5
    change = (60 * s - 180 * s**2 + 120 * s**3) / ((MOVE - 1) * DT) ** 2
    angle = yaw * blend
    moved = np.stack((x_m * change, y_m * change), axis=1)
    cos, sin = np.cos(angle), np.sin(angle)
    acc = np.zeros((2 * REST + MOVE, 3))
    acc[:, 2] = G
    acc[REST:-REST, 0] = cos * moved[:, 0] + sin * moved[:, 1]
    acc[REST:-REST, 1] = cos * moved[:, 1] - sin * moved[:, 0]
    gyr = np.zeros_like(acc)
    gyr[REST:-REST, 2] = np.gradient(angle, DT)
    acc[REST + MOVE :] = G * np.array(lie)
    path, t = Path(), np.arange(len(acc)) * DT
    for at in range(0, len(acc), split):
        part = slice(at, at + split)
        path.feed(t[part], acc[part], gyr[part])
    path.rest(5, REST - 5, LEFT)
    return path.rest(REST + MOVE + 5, len(acc) - 5, LEFT)


@pytest.mark.parametrize(("x", "y"), [(1.3, 0.0), (-0.7, 0.0), (0.5, 0.3)])
def test_the_path_is_found_forward_backward_and_diagonally(x: float, y: float):
    leg = went(x, y)
    assert isinstance(leg, Leg)
    assert (leg.forward, leg.left) == (pytest.approx(x, abs=0.02), pytest.approx(y, abs=0.02))
    assert leg.length == pytest.approx(math.hypot(x, y), abs=0.03)
    assert leg.turned == pytest.approx(0.0, abs=1e-6)


def test_a_left_turn_is_positive_and_forward_is_along_the_mean_heading():
    leg = went(1.0, yaw=0.6)
    assert leg
    assert leg.turned == pytest.approx(0.6, abs=0.02)
    assert math.atan2(leg.left, leg.forward) == pytest.approx(-0.3, abs=0.05)
    assert leg.across == pytest.approx(0.0, abs=1e-6)


def test_any_split_of_the_samples_gives_the_same_path():
    legs = [went(1.1, 0.1, 0.2, split=n) for n in (1, 7, 40, 1000)]
    assert legs[0]
    assert all(leg == legs[0] for leg in legs)


def test_a_foot_whose_tilt_changed_was_not_at_rest():
    assert went(1.0, lie=(1.0, 0.0, 0.0)) is None
    assert went(1.0, lie=(0.2, 0.0, 0.98)) is not None


def test_a_foot_has_no_path_across_a_gap():
    path = Path()
    rest = np.tile((0.0, 0.0, G), (200, 1))
    path.feed(np.arange(200) * DT, rest, np.zeros_like(rest))
    path.rest(0, 20, LEFT)
    path.forget()
    assert path.rest(100, 120, LEFT) is None
    assert path.up(150).tolist() == pytest.approx([0.0, 0.0, G])


def test_a_foot_that_turns_about_every_axis_on_the_spot_goes_nowhere():
    """Each axis is turned by up to 0.6 rad and back, one after the other and overlapping."""
    n = 2 * REST + MOVE
    gyr = np.zeros((n, 3))
    for axis in range(3):
        on = slice(REST + 10 * axis, REST + 10 * axis + 60)
        gyr[on, axis] = np.pi * np.sin(2 * np.pi * np.arange(60) / 60)
    acc, attitude = np.zeros((n, 3)), np.eye(3)
    for k in range(n):
        acc[k] = attitude.T @ (0.0, 0.0, G)
        if k + 1 < n:
            x, y, z = 0.5 * (gyr[k] + gyr[k + 1]) * DT
            cross = np.array(((0.0, -z, y), (z, 0.0, -x), (-y, x, 0.0)))
            attitude = attitude @ (np.eye(3) + cross + 0.5 * cross @ cross)
    path = Path()
    path.feed(np.arange(n) * DT, acc, gyr)
    path.rest(5, REST - 5, LEFT)
    leg = path.rest(REST + MOVE + 5, n - 5, LEFT)
    assert leg is not None
    assert leg.length < 0.02
    assert leg.fastest == pytest.approx(np.linalg.norm(gyr, axis=1).max())
