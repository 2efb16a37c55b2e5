"""Figures of one stride of movement made of a few waves."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.finding import Posture
from cued.gait.trunk.posture import posture
from cued.model import Floats
from tests.gait import trunk_walker as walker
from tests.gait.trunk_walker import ROWS, found

N = 110  # samples of a stride of 1.1 s
PHASE = 2 * np.pi * np.arange(N) / N  # of the stride


def figures(
    ahead: Floats | float = 0.0, up: Floats | float = 0.0, gyr: Floats | None = None
) -> Posture:
    acc = np.stack((ahead + 0 * PHASE, 0 * PHASE, 9.8 + up + 0 * PHASE), axis=1)
    return posture("trunk", 1.1, 1.2, acc, gyr, ROWS, ROWS)


def test_a_stride_of_a_walk_gives_lean_sway_and_roll() -> None:
    tilt = np.radians(10.0)
    c, s = np.cos(tilt), np.sin(tilt)
    acc, gyr, _ = walker.walking(15.0)
    leaning = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    reported = found(walker.blocks(*walker.worn([walker.standing(3.0), (acc, gyr)], leaning)))
    last = [f for f in reported if isinstance(f, Posture)][-1]
    assert last.duration_s == pytest.approx(1.1, abs=0.02)
    assert last.lean_forward == pytest.approx(tilt, abs=0.02)
    assert last.rms[1] == pytest.approx(0.6 / np.sqrt(2), rel=0.1)
    assert last.rms[2] == pytest.approx(np.sqrt((2.4**2 + 0.5**2) / 2), rel=0.1)
    assert last.roll_range is not None
    assert last.roll_range == pytest.approx(2 * 0.4 / (2 * np.pi / 1.1), rel=0.15)


def test_equal_steps_have_all_in_common_and_a_limp_takes_some_away() -> None:
    """The power of the steps' wave over that of both: 1 / (1 + 0.5²)."""
    steps, limp = np.sin(2 * PHASE), 0.5 * np.sin(PHASE)
    assert figures(ahead=steps).even_share == pytest.approx(1.0)
    assert figures(ahead=steps + limp).even_share == pytest.approx(0.8)


def test_bounce_is_the_vertical_path_of_the_wave() -> None:
    """Up and down by 2 cm each way twice a stride: 4 cm."""
    w = 2 * 2 * np.pi / 1.1  # rad/s
    assert figures(up=-0.02 * w * w * np.sin(2 * PHASE)).bounce_m == pytest.approx(0.04, rel=0.02)


def test_jerk_is_from_the_steepest_fall_to_the_steepest_rise() -> None:
    """A jump of 8 m/s² up and one down, each over 40 ms: 200 m/s³ both ways."""
    up = np.zeros(N)
    up[40:70] = 8.0
    assert figures(up=up).jerk_v == pytest.approx(400.0)


def test_roll_is_the_range_of_the_angle_without_the_gyroscopes_offset() -> None:
    gyr = np.zeros((N, 3))
    gyr[:, 0] = 0.4 * np.sin(PHASE) + 0.05
    assert figures(gyr=gyr).roll_range == pytest.approx(0.4 * 1.1 / np.pi, rel=0.01)


def test_without_movement_or_gyroscope_roll_and_symmetry_are_unknown() -> None:
    still = figures()
    assert (still.roll_range, still.even_share) == (None, None)
    assert still.lean_forward == 0.0
    assert [*still.rms, still.jerk_v, still.bounce_m] == pytest.approx([0.0] * 5, abs=1e-9)


def test_lean_is_toward_the_chest_in_the_axes_as_worn() -> None:
    """Tipped forward by 0.1 rad, gravity's reaction has a part toward the back."""
    acc = np.tile((-9.8 * np.sin(0.1), 0.0, 9.8 * np.cos(0.1)), (N, 1))
    assert posture("s", 1.1, 1.2, acc, None, ROWS, ROWS).lean_forward == pytest.approx(0.1)
